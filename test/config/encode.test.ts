import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteOrder } from '../../src/base/bytes.ts';
import { type EncodedSetting, encodeSetting } from '../../src/config/encode.ts';
import { bindSetting, parseSetting, parseSettingsFile } from '../../src/config/settings.ts';
import type { ConfigType, IntType } from '../../src/config/type.ts';
import { isDiagnostic, type Setting } from '../../src/config/value.ts';
import { notData, unknownSymbol } from '../../src/diag/catalogue/config.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';

const int = (size: number, signed = false): IntType => ({ kind: 'int', size, signed });
const u8 = int(1);
const u16 = int(2);
const u32 = int(4);
const s8 = int(1, true);
const s32 = int(4, true);
const u64 = int(8);
const bool: IntType = { ...u8, bool: true };
const verdict: ConfigType = {
  kind: 'enum',
  name: 'verdict',
  size: 4,
  signed: false,
  values: [
    { name: 'PASS', value: 0n },
    { name: 'DROP', value: 2n },
    { name: 'ERROR', value: -1n },
  ],
};
const array = (element: ConfigType, count: number): ConfigType => ({
  kind: 'array',
  element,
  count,
});
/** struct { u16 ports[3]; s8 bias; u8 low:3, high:5; union { u32 word; u8 bytes[4]; }; void *next; } */
const config: ConfigType = {
  kind: 'struct',
  name: 'config',
  size: 20,
  members: [
    { name: 'ports', offsetBits: 0, type: array(u16, 3) },
    { name: 'bias', offsetBits: 48, type: s8 },
    { name: 'low', offsetBits: 56, sizeBits: 3, type: u8 },
    { name: 'high', offsetBits: 59, sizeBits: 5, type: u8 },
    {
      name: '',
      offsetBits: 64,
      type: {
        kind: 'union',
        size: 4,
        members: [
          { name: 'word', offsetBits: 0, type: u32 },
          { name: 'bytes', offsetBits: 0, type: array(u8, 4) },
        ],
      },
    },
    { name: 'next', offsetBits: 96, type: { kind: 'pointer', size: 8 } },
  ],
};

interface Options {
  readonly order?: ByteOrder;
  readonly initial?: Uint8Array;
  readonly symbols?: readonly string[];
}

function encode(
  setting: Setting | Diagnostic,
  size: number,
  type: ConfigType | undefined,
  options: Options,
): EncodedSetting | Diagnostic {
  if (isDiagnostic(setting)) throw new Error(setting.message);
  const bound = bindSetting(setting, (name) => (options.symbols ?? ['x']).includes(name));
  if (bound === undefined) throw new Error('not bound');
  return encodeSetting(setting, {
    ...bound,
    size,
    order: options.order ?? 'little',
    ...(type === undefined ? {} : { type }),
    ...(options.initial === undefined ? {} : { initial: options.initial }),
  });
}

const set = (text: string, size: number, type?: ConfigType, options: Options = {}) =>
  encode(parseSetting(text), size, type, options);

function setJson(value: string, size: number, type?: ConfigType): EncodedSetting | Diagnostic {
  const { settings } = parseSettingsFile({ name: 'v.json', text: `{"x": ${value}}` });
  return encode(settings[0]!, size, type, {});
}

test.each<[string, number, string]>([
  ['x=7', 4, '07000000'],
  ['x=-1', 2, 'ffff'],
  ['x=0xff', 1, 'ff'],
  ['x=18446744073709551615', 8, 'ffffffffffffffff'],
  ['x=true', 4, '01000000'],
  ["x='a'", 1, '61'],
  ['x=[4,5,6,7]', 4, '04050607'],
  ['x=[1,-2]', 4, '0100feff'],
  ['x=[1]', 4, '01000000'],
  ['x="ab"', 4, '61620000'],
  ['x=hex:0a0b0c', 3, '0a0b0c'],
])('%s fills a symbol of %i bytes without a type', (text, size, hex) => {
  const result = set(text, size);
  expect(result).toMatchObject({ offset: 0 });
  expect(Buffer.from((result as EncodedSetting).bytes).toString('hex')).toBe(hex);
});

test.each<[string, ConfigType, number, string]>([
  ['x=-128', s8, 0, '80'],
  ["x='\\xff'", s8, 0, 'ff'],
  ['x=255', u8, 0, 'ff'],
  ['x=true', bool, 0, '01'],
  ['x=DROP', verdict, 0, '02000000'],
  ['x=ERROR', verdict, 0, 'ffffffff'],
  ['x=2', verdict, 0, '02000000'],
  ['x="hi"', array(s8, 4), 0, '68690000'],
  ["x=['a',2,3,4]", array(u8, 4), 0, '61020304'],
  ['x=[[1,2],[3,4]]', array(array(u16, 2), 2), 0, '0100020003000400'],
  ['x=["a","b"]', array(array(s8, 2), 2), 0, '61006200'],
  ['x[1]=5', array(u32, 3), 4, '05000000'],
  ['x[1][0]=5', array(array(u16, 2), 2), 4, '0500'],
  ['x.ports[2]=80', config, 4, '5000'],
  ['x.bias=-1', config, 6, 'ff'],
  ['x.low=5', config, 7, '05'],
  ['x.high=1', config, 7, '08'],
  ['x.word=1', config, 8, '01000000'],
  ['x.bytes[1]=9', config, 9, '09'],
  ['x={bias: 3, .word = 4}', config, 0, '0000000000000300040000000000000000000000'],
  ['x=0x1_0000_0000_0000_0000', int(16), 0, '00000000000000000100000000000000'],
  ['x=hex:0000803f', { kind: 'float', size: 4, name: 'float' }, -1, ''],
])('%s is stored by its type', (text, type, offset, hex) => {
  const size = type.kind === 'array' ? undefined : type.size;
  const whole = size ?? (type.kind === 'array' ? sizeOfArray(type) : 0);
  const result = set(text, whole, type);
  if (offset < 0) {
    expect(result).toMatchObject({ offset: 0 });
    return;
  }
  expect(result).toMatchObject({ offset });
  expect(Buffer.from((result as EncodedSetting).bytes).toString('hex')).toBe(hex);
});

function sizeOfArray(type: ConfigType): number {
  return type.kind === 'array' ? type.count * sizeOfArray(type.element) : type.size;
}

test('big-endian objects get big-endian bytes and bitfields', () => {
  const big = { order: 'big' } as const;
  expect(set('x=1', 4, u32, big)).toEqual({ bytes: Uint8Array.of(0, 0, 0, 1), offset: 0 });
  expect(set('x.low=5', 20, config, big)).toEqual({ bytes: Uint8Array.of(0xa0), offset: 7 });
  expect(set('x.high=1', 20, config, big)).toEqual({ bytes: Uint8Array.of(1), offset: 7 });
});

test('what a setting does not mention keeps its initial value', () => {
  const initial = Uint8Array.from({ length: 20 }, (_, at) => at + 0x10);
  expect(set('x.low=0', 20, config, { initial })).toEqual({
    bytes: Uint8Array.of(0x10),
    offset: 7,
  });
  const whole = set('x={bias:0}', 20, config, { initial }) as EncodedSetting;
  expect(whole.bytes[5]).toBe(0x15);
  expect(whole.bytes[6]).toBe(0);
});

test('a string clears the rest of its array', () => {
  const initial = Uint8Array.of(1, 2, 3, 4);
  const expected = { bytes: Uint8Array.of(0x61, 0, 0, 0), offset: 0 };
  expect(set('x="a"', 4, array(s8, 4), { initial })).toEqual(expected);
  expect(set('x="a"', 4, undefined, { initial })).toEqual(expected);
});

test('an array without a count takes it from the symbol', () => {
  expect(set('x[2]=1', 12, array(u32, 0))).toMatchObject({ offset: 8 });
});

test('a JSON string is text, an enumerator or an integer by its type', () => {
  expect(setJson('"DROP"', 4, verdict)).toMatchObject({ bytes: Uint8Array.of(2, 0, 0, 0) });
  expect(setJson('"0x10"', 4, s32)).toMatchObject({ bytes: Uint8Array.of(16, 0, 0, 0) });
  expect(setJson('"16"', 4, array(s8, 4))).toMatchObject({
    bytes: Uint8Array.of(0x31, 0x36, 0, 0),
  });
  expect(setJson('"18446744073709551615"', 8)).toMatchObject({
    bytes: new Uint8Array(8).fill(255),
  });
  expect(setJson('"ab"', 4)).toMatchObject({ bytes: Uint8Array.of(0x61, 0x62, 0, 0) });
});

test.each<[string, string, number, ConfigType | undefined]>([
  ['CONF-007', 'x=1', 3, undefined],
  ['CONF-007', 'x=word', 4, undefined],
  ['CONF-007', 'x={a:1}', 4, undefined],
  ['CONF-007', 'x=[[1],[2]]', 2, undefined],
  ['CONF-007', 'x=PASS', 4, u32],
  ['CONF-007', 'x="a"', 4, u32],
  ['CONF-007', 'x=[1]', 4, u32],
  ['CONF-007', 'x="a"', 8, array(u32, 2)],
  ['CONF-007', 'x=1', 8, array(u32, 2)],
  ['CONF-007', 'x=[1]', 20, config],
  ['CONF-007', 'x={word:1,bytes:[1,2,3,4]}', 4, { ...config, kind: 'union', size: 4, members: [] }],
  ['CONF-008', 'x=256', 1, undefined],
  ['CONF-008', 'x=-129', 1, undefined],
  ['CONF-008', 'x=[1,65536]', 4, undefined],
  ['CONF-008', 'x=256', 1, u8],
  ['CONF-008', 'x=-1', 4, u32],
  ['CONF-008', 'x=0xffffffff', 4, s32],
  ['CONF-008', 'x=2', 1, bool],
  ['CONF-008', 'x=4294967296', 4, verdict],
  ['CONF-008', 'x.low=8', 20, config],
  ['CONF-009', 'x=[1,2,3]', 4, undefined],
  ['CONF-009', 'x=[]', 4, undefined],
  ['CONF-009', 'x=[1,2]', 12, array(u32, 3)],
  ['CONF-010', 'x="abcd"', 4, undefined],
  ['CONF-010', 'x="abcd"', 4, array(s8, 4)],
  ['CONF-011', 'x=hex:00', 4, undefined],
  ['CONF-011', 'x=hex:0000000000', 4, u32],
  ['CONF-012', 'x.port=1', 20, config],
  ['CONF-012', 'x={bais:1}', 20, config],
  ['CONF-013', 'x=DORP', 4, verdict],
  ['CONF-014', 'x[0]=1', 4, undefined],
  ['CONF-014', 'x[3]=1', 12, array(u32, 3)],
  ['CONF-014', 'x[0]=1', 4, u32],
  ['CONF-014', 'x.a=1', 4, u32],
  ['CONF-014', 'x.a=1', 12, array(u32, 3)],
  ['CONF-005', 'x={bias:1,bias:2}', 20, config],
  ['CONF-015', 'x.next=0', 20, config],
  ['CONF-015', 'x=1', 4, { kind: 'float', size: 4 }],
  ['CONF-015', 'x=hex:00', 2 ** 40, undefined],
  ['CONF-017', 'x=1', 8, u32],
])('%s: %s into %i bytes', (code, text, size, type) => {
  const result = set(text, size, type);
  expect(result).toMatchObject({ code, at: [{ kind: 'text', file: 'command line' }] });
  expect((result as Diagnostic).notes.join()).not.toBe('');
});

test('CONF-016: a short JSON string of digits without a type may be either', () => {
  expect(setJson('"123"', 4)).toMatchObject({ code: 'CONF-016' });
});

test('CONF-015: damaged type information is refused', () => {
  const damaged: ConfigType = {
    kind: 'struct',
    size: 4,
    members: [
      { name: 'out', offsetBits: 16, type: u32 },
      { name: 'odd', offsetBits: 1, type: u8 },
      { name: 'bits', offsetBits: 0, sizeBits: 3, type: array(u8, 1) },
    ],
  };
  for (const text of ['x.out=1', 'x={odd:1}', 'x.bits=hex:00']) {
    expect(set(text, 4, damaged)).toMatchObject({ code: 'CONF-015' });
  }
});

test('CONF-006 and CONF-018 name the setting and what is near', () => {
  const at = { kind: 'object', file: 'a.o' } as const;
  expect(unknownSymbol('prt', ['port', 'mark'], at)).toMatchObject({
    code: 'CONF-006',
    message: expect.stringContaining("did you mean 'port'?"),
  });
  expect(notData('x.y', 'x', 'it is a function', at)).toMatchObject({
    code: 'CONF-018',
    message: expect.stringContaining("'x'"),
  });
});

test('messages name the setting, the symbol, the type and the near name', () => {
  expect(set('x.port=1', 20, config)).toMatchObject({
    message:
      "no member 'port' (did you mean 'ports'?) in setting 'x.port' (symbol 'x', struct config, 20 bytes)",
  });
  expect(set('x.ports[1]=65536', 20, config)).toMatchObject({
    message:
      "65536 is out of range for setting 'x.ports[1]' (symbol 'x', unsigned 16-bit integer, 2 bytes)",
    notes: ['give an integer from 0 to 65535'],
  });
});

test('CONF-006: a static variable of a function is found by its own name', () => {
  const at = { kind: 'object', file: 'a.o' } as const;
  const message = (setting: string): string =>
    unknownSymbol(setting, ['prog.local', 'other.two.1', 'prog.two'], at).message;
  expect(message('local[2].x')).toContain("(did you mean 'prog.local'?)");
  expect(message('two')).toContain("(did you mean 'other.two.1' or 'prog.two'?)");
});

test('parts that a value names are named in full', () => {
  const settings = [set('x={ports: [1, 65536, 3]}', 20, config), set('x={word: "a"}', 20, config)];
  expect(settings).toMatchObject([
    { message: expect.stringContaining("setting 'x.ports[1]' (symbol 'x'") },
    { message: expect.stringContaining("setting 'x.word' (symbol 'x'") },
  ]);
  expect(set('x={ports: [1]}', 20, config)).toMatchObject({
    notes: ["give exactly 3, or set one element with 'x.ports[INDEX]=VALUE'"],
  });
});

test('without a type no element can be set, so none is advised', () => {
  expect(set('x=[1,2,3]', 4)).toMatchObject({
    notes: ['give one of these counts: 4, 2, 1, or all bytes as hex:...'],
  });
});

test.each([
  ['x="00:11:22:33:44:55"', undefined],
  ['x="00:11:22:33:44:55"', array(u8, 6)],
])('%s that does not fit may mean bytes', (text, type) => {
  expect(set(text, 6, type)).toMatchObject({
    code: 'CONF-010',
    notes: ['for these bytes write hex:00:11:22:33:44:55'],
  });
});

test('one byte is not "1 bytes"', () => {
  for (const result of [set('x=hex:0000', 1), set('x=hex:00', 4), set('x.a=1', 1)]) {
    expect(JSON.stringify(result)).toMatch(/\b1 byte\b/);
  }
});

test('no setting makes the encoder throw', () => {
  const text = fc.string({ unit: fc.constantFrom(...'[]{}:=,."\'\\hex0123456789abiasword-_') });
  const path = fc.constantFrom('x', 'x.ports', 'x.ports[1]', 'x.low', 'x.word', 'x[0]');
  const types = [undefined, config, array(u16, 10), array(s8, 20), u64, verdict];
  fc.assert(
    fc.property(path, text, fc.constantFrom(...types), fc.nat(24), (name, value, type, size) => {
      const setting = parseSetting(`${name}=${value}`);
      if (!isDiagnostic(setting)) {
        encode(setting, size, type, {});
        encode(setting, 20, type, {});
      }
    }),
    { numRuns: 3000 },
  );
});
