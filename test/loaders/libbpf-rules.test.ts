/**
 * libbpf's rules, one by one: what Debian's libbpf and the newest make of an object that breaks one, and that they
 * say what bpfld says they do. Objects that libbpf takes break none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exit, movImm } from '../../src/bpf/build.ts';
import { programSections, programTypeOf } from '../../src/bpf/program-sections.ts';
import { STT } from '../../src/elf/constants.ts';
import { brokenObjects } from '../profiles/libbpf/cases.ts';
import { check, objectNamed, quoted } from '../profiles/libbpf/check.ts';
import { fixtureObjects } from '../support/link.ts';
import { object } from '../support/object.ts';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { cache, describeLoaders, fixture } from './support/environment.ts';
import { type LibbpfVersion, libbpfOpen, libbpfOpenBytes } from './support/libbpf-open.ts';
import { plainPacket } from './support/packets.ts';
import { quotationPattern } from './support/quotation.ts';
import { libbpfLoad } from './support/run.ts';

/** Says nothing, but returns ENOENT. */
const silent = new Set(['LIBBPF-011']);

const cases = brokenObjects.flatMap((broken) =>
  (['debian', 'newest'] as const)
    .filter((version) => version === 'newest' || broken.newest !== true)
    .map((version) => [broken.rule, broken.object, version, broken] as const),
);

describeLoaders("libbpf's rules", () => {
  test.each(cases)('%s: %s under %s', (rule, name, version, { refused }) => {
    const bytes = objectNamed(name);
    const result = libbpfOpenBytes(bytes, version);
    expect(result.opened).toBe(refused !== 'at open');
    if (refused !== 'never') expect(result.loaded).toBe(false);
    const number = version === 'debian' ? ([1, 1] as const) : ([1, 7] as const);
    const [found] = check(bytes, { version: number }).filter(({ code }) => code === rule);
    const quotation = quoted(found!);
    if (quotation !== undefined) expect(result.log).toMatch(quotationPattern(quotation));
    else if (silent.has(rule)) expect([result.error, result.log]).toEqual([2, '']);
  });

  test.each(['call-inside', 'local-function'])(
    '%s: the kernel has the word where libbpf has none',
    (name) => {
      const result = libbpfOpen(fixture(`libbpf-rules/${name}.o`), 'newest');
      if (name === 'call-inside') expect(result.loaded).toBe(true);
      else expect(result.log).toContain('missing btf func_info');
    },
  );
});

const refusedTypes = brokenObjects.filter(({ rule }) => rule === 'LIBBPF-021');

describeLoaders('LIBBPF-021', () => {
  test.each(refusedTypes)("$object: the kernel's own word", ({ object: name }) => {
    const bytes = objectNamed(name);
    const [found] = check(bytes).filter(({ code }) => code === 'LIBBPF-021');
    const [, word] = /the kernel says: "(.*)"/.exec(found!.notes!.join('\n')) ?? [];
    expect(libbpfOpenBytes(bytes, 'newest').log).toContain(word);
  });

  test.each(['none', 'lock', 'data', 'storage', 'callback'])(
    '%s loads as a link has it',
    (name) => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        const link = bpfld(fixture(`refused-types/${name}.o`), '--profile', 'libbpf', '-o', output);
        expect(link.stderr).toBe('');
        const { loaded, log } = libbpfOpen(output, 'newest');
        expect(log).not.toContain('Error loading .BTF');
        expect(loaded).toBe(true);
      });
    },
  );

  test('real objects that it names are those whose types libbpf does not get into the kernel', () => {
    const named = realObjects().filter(([, path]) => {
      const found = check(new Uint8Array(readFileSync(path)));
      return found.some(({ code }) => code === 'LIBBPF-021');
    });
    expect(named.length).toBeGreaterThan(5);
    const wrong = named.filter(([, path]) => {
      const { opened, log } = libbpfOpen(path, 'newest');
      return opened && !log.includes('Error loading .BTF into kernel');
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
});

/** A program in each section of the table, and in `NAME/extra` where that is a name too. */
function everySection(): Uint8Array {
  const names = programSections().flatMap(({ pattern: name }) =>
    name.endsWith('+') ? [name.slice(0, -1), name.replace('+', '/extra')] : [name, `?${name}`],
  );
  return object({
    sections: names.map((name) => ({ name, code: [movImm(0, 0), exit()] })),
    symbols: names.map((name, i) => ({ name: `p${i}`, type: STT.FUNC, in: name, size: 16 })),
  });
}

const later = (since: string, version: string): boolean => Number(since) > Number(version);

describeLoaders('section names', () => {
  test.each([
    ['debian', '1.1'],
    ['newest', '1.7'],
  ] as const)('LIBBPF-002: %s gives the types of the table', (version, number) => {
    const result = libbpfOpenBytes(everySection(), version, false);
    expect(result.programs!.length).toBeGreaterThan(150);
    for (const { section, type, attach, autoload } of result.programs!) {
      const known = programTypeOf(section)!;
      if (later(known.since, number)) {
        expect(type, section).toBe('unspec');
        continue;
      }
      expect(type, section).toBe(known.type);
      if (known.attach !== undefined) expect(attach, section).toBe(known.attach);
      // libbpf gives the name without its `?`.
      expect(autoload || !section.startsWith('?')).toBe(true);
    }
  });

  test('LIBBPF-018: relocations of programs that are not loaded are looked at too', () => {
    const broken = objectNamed('libbpf-rules/program-address.o');
    expect(libbpfOpenBytes(broken, 'newest', false).opened).toBe(false);
  });
});

/** Noticed when programs are loaded, or only by the kernel. */
const afterOpen = new Set([
  'LIBBPF-002',
  'LIBBPF-004',
  'LIBBPF-008',
  'LIBBPF-014',
  'LIBBPF-017',
  'LIBBPF-019',
  'LIBBPF-020',
  'LIBBPF-021',
]);
/** Refused at load for their names, or not noticed at all. */
const exceptions = new Set([
  'rela/rela.o',
  'verdicts/19-rela/program.o',
  'kernel-functions/config.o',
  'libbpf-rules/extern-setting-name.o',
  'libbpf-rules/near-setting.o',
]);

function realObjects(): [name: string, path: string][] {
  const folder = join(cache, 'corpus');
  const folders = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...fixtureObjects().map((name): [string, string] => [name, fixture(name)]),
    ...folders.flatMap((name) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith('.o'))
        .map((file): [string, string] => [`${name}/${file}`, join(folder, name, file)]),
    ),
  ];
}

describeLoaders('real objects', () => {
  const newest: LibbpfVersion = 'newest';

  test('are refused by a rule where libbpf refuses them, and by none where it does not', () => {
    const wrong: string[] = [];
    const objects = realObjects();
    expect(objects.length).toBeGreaterThan(300);
    for (const [name, path] of objects) {
      if (exceptions.has(name)) continue;
      const found = check(new Uint8Array(readFileSync(path)));
      const { opened, log } = libbpfOpen(path, newest, false);
      const errors = found.filter(
        ({ severity, code }) => severity === 'error' && !afterOpen.has(code),
      );
      if (opened && errors.length > 0) wrong.push(`${name}: ${errors[0]!.code}: opened`);
      if (!opened && found.length === 0) wrong.push(`${name}: no diagnostic: ${log}`);
    }
    expect(wrong).toEqual([]);
  });
});

describeLoaders('what libbpf.ld mends', () => {
  test.each([
    ['odd-section', 'LIBBPF-006', 7],
    ['statics', 'LIBBPF-003', 5 + 40 + 9 + 300 + 2],
  ])('%s breaks %s, and linked it runs', (name, rule, returns) => {
    const input = fixture(`libbpf-rules/${name}.o`);
    expect(check(new Uint8Array(readFileSync(input))).map(({ code }) => code)).toContain(rule);
    withDirectory((directory) => {
      const output = join(directory, 'out.o');
      const link = bpfld(input, '--profile', 'libbpf', '-o', output);
      expect(link.stderr).toBe('');
      const run = libbpfLoad(output, 'program', { packets: [plainPacket({})] });
      if (!run.ok) throw new Error(run.log);
      expect(run.results.map(({ retval }) => retval)).toEqual([returns]);
      expect(libbpfOpen(output, 'newest').loaded).toBe(true);
    });
  });
});
