/** libbpf's rules on objects that break them. What libbpf itself says is in test/loaders/libbpf-rules.test.ts. */
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../../src/diag/render.ts';
import { brokenObjects } from './cases.ts';
import { check, fixtureBytes, objectNamed } from './check.ts';

const named = brokenObjects.map((broken) => [broken.rule, broken.object, broken] as const);

test.each(named)('%s: %s', (rule, object, { severity, message }) => {
  const found = check(objectNamed(object)).filter(({ code }) => code === rule);
  expect(found.map((diagnostic) => diagnostic.message).join('\n')).toContain(message);
  expect(found[0]!.severity).toBe(severity);
});

test.each(named)('%s: %s: what follows from it is told after it', (rule, object, { severity }) => {
  const found = check(objectNamed(object)).filter((diagnostic) => diagnostic.severity === severity);
  expect(found[0]!.code).toBe(rule);
});

const fine = [
  'libbpf-rules/fine.o',
  'libbpf-rules/unasked.o',
  'libbpf-rules/map-fine.o',
  'libbpf-rules/slots-fine.o',
  'libbpf-rules/struct-ops-fine.o',
  'libbpf-rules/extern-setting.o',
  'libbpf-rules/assembly-alone.o',
  'libbpf-rules/kernel-type.o',
  'kernel-functions/one.o',
  'arena/owner.o',
  'jump-tables/one.o',
  'struct-ops/one.be.o',
];

test.each(fine)('%s obeys', (path) => {
  expect(check(fixtureBytes(path))).toEqual([]);
});

const sourced: readonly [code: string, object: string, place: RegExp, remedy: string][] = [
  ['LIBBPF-002', 'libbpf-rules/prefix.o', /programs\.c:\d+:\d+ \(program\)/, 'set the type'],
  ['LIBBPF-003', 'libbpf-rules/static-program.o', /programs\.c:\d+/, 'remove `static`'],
  ['LIBBPF-003', 'libbpf-rules/statics.o', /5count/, 'libbpf.ld'],
  ['LIBBPF-004', 'libbpf-rules/subprogram-section.o', /programs\.c:\d+/, 'remove SEC("subs")'],
  ['LIBBPF-006', 'libbpf-rules/odd-section.o', /output:\(tc\+0x0\)/, '.rodata : { *(.Lalloc52) }'],
  ['LIBBPF-008', 'libbpf-rules/program-address.o', /programs\.c:\d+/, 'subprograms in .text only'],
  [
    'LIBBPF-010',
    'libbpf-rules/map-pinning.o',
    /\(\.maps\+0x0\), map 'values'/,
    'LIBBPF_PIN_BY_NAME (1)',
  ],
  ['LIBBPF-012', 'libbpf-rules/extern-function.o', /externs\.c:\d+:\d+ \(program\)/, 'get_nprocs'],
  ['LIBBPF-012', 'libbpf-rules/extern-helper.o', /externs\.c:\d+/, 'include <bpf/bpf_helpers.h>'],
  ['LIBBPF-016', 'libbpf-rules/struct-ops-unused.o', /struct-ops\.c:\d+/, '.struct_ops.link'],
];

test.each(sourced)('%s of %s names the place and the remedy', (code, path, place, remedy) => {
  const [found] = check(fixtureBytes(path)).filter((diagnostic) => diagnostic.code === code);
  const text = renderDiagnostic(found!);
  expect(text).toMatch(place);
  expect(text).toContain(remedy);
});

test('LIBBPF-009 shows the definition that libbpf reads', () => {
  const [found] = check(fixtureBytes('plain/plain.o'));
  expect(found!.notes.join('\n')).toContain(
    'struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(key_size, 4); __uint(value_size, 8); ' +
      '__uint(max_entries, 1); } values SEC(".maps");',
  );
});
