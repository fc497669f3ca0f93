/** Rules of libbpf that some versions have and others have not. */
import { expect, test } from 'vitest';
import { programTypeOf } from '../../../src/bpf/program-sections.ts';
import type { Version } from '../../../src/model/rule.ts';
import { check, fixtureBytes } from './check.ts';
import { oldMaps, versionCases } from './versions.ts';

const named = versionCases.map(
  (one) => [one.rule, one.what, one.refuses.join('.'), one.takes.join('.'), one] as const,
);

test.each(named)('%s: %s: %s refuses it, %s takes it', (rule, _, __, ___, one) => {
  const messages = (version: Version): string[] =>
    check(one.bytes(), { version })
      .filter(({ code }) => code === rule)
      .map(({ message }) => message);
  expect(messages(one.refuses).join('\n')).toContain(one.message);
  expect(messages(one.takes).join('\n')).not.toContain(one.message);
});

test.each(oldMaps)('LIBBPF-009: legacy maps before 1.0, %s', (_, message, bytes) => {
  const found = check(bytes(), { version: [0, 8] }).filter(({ code }) => code === 'LIBBPF-009');
  expect(found.map((one) => one.message).join('\n')).toContain(message);
});

test.each([
  [[1, 4], 'elf: endianness mismatch in FILE.'],
  [[1, 5], "object 'NAME': loading non-native endianness is unsupported"],
] as const)('LIBBPF-001: the other byte order under %j', (version, text) => {
  const [found] = check(fixtureBytes('struct-ops/one.be.o'), { version, host: 'little' });
  expect([found?.code, found?.says?.text]).toEqual(['LIBBPF-001', text]);
});

test('LIBBPF-011: libbpf says something before 1.1', () => {
  const bytes = fixtureBytes('verdicts/35-variable-without-symbol/program.o');
  const says = (version: Version): string | undefined =>
    check(bytes, { version }).find(({ code }) => code === 'LIBBPF-011')?.says?.text;
  expect([says([1, 0]), says([1, 1])]).toEqual(['Error finalizing .BTF: -2.', undefined]);
});

test.each([
  ['xdp_pass', [0, 8], 'xdp'],
  ['xdp_pass', [1, 0], undefined],
  ['tc_more', [0, 8], undefined],
  ['struct_ops', [0, 6], 'struct_ops'],
  ['raw_tp', [0, 7], undefined],
] as const)('section %s of %j is %s', (section, version, type) => {
  expect(programTypeOf(section, version)?.type).toBe(type);
});
