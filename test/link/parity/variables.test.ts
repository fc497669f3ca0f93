/** Variables of several objects: places, DATASECs, and externs of the kernel. */
import { expect, test } from 'vitest';
import { KIND } from '../../../src/btf/format.ts';
import { STB } from '../../../src/elf/constants.ts';
import { parity, permutations, type TypedOutput } from './support.ts';

const pair = ['linked-variables/one.o', 'linked-variables/two.o'] as const;

/** Each DATASEC with bytes says where the symbols are, in order, and covers its section. */
function expectAgreement(output: TypedOutput): void {
  for (const name of output.datasecs) {
    const section = output.elf.sections.find((one) => one.name === name);
    if (section === undefined || output.placesIn(name).length === 0) continue;
    const listed = output.datasec(name).map((line) => line.replace(/ (static|global) /, ' '));
    expect(listed).toEqual(output.placesIn(name));
    expect(output.btf.size(output.types(name, KIND.DATASEC)[0]!)).toBe(section.size);
  }
}

test.each(
  [
    ...permutations(pair),
    ['static-data/one.o', 'static-data/two.o'],
    ['static-data/one.be.o', 'static-data/two.be.o'],
    ['linked-maps/one.o', 'linked-maps/two.o'],
    ['linked-maps/two.o', 'linked-maps/one.o'],
    ['arena/user.o', 'arena/owner.o'],
    ['alignment/one.o', 'alignment/eight.o'],
  ].map((order) => [order]),
)('DATASECs list the symbols where they are: %j', (order) => {
  expectAgreement(parity(...order));
});

test('a setting of the kernel is listed once in .kconfig, strong if one file says so', () => {
  for (const order of permutations(pair)) {
    const output = parity(...order);
    expect(
      output
        .datasec('.kconfig')
        .map((line) => line.replace(/^\d+ /, ''))
        .sort(),
    ).toEqual(['1 extern CONFIG_BPF_SYSCALL', '4 extern LINUX_KERNEL_VERSION']);
    for (const name of ['CONFIG_BPF_SYSCALL', 'LINUX_KERNEL_VERSION']) {
      expect(output.symbol(name)).toMatchObject({ place: 'undefined', binding: STB.GLOBAL });
    }
  }
});

test('a kernel symbol that is weak in all files is listed once in .ksyms and stays weak', () => {
  const output = parity(...pair);
  expect(output.datasec('.ksyms').map((line) => line.replace(/^.* /, ''))).toEqual([
    'bpfld_has_no_such_symbol',
  ]);
  expect(output.symbol('bpfld_has_no_such_symbol')).toMatchObject({
    place: 'undefined',
    binding: STB.WEAK,
  });
});

test('statics of one name are two variables, and weak ones one', () => {
  const output = parity(...pair);
  expect(output.linkages('own')).toEqual(['static', 'static']);
  expect(output.symbols('own').map(({ value }) => output.view('.data').u32(value))).toEqual([1, 3]);
  const weak = output.symbol('weak');
  expect([weak.binding, output.view('.data').u32(weak.value)]).toEqual([STB.WEAK, 30]);
  const strong = output.symbol('strong');
  expect([strong.binding, output.view('.data').u32(strong.value)]).toEqual([STB.GLOBAL, 400]);
  expect(output.linkages('strong')).toEqual(['global']);
});

test('an array is as long as its definition', () => {
  for (const order of permutations(pair)) {
    const output = parity(...order);
    const [line] = output.datasec('.data').filter((text) => text.endsWith(' numbers'));
    expect(line).toBe(`${output.symbol('numbers').value} 16 global numbers`);
    expect(output.linkages('numbers')).toEqual(['global']);
  }
});

test('the addends of statics count from their own file', () => {
  const output = parity('static-data/one.o', 'static-data/two.o');
  const names = output.targets('tc').map((name) => name.replace(/\+\d+$/, ''));
  expect([...new Set(names)].sort()).toEqual(['add', 'count', 'pairs', 'table', 'zeroes']);
  const half = names.length / 2;
  expect(names.slice(half)).toEqual(names.slice(0, half));
});

test('an arena variable is placed where its definition is, though its declaration comes first', () => {
  for (const order of permutations(['arena/user.o', 'arena/owner.o'])) {
    const output = parity(...order);
    const { value } = output.symbol('counted');
    expect(output.view('.addr_space.1').u32(value)).toBe(70);
    expect(output.datasec('.addr_space.1')).toContain(`${value} 4 global counted`);
    expect(output.linkages('counted')).toEqual(['global']);
    expect(output.datasec('.maps').map((line) => line.replace(/^.* /, ''))).toEqual(['arena']);
  }
});

const kernel = (name: string): string => `kernel-functions/${name}.o`;

test('a kernel function that two files use is listed once, in .ksyms', () => {
  const output = parity(kernel('one'), kernel('two'));
  expect(
    output
      .datasec('.ksyms')
      .map((line) => line.replace(/^.* /, ''))
      .sort(),
  ).toEqual(['bpf_rcu_read_lock', 'bpf_rcu_read_unlock']);
  expect(output.linkages('bpf_rcu_read_lock')).toEqual(['extern']);
  expect(output.symbol('bpf_rcu_read_lock').binding).toBe(STB.GLOBAL);
  expect(parity(kernel('weak')).symbol('bpf_rcu_read_lock').binding).toBe(STB.WEAK);
  expect(parity(kernel('weak'), kernel('one')).symbol('bpf_rcu_read_lock').binding).toBe(
    STB.GLOBAL,
  );
});

test('a kernel function that a file declares without __ksym stays one, in both orders', () => {
  for (const order of permutations(['one', 'plain'])) {
    const output = parity(...order.map(kernel));
    expect(output.linkages('bpf_rcu_read_lock')).toEqual(['extern']);
    expect(output.datasec('.ksyms')).toHaveLength(2);
  }
});

test.each(permutations(['one', 'plain', 'defined']).map((order) => [order]))(
  'where a file defines it, it is that: %j',
  (order) => {
    const output = parity(...order.map(kernel));
    expect(output.symbol('bpf_rcu_read_lock').place).toBe('section');
    expect(output.linkages('bpf_rcu_read_lock')).toEqual(['global']);
    expect(output.datasecs).not.toContain('.ksyms');
  },
);
