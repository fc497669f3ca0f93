import { expect, test } from 'vitest';
import { parseSetting } from '../../src/config/settings.ts';
import { isDiagnostic, type Setting } from '../../src/config/value.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { R_BPF, STT } from '../../src/elf/constants.ts';
import { codes, fixture, linkFixture, linkObjects, Output } from '../support/link.ts';
import { CODE, DATA, type ObjectSpec, object } from '../support/object.ts';
import { patch } from '../support/patch.ts';

function settings(...texts: readonly string[]): Setting[] {
  return texts.map((text) => {
    const parsed = parseSetting(text);
    if (isDiagnostic(parsed)) throw new Error(parsed.message);
    return parsed;
  });
}

/** The bytes of a variable, in memory order, after `--set`s. */
function bytesAfter(path: string, name: string, ...texts: readonly string[]): number[] {
  const output = new Output(linkFixture([path], 'generic.ld', { settings: settings(...texts) }));
  const { section, value, size } = output.symbol(name);
  return [...output.elf.sections[section]!.bytes.subarray(value, value + size)];
}

const text = (string: string, size: number): number[] => [
  ...new TextEncoder().encode(string.padEnd(size, '\0')),
];

/** Name, value, and the bytes that the little-endian object then has. */
const typed: readonly (readonly [string, string, number[]])[] = [
  ['byte_value', '0xff', [255]],
  ['half_value', '443', [0xbb, 1]],
  ['word_value', '0b101', [5, 0, 0, 0]],
  ['word_value', '1_000', [0xe8, 3, 0, 0]],
  ['wide_value', '18446744073709551615', new Array(8).fill(255)],
  ['signed_byte', '-1', [255]],
  ['signed_word', '-2', [254, 255, 255, 255]],
  ['signed_wide', '-9223372036854775808', [0, 0, 0, 0, 0, 0, 0, 128]],
  ['flag', 'false', [0]],
  ['mode', 'MODE_ON', [1, 0, 0, 0]],
  ['mode', '7', [7, 0, 0, 0]],
  ['name', '"wlan1"', text('wlan1', 16)],
  ['name', "[ 'a', 'b' ,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", text('ab', 16)],
  ['limits', '{low: 1, high: 2, mac: hex:001122334455}', limits(1, 2, [0, 17, 34, 51, 68, 85])],
  ['grid', '[[1, 2, 3], [4, 5, 65535]]', [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 255, 255]],
  ['data_word', '9', [9, 0, 0, 0]],
];

/** `struct limits`, little-endian. */
function limits(low: number, high: number, mac: readonly number[]): number[] {
  return [low, 0, 0, 0, high, 0, 0, 0, ...mac, 0, 0];
}

test.each(typed)('--set %s=%s', (name, value, bytes) => {
  expect(bytesAfter('config/config.o', name, `${name}=${value}`)).toEqual(bytes);
});

test.each([
  ['word_value', '0x01020304', [1, 2, 3, 4]],
  ['wide_value', '258', [0, 0, 0, 0, 0, 0, 1, 2]],
  ['grid', '[[1, 2, 3], [4, 5, 6]]', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]],
  ['name', '"eth1"', text('eth1', 16)],
])('big-endian: --set %s=%s', (name, value, bytes) => {
  expect(bytesAfter('config/config.be.o', name, `${name}=${value}`)).toEqual(bytes);
});

test.each([
  ['limits.high=7', 'limits', limits(1, 7, [2, 0, 0, 0, 0, 9])],
  ['limits.mac[5]=3', 'limits', limits(1, 2, [2, 0, 0, 0, 0, 3])],
  ['grid[1][0]=9', 'grid', [1, 0, 2, 0, 3, 0, 9, 0, 5, 0, 6, 0]],
])('--set %s leaves the rest', (setting, name, bytes) => {
  expect(bytesAfter('config/config.o', name, setting)).toEqual(bytes);
});

test('a later setting changes what an earlier one set', () => {
  const both = ['grid=[[0, 0, 0], [0, 0, 0]]', 'grid[0][1]=1'];
  expect(bytesAfter('config/config.o', 'grid', ...both)).toEqual([
    0,
    0,
    1,
    0,
    ...new Array(8).fill(0),
  ]);
});

test.each([
  ['word_value', '7', [7, 0, 0, 0]],
  ['word_value', '-1', [255, 255, 255, 255]],
  ['grid', '[1, 2, 3, 4, 5, 6]', [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]],
  ['name', '"eth1"', text('eth1', 16)],
  ['limits', 'hex:01000000020000000000000000000000', limits(1, 2, [0, 0, 0, 0, 0, 0])],
])('without type information: --set %s=%s', (name, value, bytes) => {
  expect(bytesAfter('config/config-plain.o', name, `${name}=${value}`)).toEqual(bytes);
});

function faults(path: string, script: 'tc.ld' | 'generic.ld', text: string): readonly Diagnostic[] {
  const { output, diagnostics } = linkFixture([path], script, { settings: settings(text) });
  expect(output).toBeUndefined();
  return diagnostics.filter(({ severity }) => severity === 'error');
}

test.each([
  ['CONF-006', 'word_valeu=1', "did you mean 'word_value'?"],
  ['CONF-006', 'nothing_like_it=1', "no data symbol for setting 'nothing_like_it'"],
  ['CONF-008', 'byte_value=256', '256 is out of range'],
  ['CONF-007', 'byte_value="x"', 'byte_value'],
  ['CONF-009', 'grid=[[1, 2, 3]]', 'grid'],
  ['CONF-010', 'name="a name too long for it"', 'name'],
  ['CONF-011', 'limits=hex:00', 'limits'],
  ['CONF-012', 'limits.hihg=1', "did you mean 'high'?"],
  ['CONF-013', 'mode=MODE_AUTOO', "did you mean 'MODE_AUTO'?"],
  ['CONF-014', 'grid[2][0]=1', 'grid'],
  ['CONF-018', 'config=1', 'it is not a variable'],
])('%s: --set %s', (code, setting, words) => {
  const diagnostics = faults('config/config.o', 'generic.ld', setting);
  expect(codes(diagnostics)).toEqual([code]);
  expect(diagnostics[0]!.message).toContain(words);
});

test('CONF-014: a member without type information', () => {
  expect(codes(faults('config/config-plain.o', 'generic.ld', 'limits.low=1'))).toEqual([
    'CONF-014',
  ]);
});

test('LAYOUT-004: a value in .bss', () => {
  const diagnostics = faults('config/config.o', 'generic.ld', 'bss_word=1');
  expect(codes(diagnostics)).toEqual(['LAYOUT-004']);
  const { message, notes } = diagnostics[0]!;
  expect(message).toContain('.bss has no bytes in the file');
  expect(notes.join()).toContain('initialise the variable in the source');
});

test('tc: a value in .bss that is only read becomes part of the code', () => {
  const options = { settings: settings('bss_word=0x01020304') };
  const output = new Output(linkFixture(['config/config.o'], 'tc.ld', options));
  expect(output.sectionNames).not.toContain('.bss');
  const view = output.view('classifier');
  const immediates = Array.from({ length: view.length / 8 }, (_, slot) => view.u32(slot * 8 + 4));
  expect(immediates).toContain(0x01020304);
});

const statics = (name: string): ObjectSpec => ({
  sections: [{ name: '.data', flags: DATA, content: [1, 0, 0, 0] }],
  symbols: [{ name, in: '.data', binding: 'local', size: 4, type: STT.OBJECT }],
});

test('one static variable of a name can be set', () => {
  const result = linkObjects({ 'a.o': statics('x') }, undefined, { settings: settings('x=5') });
  expect(new Output(result).content('.data')).toEqual([5, 0, 0, 0]);
});

test('CONF-019: two static variables of a name are ambiguous, and both places are named', () => {
  const { output, diagnostics } = linkObjects({ 'a.o': statics('x'), 'b.o': statics('x') }, '', {
    settings: settings('x=5'),
  });
  expect(output).toBeUndefined();
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!).toMatchObject({
    code: 'CONF-019',
    message: expect.stringContaining("'x'"),
  });
  expect(diagnostics[0]!.at.map(({ file }) => file)).toEqual(['command line', 'a.o', 'b.o']);
});

test('a global variable goes before static ones of its name', () => {
  const global = { ...statics('x'), symbols: [{ name: 'x', in: '.data', size: 4, type: 1 }] };
  const result = linkObjects({ 'a.o': statics('x'), 'b.o': global }, undefined, {
    settings: settings('x=5'),
  });
  expect(new Output(result).content('.data')).toEqual([1, 0, 0, 0, 5, 0, 0, 0]);
});

test('of a weak and a strong variable the strong one is set', () => {
  const make = (binding: 'weak' | 'global'): ObjectSpec => ({
    ...statics('x'),
    symbols: [{ name: 'x', in: '.data', size: 4, type: STT.OBJECT, binding }],
  });
  const objects = { 'a.o': make('weak'), 'b.o': make('global') };
  const result = linkObjects(objects, undefined, { settings: settings('x=5') });
  expect(new Output(result).content('.data')).toEqual([1, 0, 0, 0, 5, 0, 0, 0]);
});

test('CONF-017: type information of another size than the symbol', () => {
  const config = patch(fixture('config/config.o').bytes);
  const { output, diagnostics } = linkObjects(
    { 'a.o': config.symbol('half_value', { size: 1 }).bytes },
    undefined,
    { settings: settings('half_value=1') },
  );
  expect(output).toBeUndefined();
  expect(codes(diagnostics)).toContain('CONF-017');
});

test('the input is not written to', () => {
  const bytes = object(statics('x'));
  const copy = bytes.slice();
  linkObjects({ 'a.o': bytes }, undefined, { settings: settings('x=5') });
  expect(bytes).toEqual(copy);
});

const SLOT = new Array(8).fill(0);
const LOAD: readonly number[] = [0x18, 0, 0, 0, 0, 0, 0, 0, ...SLOT];

/** A program that refers to `symbol` + `addend`, and a variable of 8 bytes at 8 of its section. */
const reading = (symbol: string | undefined, addend = 0, section = '.data'): ObjectSpec => ({
  sections: [
    {
      name: 'prog',
      flags: CODE,
      content: LOAD.with(4, addend),
      relocations: symbol === undefined ? [] : [{ offset: 0, type: R_BPF.LD_IMM64, symbol }],
    },
    { name: section, flags: DATA, content: [...SLOT, ...SLOT, ...SLOT] },
  ],
  symbols: [
    { name: 'f', in: 'prog', size: 16, type: STT.FUNC },
    { name: 'x', in: section, value: 8, size: 8, type: STT.OBJECT },
    { name: 'y', in: section, size: 8, type: STT.OBJECT },
  ],
});

/** Codes of a link that gives x a value. */
const codesOf = (object: ObjectSpec): readonly string[] =>
  codes(
    new Output(linkObjects({ 'a.o': object }, undefined, { settings: settings('x=5', 'x=6') }))
      .diagnostics,
  );

test.each([
  ['nothing', reading(undefined)],
  ['another variable', reading('y')],
  ['the bytes before it', reading('.data', 7)],
  ['the bytes behind it', reading('.data', 16)],
])('CONF-020: %s is referred to, so the value has no effect', (_, object) => {
  expect(codesOf(object)).toEqual(['CONF-020']);
});

test.each([
  ['by its name', reading('x')],
  ['past its end, by its name', reading('x', 8)],
  ['by its section', reading('.data', 8)],
  ['inside, by its section', reading('.data', 15)],
  ['inside, by another name', reading('y', 12)],
  ['perhaps by the loader', reading(undefined, 0, 'version')],
])('a variable that is referred to %s has an effect', (_, object) => {
  expect(codesOf(object)).toEqual([]);
});

test('every variable of the configuration fixture has an effect', () => {
  for (const [name, value] of typed) {
    const options = { settings: settings(`${name}=${value}`) };
    const { diagnostics } = linkFixture(['config/config.o'], 'generic.ld', options);
    expect(codes(diagnostics)).not.toContain('CONF-020');
  }
});

test('CONF-021: where an address is stored no value can be', () => {
  const pointer: ObjectSpec = {
    sections: [
      {
        name: '.data',
        flags: DATA,
        content: new Array(16).fill(0),
        relocations: [{ offset: 8, type: 2, symbol: 'x' }],
      },
    ],
    symbols: [
      { name: 'x', in: '.data', size: 4, type: STT.OBJECT },
      { name: 'p', in: '.data', value: 8, size: 8, type: STT.OBJECT },
    ],
  };
  const { output, diagnostics } = linkObjects({ 'a.o': pointer }, '', {
    settings: settings('p=5'),
  });
  expect(output).toBeUndefined();
  expect(diagnostics).toMatchObject([
    { code: 'CONF-021', message: "setting 'p': the address of 'x' is stored there" },
  ]);
});
