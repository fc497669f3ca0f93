/** libbpf's rules on objects that break them. What libbpf itself says is in test/loaders/libbpf-rules.test.ts. */
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../../src/diag/render.ts';
import { link } from '../../../src/link.ts';
import { fixture } from '../../support/link.ts';
import { patch } from '../../support/patch.ts';
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
  'libbpf-rules/slots-maps.o',
  'libbpf-rules/struct-ops-fine.o',
  'libbpf-rules/extern-setting.o',
  'libbpf-rules/assembly-alone.o',
  'libbpf-rules/kernel-type.o',
  'libbpf-rules/read-only-fine.o',
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
  [
    'LIBBPF-006',
    'libbpf-rules/read-only-count.o',
    /slots\[INDEX\] \+= 1;\n.* \^/,
    'write into map forbidden',
  ],
  ['LIBBPF-008', 'libbpf-rules/program-address.o', /programs\.c:\d+/, 'subprograms in .text only'],
  [
    'LIBBPF-010',
    'libbpf-rules/map-pinning.o',
    /\(\.maps\+0x0\), map 'values'/,
    'LIBBPF_PIN_BY_NAME (1)',
  ],
  ['LIBBPF-012', 'libbpf-rules/extern-function.o', /externs\.c:\d+:\d+ \(program\)/, 'get_nprocs'],
  ['LIBBPF-012', 'libbpf-rules/extern-helper.o', /externs\.c:\d+/, 'include <bpf/bpf_helpers.h>'],
  [
    'LIBBPF-012',
    'libbpf-rules/extern-map.o',
    /return counted \+ look\(&elsewhere\);\n.* \^/,
    'one file must define the map',
  ],
  ['LIBBPF-012', 'libbpf-rules/near-setting.o', /near\.c:\d+/, 'LINUX_HAS_SYSCALL_WRAPPER'],
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

test.each(['map-second-static', 'map-static', 'map-array'])(
  'LIBBPF-010: %s is told once, not again for each reference',
  (name) => {
    expect(check(fixtureBytes(`libbpf-rules/${name}.o`)).map(({ code }) => code)).toEqual([
      'LIBBPF-010',
    ]);
  },
);

test('LIBBPF-012: an undefined map has no remedy of the kernel', () => {
  const [found] = check(fixtureBytes('libbpf-rules/extern-map.o'));
  expect(found!.notes.join('\n')).not.toMatch(/__ksym|__kconfig/);
});

test('LIBBPF-012: names that differ by a number are of other files', () => {
  const { bytes } = patch(fixtureBytes('libbpf-rules/near-map.o'));
  const rename = (from: string, to: string): void => {
    const text = new TextDecoder('latin1').decode(bytes);
    for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) {
      bytes.set(new TextEncoder().encode(to), at);
    }
  };
  rename('count_packages', 'count_map1\0');
  rename('count_packed', 'count_map2\0');
  expect(check(bytes)[0]!.message).toBe('undefined map: count_map2');
});

test('LIBBPF-005: what holds addresses is told one by one, and strings by their place', () => {
  const messages = (path: string): string[] =>
    check(fixtureBytes(path))
      .filter(({ code }) => code === 'LIBBPF-005')
      .map(({ message }) => message);
  expect(messages('gcc/calls.o')).toEqual([
    "'exported' in '.data' holds the address of 'entry', which libbpf does not fill in",
    "'entry' in '.data' holds the address of 'table', which libbpf does not fill in",
  ]);
  expect(messages('pointer-table/names.o')).toEqual([
    "'names' in '.rodata' holds 2 addresses (of '.rodata.str1.1+0x0', '.rodata.str1.1+0x5'), " +
      'which libbpf does not fill in',
  ]);
});

test('LIBBPF-006: a script that puts variables into .rodata', () => {
  const script = 'PROFILE(libbpf)\nSECTIONS { .rodata : { *(.data .bss COMMON) } }';
  const { diagnostics } = link({
    inputs: [fixture('mutable-data/counter.o')],
    script: { name: 'x.ld', text: script },
  });
  expect(diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    "warning: 'counter' writes to 'seen' in '.rodata', a map that programs can only read",
    "warning: 'counter' writes to 'remaining' in '.rodata', a map that programs can only read",
  ]);
  expect(diagnostics[0]!.at[0]).toMatchObject({
    kind: 'source',
    text: expect.stringContaining('seen'),
  });
});
