/** Rules that some versions of libbpf have: Debian's libbpf and the newest do what bpfld says of each. */
import { expect, test } from 'vitest';
import type { Version } from '../../src/model/rule.ts';
import { check } from '../profiles/libbpf/check.ts';
import { type VersionCase, versionCases } from '../profiles/libbpf/versions.ts';
import { describeLoaders } from './support/environment.ts';
import { type LibbpfVersion, libbpfOpenBytes } from './support/libbpf-open.ts';

const versions: readonly (readonly [name: LibbpfVersion, version: Version])[] = [
  ['debian', [1, 1]],
  ['newest', [1, 7]],
];

const cases = versionCases.flatMap((one) =>
  versions.map(([name, version]): [string, string, LibbpfVersion, Version, VersionCase] => [
    one.rule,
    one.what,
    name,
    version,
    one,
  ]),
);

/** What stands for a map's name in bpfld's quotations. */
function wordsOf(text: string): string[] {
  return text.split(/\b(?:NAME|FILE)\b/);
}

describeLoaders('versions of libbpf', () => {
  test.each(cases)('%s: %s: %s', (rule, _, name, version, { bytes, message, refuses }) => {
    const object = bytes();
    const { log } = libbpfOpenBytes(object, name);
    const found = check(object, { version }).filter((one) => one.code === rule);
    const said = found.filter((one) => one.message.includes(message));
    if (said.length > 0) {
      // Of several it tells the first.
      const texts = said.flatMap(({ says }) => says?.text ?? []);
      expect(texts.some((text) => wordsOf(text).every((part) => log.includes(part)))).toBe(true);
      return;
    }
    // The words with which another version refuses it.
    const quoted = check(object, { version: refuses })
      .filter((one) => one.code === rule && one.message.includes(message))
      .flatMap(({ says }) => (says === undefined ? [] : [wordsOf(says.text)]));
    for (const words of quoted) expect(words.every((part) => log.includes(part))).toBe(false);
  });
});
