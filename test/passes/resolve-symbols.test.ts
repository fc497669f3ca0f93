import { expect, test } from 'vitest';
import { callFunction, exit, loadImm64, movImm } from '../../src/bpf/build.ts';
import { R_BPF, SHT, STB, STT, STV } from '../../src/elf/constants.ts';
import {
  codes,
  fixture,
  linked,
  linkFixture,
  type Objects,
  Output,
  refused,
} from '../support/link.ts';
import { DATA, type ObjectSpec, type SymbolSpec } from '../support/object.ts';

/** `x` in .data, its first byte telling which object it is from. */
function defines(byte: number, fields: Partial<SymbolSpec> = {}): ObjectSpec {
  return {
    sections: [{ name: '.data', flags: DATA, content: [byte, 0, 0, 0] }],
    symbols: [{ name: 'x', in: '.data', size: 4, type: STT.OBJECT, ...fields }],
  };
}

/** A pointer to `x` in a section of its own. */
function refers(
  binding: 'global' | 'weak' = 'global',
  visibility: number = STV.DEFAULT,
): ObjectSpec {
  return {
    sections: [
      {
        name: '.data.pointer',
        flags: DATA,
        content: new Uint8Array(8),
        relocations: [{ offset: 0, type: R_BPF.ABS64, symbol: 'x' }],
      },
    ],
    symbols: [{ name: 'x', binding, visibility }],
  };
}

const strong = defines(1);
const otherStrong = defines(2);
const weak = defines(3, { binding: 'weak' });
const otherWeak = defines(4, { binding: 'weak' });

/** The byte at which `x` stands in the output. */
function winner(output: Output): number | undefined {
  const { section, value } = output.symbol('x');
  return output.elf.sections[section]!.bytes[value];
}

function named(objects: readonly ObjectSpec[]): Objects {
  return Object.fromEntries(objects.map((one, i) => [`${'abc'[i]}.o`, one]));
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    orders(items.filter((_, other) => other !== i)).map((rest) => [item, ...rest]),
  );
}

/** Each in the order of `weak`, `reference`, `strong`. */
const parts = { weak, reference: refers(), strong } as const;

test.each(orders(['weak', 'reference', 'strong'] as const))(
  'the strong definition wins: %s, %s, %s',
  (...names) => {
    const output = linked(named(names.map((name) => parts[name])));
    expect(winner(output)).toBe(1);
    expect(output.symbol('x').binding).toBe(STB.GLOBAL);
    expect(output.relocations('.data.pointer')).toEqual(['0 2 x']);
  },
);

test('of two weak definitions the first wins, and stays weak', () => {
  const output = linked(named([weak, otherWeak]));
  expect(winner(output)).toBe(3);
  expect(output.symbol('x').binding).toBe(STB.WEAK);
});

test('a strong reference does not make a weak definition strong', () => {
  const output = linked(named([weak, refers(), otherWeak]));
  expect(winner(output)).toBe(3);
  expect(output.symbol('x').binding).toBe(STB.WEAK);
});

const bss: ObjectSpec = {
  sections: [{ name: '.bss', type: SHT.NOBITS, flags: DATA, size: 4 }],
  symbols: [{ name: 'x', in: '.bss', size: 4, type: STT.OBJECT }],
};

test.each(orders(['weak data', 'strong bss'] as const))('%s and %s: the strong one', (...names) => {
  const output = linked(named(names.map((name) => (name === 'weak data' ? weak : bss))));
  const { section } = output.symbol('x');
  expect(output.elf.sections[section]?.name).toBe('.bss');
});

test('SYM-001: two strong definitions, with both places', () => {
  const diagnostics = refused(named([strong, otherStrong]));
  expect(diagnostics).toMatchObject([
    {
      code: 'SYM-001',
      message: 'duplicate symbol: x',
      at: [
        { file: 'a.o', section: '.data', offset: 0 },
        { file: 'b.o', section: '.data', offset: 0 },
      ],
    },
  ]);
});

test('SYM-001: source lines are named where line info has them', () => {
  const one = fixture('duplicate/one.o');
  const two = fixture('duplicate/two.o');
  const diagnostics = refused({ 'one.o': one.bytes, 'two.o': two.bytes });
  expect(codes(diagnostics)).toEqual(['SYM-001']);
  const files = diagnostics[0]!.at.map(({ file }) => file.split('/').at(-1));
  expect(files).toEqual(expect.arrayContaining(['one.o', 'two.o']));
});

test('SYM-001: two absolute symbols', () => {
  const absolute: ObjectSpec = { symbols: [{ name: 'x', in: 'ABS', value: 1 }] };
  expect(codes(refused(named([absolute, absolute])))).toEqual(['SYM-001']);
});

const common = (size: number, align = 4): ObjectSpec => ({
  symbols: [{ name: 'x', in: 'COMMON', value: align, size, type: STT.OBJECT }],
});

test.each([
  ['common, common', [common(4), common(24, 16)], 24, 16],
  ['common, common, the larger first', [common(24), common(4, 16)], 24, 16],
  ['common, reference', [refers(), common(8, 8)], 8, 8],
])('%s: the largest size and the strictest alignment', (_, objects, size, align) => {
  const output = linked(named(objects));
  expect(output.symbol('x')).toMatchObject({ size, type: STT.OBJECT, binding: STB.GLOBAL });
  expect(output.section('.bss')).toMatchObject({ size, align, type: SHT.NOBITS });
});

test.each([
  ['strong', strong, 1],
  ['weak', weak, undefined],
])('a common symbol and a %s definition, both orders', (_, definition, byte) => {
  expect(winner(linked(named([definition, common(8)])))).toBe(byte);
  expect(winner(linked(named([common(8), definition])))).toBe(byte);
});

test('commons of several names do not overlap', () => {
  const output = linked({
    'a.o': {
      symbols: [
        { name: 'a', in: 'COMMON', value: 1, size: 3 },
        { name: 'b', in: 'COMMON', value: 8, size: 8 },
      ],
    },
  });
  expect([output.symbol('a').value, output.symbol('b').value]).toEqual([0, 8]);
  expect(output.section('.bss').size).toBe(16);
});

test.each([3, 6, 2 ** 40])('SYM-005: a common symbol of alignment %i', (align) => {
  const diagnostics = refused({ 'a.o': common(4, align) });
  expect(codes(diagnostics)).toEqual(['SYM-005']);
  expect(diagnostics[0]!.message).toBe(`common symbol 'x' has the alignment ${align}`);
});

test.each([
  ['the definition', [defines(1, { visibility: STV.HIDDEN }), refers()]],
  ['a reference', [strong, refers('global', STV.HIDDEN)]],
  ['a weak reference, first', [refers('weak', STV.HIDDEN), strong]],
  ['a losing definition', [strong, defines(3, { binding: 'weak', visibility: STV.HIDDEN })]],
  ['internal visibility', [strong, refers('global', STV.INTERNAL)]],
])('hidden by %s is hidden', (_, objects) => {
  expect(linked(named(objects)).symbol('x').visibility).toBe(STV.HIDDEN);
});

test.each([
  ['over default', [defines(1, { visibility: STV.PROTECTED }), refers()], STV.PROTECTED],
  ['over default, of a reference', [strong, refers('global', STV.PROTECTED)], STV.PROTECTED],
  [
    'not over hidden',
    [refers('global', STV.HIDDEN), refers('global', STV.PROTECTED), strong],
    STV.HIDDEN,
  ],
])('protected wins %s', (_, objects, visibility) => {
  expect(linked(named(objects)).symbol('x').visibility).toBe(visibility);
});

test('equal static names coexist', () => {
  const local = (byte: number): ObjectSpec => defines(byte, { binding: 'local' });
  const output = linked(named([local(1), local(2)]));
  expect(output.symbols('x').map(({ value }) => output.content('.data')[value])).toEqual([1, 2]);
});

test.each([
  ['global', STB.GLOBAL],
  ['weak', STB.WEAK],
] as const)('an undefined %s reference is kept for a later link', (binding, expected) => {
  const output = linked({ 'a.o': refers(binding) });
  expect(output.symbol('x')).toMatchObject({ place: 'undefined', binding: expected, type: 0 });
});

test('one strong reference makes an undefined name strong', () => {
  const pointer = refers('weak');
  expect(linked(named([pointer, refers()])).symbol('x').binding).toBe(STB.GLOBAL);
});

test('an undefined name that nothing refers to is dropped', () => {
  const output = linked({ 'a.o': { ...strong, symbols: [{ name: 'ghost', binding: 'weak' }] } });
  expect(output.symbols('ghost')).toEqual([]);
});

test('an undefined name stays undefined beside definitions of its object', () => {
  const output = linked({
    'a.o': {
      sections: [...strong.sections!, ...refers().sections!],
      symbols: [{ name: 'y', in: '.data', size: 4 }, { name: 'x' }],
    },
  });
  expect(output.symbol('x').place).toBe('undefined');
  expect(output.symbol('y').place).toBe('section');
});

const caller = (name: string): ObjectSpec => ({
  sections: [
    {
      name: 'classifier',
      code: [callFunction(-1), exit()],
      relocations: [{ offset: 0, type: R_BPF.CALL32, symbol: name }],
    },
  ],
  symbols: [{ name: 'main2', in: 'classifier', size: 16, type: STT.FUNC }, { name }],
});

const tc = 'PROFILE(tc) LOWER(calls: copy)';

test.each([
  ['mian2', "undefined function: mian2 (did you mean 'main2'?)", 'link the object'],
  ['memcpy', 'undefined function: memcpy', 'use __builtin_memcpy with a constant size'],
  ['llvm.bpf.passthrough', 'undefined function: llvm.bpf.passthrough', 'two LLVM versions'],
  ['__bpf_trap', 'undefined function: __bpf_trap', 'remove the panic'],
])('SYM-002: undefined %s under tc', (name, message, remedy) => {
  const diagnostics = refused({ 'a.o': caller(name) }, tc);
  expect(codes(diagnostics)).toEqual(['SYM-002']);
  expect(diagnostics[0]!.message).toBe(message);
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'a.o', section: 'classifier', offset: 0 }]);
  expect(diagnostics[0]!.notes.join()).toContain(remedy);
});

test('SYM-002: undefined data under tc', () => {
  const diagnostics = refused(
    {
      'a.o': {
        sections: [
          {
            name: 'classifier',
            code: [loadImm64(1, 0n), movImm(0, 0), exit()],
            relocations: [{ offset: 0, type: R_BPF.LD_IMM64, symbol: 'table' }],
          },
          { name: 'license', flags: DATA, content: 'GPL\0' },
        ],
        symbols: [{ name: 'main', in: 'classifier', size: 32, type: STT.FUNC }, { name: 'table' }],
      },
    },
    tc,
  );
  expect(codes(diagnostics)).toEqual(['SYM-002']);
  expect(diagnostics[0]!.message).toBe('undefined symbol: table');
});

test('SYM-002: undefined in data under tc', () => {
  const main = { name: 'main', in: 'classifier', size: 16, type: STT.FUNC };
  const program: ObjectSpec = {
    sections: [{ name: 'classifier', code: [movImm(0, 0), exit()] }],
    symbols: [main],
  };
  const diagnostics = refused({ 'a.o': refers(), 'p.o': program }, 'PROFILE(tc)');
  expect(diagnostics).toMatchObject([
    { code: 'SYM-002', at: [{ file: 'a.o', section: '.data.pointer', offset: 0 }] },
  ]);
});

/** A weak function `inline`, and a global one that calls it. */
function inlineUser(name: string): ObjectSpec {
  return {
    sections: [
      { name: '.text.inline', code: [movImm(0, name.length), exit()] },
      {
        name: '.text',
        code: [callFunction(-1), exit()],
        relocations: [{ offset: 0, type: R_BPF.CALL32, symbol: 'inline' }],
      },
    ],
    symbols: [
      { name: 'inline', in: '.text.inline', binding: 'weak', size: 16, type: STT.FUNC },
      { name, in: '.text', size: 16, type: STT.FUNC },
    ],
  };
}

test('a weak function that loses leaves no body behind', () => {
  const output = linked({ 'a.o': inlineUser('f'), 'b.o': inlineUser('long') });
  expect(output.section('.text.inline').size).toBe(16);
  expect(output.content('.text.inline')[4]).toBe(1);
  expect(output.relocations('.text')).toEqual(['0 10 inline', '16 10 inline']);
});

test('code around a losing function moves together', () => {
  const paths = ['weak-losers/first.o', 'weak-losers/second.o'];
  const output = new Output(linkFixture(paths, 'generic.ld'));
  const inputs = paths.map((path) => new Output({ output: fixture(path).bytes, diagnostics: [] }));
  const loser = inputs[1]!.symbol('choose').size;
  const sizes = inputs.map((input) => input.section('.text').size);
  expect(output.section('.text').size).toBe(sizes[0]! + sizes[1]! - loser);
  const first = output.symbol('choose');
  expect(first).toMatchObject({
    value: 0,
    binding: STB.WEAK,
    size: inputs[0]!.symbol('choose').size,
  });
  const { value, size } = output.symbol('before');
  expect(output.symbol('after').value).toBe(value + size);
});
