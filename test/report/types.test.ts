/** What BTF adds to the report: fixtures/inspect has one of everything. */
import { expect, test } from 'vitest';
import { inspect } from '../../src/report/inspect/inspect.ts';
import type { Inspection } from '../../src/report/inspect/types.ts';
import { fixture } from '../support/link.ts';

function report(path: string): Inspection {
  const { report: found, diagnostics } = inspect(fixture(path).bytes as Uint8Array, path);
  expect(diagnostics).toEqual([]);
  return found!;
}

const little = report('inspect/program.o');

const named = <Item extends { readonly name: string }>(list: readonly Item[], name: string): Item =>
  list.find((item) => item.name === name)!;

const withoutBytes = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part, (key, item) => (key === 'initial' ? undefined : item)));

test('both byte orders say the same, but for bytes', () => {
  const big = report('inspect/program.be.o');
  for (const part of ['functions', 'maps', 'data', 'externs', 'symbols', 'relocations'] as const) {
    expect(withoutBytes(big[part])).toEqual(withoutBytes(little[part]));
  }
  expect(big.btf).toEqual(little.btf);
  const texts = ({ code }: Inspection): string[][] =>
    code!.map(({ instructions }) => instructions.map(({ text, notes }) => `${text} ${notes}`));
  expect(texts(big)).toEqual(texts(little));
});

test('program types, attach types and the marks of section names', () => {
  expect(named(little.functions, 'finish').program).toEqual({
    type: 'tracing',
    attach: 'trace_fentry',
    sleepable: true,
    autoload: false,
  });
  expect(named(little.functions, 'start').program).toMatchObject({ attach: 'trace_raw_tp' });
});

test('C prototypes, kernel functions and weak functions', () => {
  expect(named(little.functions, 'note')).toMatchObject({
    role: 'subprogram',
    binding: 'weak',
    declaration: 'int note(struct task *task)',
    data: ['note.format'],
  });
  expect(named(little.functions, 'start')).toMatchObject({
    calls: [{ name: 'note', section: '.text', offset: 0 }],
    kfuncs: ['bpf_rcu_read_lock'],
    maps: ['outer', 'jump'],
    data: ['mode', 'threshold', 'CONFIG_HZ', 'total', 'bpf_prog_active'],
  });
});

test('maps of .maps', () => {
  const side = { key: { size: 32, type: 'struct event' }, value: { size: 8, type: '__u64' } };
  expect(named(little.maps, 'events')).toMatchObject({
    style: 'btf',
    definition: { typeName: 'hash', ...side, maxEntries: 10240, pinning: 1, legacy: null },
  });
  expect(named(little.maps, 'events').definition!.flagNames).toEqual(['BPF_F_NO_PREALLOC']);
});

test('inner maps and initial slots', () => {
  expect(named(little.maps, 'outer').definition).toMatchObject({
    inner: { typeName: 'array', value: { type: 'struct event' }, inner: null },
    initial: [{ index: 1, name: 'first' }],
  });
  expect(named(little.maps, 'jump').definition!.initial).toEqual([{ index: 0, name: 'finish' }]);
});

test('externs as C', () => {
  expect(little.externs).toEqual([
    {
      name: 'bpf_rcu_read_lock',
      kind: 'function',
      section: '.ksyms',
      weak: false,
      declaration: 'extern void bpf_rcu_read_lock(void)',
    },
    {
      name: 'CONFIG_HZ',
      kind: 'variable',
      section: '.kconfig',
      weak: true,
      declaration: 'extern int CONFIG_HZ',
    },
    {
      name: 'bpf_prog_active',
      kind: 'variable',
      section: '.ksyms',
      weak: true,
      declaration: 'extern const int bpf_prog_active',
    },
  ]);
});

test('enumerations by name, static variables of functions', () => {
  const { variables } = named(little.data, '.rodata');
  expect(variables.map(({ declaration, value }) => `${declaration} = ${value}`)).toEqual([
    'const volatile enum mode mode = ON',
    'const volatile int threshold = -3',
    'static const char note.format[8] = "pid %d\\n"',
  ]);
});

test('CO-RE accesses by name, through anonymous structs and arrays', () => {
  const notes = little.code!.flatMap(({ instructions }) =>
    instructions.flatMap((one) => one.notes),
  );
  expect(notes.filter((note) => note.startsWith('CO-RE'))).toEqual([
    'CO-RE: struct task.pid (byte_off)',
    'CO-RE: struct task.events[2] (byte_off)',
    'CO-RE: enum kernel_state.STATE_IDLE (enumval_exists)',
  ]);
});

test('BTF in numbers and as C', () => {
  expect(little.btf).toMatchObject({
    kinds: { datasec: 6, func: 4, enum: 2 },
    ext: { functions: 3, coreRelocations: 3 },
  });
  expect(named(little.btf!.sections, '.ksyms').variables).toMatchObject([
    { linkage: 'extern' },
    { linkage: 'extern' },
  ]);
  expect(little.btf!.c).toContain('struct event {\n\t__u64 when;');
});
