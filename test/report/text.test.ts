import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import { inspect } from '../../src/report/inspect/inspect.ts';
import { list, table } from '../../src/report/inspect/text/layout.ts';
import { type Part, parts, renderText } from '../../src/report/inspect/text/render.ts';
import type { Inspection } from '../../src/report/inspect/types.ts';
import { renderJson } from '../../src/report/json.ts';
import { fixture, fixtureObjects } from '../support/link.ts';
import { object } from '../support/object.ts';

function report(path: string): Inspection {
  return inspect(fixture(path).bytes as Uint8Array, path).report!;
}

const text = (path: string, ...asked: Part[]): string =>
  [...renderText(report(path), new Set(asked))].join('');

test('an overview', () => {
  expect(text('inspect/program.o')).toMatchInlineSnapshot(`
    "inspect/program.o: little-endian BPF object, 7,184 bytes
      code      2 programs and 1 function, 69 instructions
      types     73 types in 2,745 bytes, source lines, 3 CO-RE relocations
      license   Dual BSD/GPL

    Programs (2)
      name    section              type                  insns  bytes  stack
      finish  ?fentry.s/do_exit    tracing/trace_fentry     16    128     32  sleepable, not loaded unasked
          helpers    bpf_map_lookup_elem
          maps       events
      start   tp_btf/sched_switch  tracing/trace_raw_tp     43    344      4  stack with calls 64
          calls      note
          helpers    bpf_map_lookup_elem, bpf_tail_call
          kfuncs     bpf_rcu_read_lock
          maps       outer, jump
          data       mode, threshold, CONFIG_HZ, total, bpf_prog_active

    Functions (1)
      name  section  insns  bytes  stack
      note  .text       10     80      0  weak
          helpers    bpf_trace_printk
          data       note.format

    Maps (4)
      name    section  type           key  value  entries
      first   .maps    array            4     32        1
          key     __u32
          value   struct event
      outer   .maps    array_of_maps    4      0        2
          key     __u32
          inner   array, key __u32 (4), value struct event (32), entries 1
          values  [1] = first
      jump    .maps    prog_array       4      4        1
          values  [0] = finish
      events  .maps    hash            32      8   10,240  pinned by name
          key     struct event
          value   __u64
          flags   BPF_F_NO_PREALLOC

    Data
      section        bytes
      .rodata           16  read-only, 1 local variable
          const volatile enum mode mode = ON
          const volatile int threshold = -3
      .bss               8  zeroes
          __u64 total
      .rodata.cst32     32  read-only

    Externs (3)
      .ksyms    extern void bpf_rcu_read_lock(void)
      .kconfig  extern int CONFIG_HZ                 weak
      .ksyms    extern const int bpf_prog_active     weak
    "
  `);
});

test('relocations', () => {
  expect(text('rich/main.o', 'relocations')).toContain(
    [
      '   0x100  R_BPF_64_32  scramble              -1  undefined',
      '   0x128  R_BPF_64_64  .rodata + 0x88      0x88  slots, constant',
    ].join('\n'),
  );
});

test('what a loader finds is not undefined', () => {
  const found = text('inspect/program.o', 'relocations', 'code');
  for (const line of [
    /R_BPF_64_32 {2}bpf_rcu_read_lock .* ksym\n/,
    /R_BPF_64_64 {2}CONFIG_HZ .* kconfig\n/,
    /call bpf_rcu_read_lock +; ksym\n/,
    /r2 = CONFIG_HZ ll +; kconfig\n/,
    /r1 = bpf_prog_active ll +; ksym\n/,
  ]) {
    expect(found).toMatch(line);
  }
});

test('values as C, with names for addresses, and cut where they are long', () => {
  expect(text('config/config.o', 'data')).toContain(
    'const volatile struct limits limits = {.low = 1, .high = 2, .mac = {2, 0, 0, 0, 0, 9}}\n',
  );
  expect(text('struct-ops/one.o', 'data')).toMatch(
    / control_one = \{\.ssthresh = ssthresh_one, .*\}\n/,
  );
});

test('a file of types alone', () => {
  const elf = readElf(fixture('config/config.o').bytes, 'a.o').object!;
  const { bytes } = elf.sections.find(({ name }) => name === '.BTF')!;
  const { report: found } = inspect(bytes, 'vmlinux');
  expect([...renderText(found!, new Set())].join('')).toBe(
    'vmlinux: little-endian BTF, 2,696 bytes\n  types     69 types\n',
  );
  expect([...renderText(found!, new Set(['btf']))].join('')).toContain('struct limits {');
});

test('code', () => {
  expect(text('inspect/program.o', 'code')).toContain(`
note  .text, 10 instructions, ./program.c
  ; program.c:80  __attribute__((weak, noinline)) int note(struct task *task)
     0  r6 = r1
  ; program.c:84  bpf_trace_printk(format, sizeof(format), task->pid);
     1  r3 = *(u32 *)(r6 + 4)                 ; CO-RE: struct task.pid (byte_off)
     2  r1 = note.format ll                   ; "pid %d\\n"
     4  w2 = 8
     5  call bpf_trace_printk#6
`);
});

test('each part has its option, and only what is asked for is shown', () => {
  const titles: Record<Part, RegExp> = {
    programs: /^Programs/m,
    maps: /^Maps/m,
    data: /^Data/m,
    externs: /^Externs/m,
    sections: /^Sections/m,
    symbols: /^Symbols/m,
    relocations: /^Relocations/m,
    btf: /^BTF types/m,
    code: /^start {2}tp_btf/m,
  };
  for (const part of parts) {
    const shown = text('inspect/program.o', part);
    for (const other of parts)
      expect([other, titles[other].test(shown)]).toEqual([other, other === part]);
  }
});

test.each(fixtureObjects())('%s: no line ends in a blank, and JSON gives the data back', (path) => {
  const found = report(path);
  for (const line of renderText(found, new Set(parts))) expect(line).toMatch(/^(.*\S)?\n$/);
  expect(JSON.parse([...renderJson(found)].join(''))).toEqual(found);
});

test('control characters in names reach neither the text nor the JSON', () => {
  const name = '\x1b[2J\x9b\u202e\n';
  const { report: found } = inspect(
    object({
      sections: [{ name, content: 'x' }],
      symbols: [{ name, type: STT.OBJECT, in: name, size: 1 }],
    }),
    name,
  );
  const all = [...renderText(found!, new Set(parts)), ...renderJson(found!)].join('');
  for (const character of ['\x1b', '\x9b', '\u202e']) expect(all).not.toContain(character);
  expect(all).toContain('␛[2J');
});

test('columns are aligned, and those without content are left out', () => {
  const columns = [
    { title: 'name' },
    { title: 'none' },
    { title: 'size', align: 'right' },
  ] as const;
  expect(
    table(columns, [
      ['a', '', '10'],
      ['long', '', '5'],
    ]),
  ).toEqual(['name  size', 'a       10', 'long     5']);
  expect(table(columns, [])).toEqual([]);
});

test('a very long name does not widen the rows of others', () => {
  const rows = table(
    [{ title: '' }, { title: '' }],
    [
      ['x'.repeat(10000), 'a'],
      ['y', 'b'],
    ],
  );
  expect(rows[1]!.length).toBeLessThan(60);
});

test('lists are continued under their first item', () => {
  const items = Array.from({ length: 30 }, (_, i) => `item${i}`);
  const lines = list('data', items);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/^(data| {4}) {2}item/);
  expect(
    lines
      .join(' ')
      .split(/[, ]+/)
      .filter((word) => word.startsWith('item')),
  ).toEqual(items);
});

test('damaged objects are told or shown, and never thrown', () => {
  const sources = ['inspect/program.o', 'config/config.be.o', 'gcc/calls.o', 'rela/rela.o'];
  const originals = sources.map((path) => fixture(path).bytes as Uint8Array);
  const change = fc.tuple(fc.nat(2 ** 20), fc.oneof(fc.constantFrom(0, 1, 0xff), fc.nat(255)));
  fc.assert(
    fc.property(
      fc.constantFrom(...originals),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      (original, changes) => {
        const bytes = original.slice();
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const { report: found, diagnostics } = inspect(bytes, 'a.o');
        if (found === undefined) expect(diagnostics).not.toEqual([]);
        else for (const line of renderText(found, new Set(parts))) expect(line.at(-1)).toBe('\n');
      },
    ),
    { numRuns: 400 },
  );
});
