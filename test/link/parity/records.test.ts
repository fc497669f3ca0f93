/** CO-RE records, ids of types in code, and pointers in data. */
import { expect, test } from 'vitest';
import { CORE_RELO, KIND } from '../../../src/btf/format.ts';
import { parity, parityLink, permutations, TypedOutput } from './support.ts';

test('of two weak functions with CO-RE records the winner has its own, and the loser is gone', () => {
  for (const order of permutations(['weak-records/one.o', 'weak-records/two.o'])) {
    const output = parity(...order);
    const records = output.records('core', '.text');
    const winner = output.symbol('choose');
    const inside = (offset: number): boolean =>
      output.elf.symbols.some(
        ({ type, section, value, size }) =>
          type === 2 &&
          section === output.section('.text').index &&
          value <= offset &&
          offset < value + size,
      );
    const first = order[0]!.includes('one') ? '0:0' : '0:1';
    const own = records.filter(([at]) => at! >= winner.value && at! < winner.value + winner.size);
    expect(own.map(([, , text]) => output.btf.strings.at(text!))).toEqual([first]);
    // Each record is inside of a function: there is nothing of the loser.
    expect(records.every(([at]) => inside(at!))).toBe(true);
    const functions = output.records('func', '.text');
    expect(functions.every(([offset]) => inside(offset!))).toBe(true);
    expect(
      output.symbols('after').map(({ value, size }) => {
        const of = records.filter(([at]) => at! >= value && at! < value + size);
        return of.map(([, , text]) => output.btf.strings.at(text!));
      }),
    ).toEqual([['0:2'], ['0:2']]);
    for (const [, type] of records) expect(output.btf.name(type!)).toBe('net_device');
  }
});

test('of an inline C++ function in two objects one copy is kept, with its records', () => {
  const output = new TypedOutput(
    parityLink(['comdat-types/one.o', 'comdat-types/two.o'], 'libbpf.ld'),
  );
  // BTF has the name of the source, the symbol the mangled one.
  expect(output.linkages('multiply')).toEqual(['global']);
  const { value, size } = output.symbol('_Z8multiplyj');
  expect([value, size]).toEqual([0, output.section('.text').size]);
  const [record, ...others] = output.records('func', '.text');
  expect(others).toEqual([]);
  expect(output.btf.name(record![1]!)).toBe('multiply');
  expect(output.targets('tc')).toEqual(['_Z8multiplyj', '_Z8multiplyj']);
});

/** The ids that the instructions with a TYPE_ID record hold, and the names of these types. */
function typeIds(output: TypedOutput): unknown[] {
  return output.records('core', 'tc').map(([offset, type, , kind]) => {
    expect(kind).toBe(CORE_RELO.TYPE_ID_LOCAL);
    const immediate = output.view('tc').u32(offset! + 4);
    expect(immediate).toBe(type);
    return output.btf.name(immediate);
  });
}

test('an immediate that holds a type id gets the new one', () => {
  for (const suffix of ['.o', '.be.o']) {
    const output = parity(`type-ids/one${suffix}`, `type-ids/two${suffix}`);
    expect(typeIds(output)).toEqual(['same', 'only_one', 'same', 'only_two']);
    const other = parity(`type-ids/two${suffix}`, `type-ids/one${suffix}`);
    expect(typeIds(other)).toEqual(['same', 'only_two', 'same', 'only_one']);
  }
});

test('pointers in data: global ones keep their names, static ones their places', () => {
  const output = parity('data-pointers/one.o', 'data-pointers/two.o');
  expect(output.targets('.data.table')).toEqual(['shared', 'target_one', 'shared', 'target_two']);
  const fixed = parity('data-pointers/static-one.o', 'data-pointers/static-two.o');
  const names = ['padding', 'variable', 'function'];
  expect(fixed.targets('.data.table')).toEqual([...names, ...names]);
  const [first, second] = fixed.symbols('variable');
  expect(first!.value).not.toBe(second!.value);
  expect(fixed.view('.data.table').size(8)).toBe(first!.value);
  expect(fixed.view('.data.table').size(24 + 8)).toBe(second!.value);
});

test('two .struct_ops.link variables stand one after the other, and name their functions', () => {
  const output = parity('struct-ops/one.o', 'struct-ops/two.o');
  expect(output.targets('.struct_ops.link')).toEqual([
    ...['ssthresh_one', 'cong_avoid_one', 'undo_cwnd_one'],
    ...['ssthresh_two', 'cong_avoid_two', 'undo_cwnd_two'],
  ]);
  expect(output.datasec('.struct_ops.link')).toEqual([
    '0 40 global control_one',
    '40 40 global control_two',
  ]);
  expect(output.types('tcp_congestion_ops', KIND.STRUCT)).toHaveLength(1);
});
