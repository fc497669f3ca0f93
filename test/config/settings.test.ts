import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindSetting, parseSetting, parseSettingsFile } from '../../src/config/settings.ts';
import { isDiagnostic, type Setting } from '../../src/config/value.ts';

function setting(text: string): Setting {
  const parsed = parseSetting(text);
  if (isDiagnostic(parsed)) throw new Error(parsed.message);
  return parsed;
}

function file(text: string): ReturnType<typeof parseSettingsFile> {
  return parseSettingsFile({ name: 'v.json', text });
}

test.each<[string, string[], string, string[]]>([
  ['foo', ['foo'], 'foo', []],
  ['cfg.ports[2]', ['cfg'], 'cfg', ['ports', '2']],
  ['main.counter', ['main', 'main.counter'], 'main.counter', []],
  ['main.counter.a', ['main.counter'], 'main.counter', ['a']],
  ['a.b[0].c', ['a', 'a.b'], 'a.b', ['0', 'c']],
  ['.rodata.x', ['.rodata'], '.rodata', ['x']],
  ['.Lalloc52', ['.Lalloc52'], '.Lalloc52', []],
  ['m[0x10]', ['m'], 'm', ['16']],
])('%s names a symbol and a path', (name, symbols, symbol, path) => {
  const bound = bindSetting(setting(`${name}=1`), (candidate) => symbols.includes(candidate));
  expect(bound?.symbol).toBe(symbol);
  expect(bound?.path.map((step) => (step.kind === 'member' ? step.name : `${step.index}`))).toEqual(
    path,
  );
});

test('a name of no symbol is not bound', () => {
  expect(bindSetting(setting('foo.bar=1'), () => false)).toBeUndefined();
});

test('a values file gives its members in order, with exact integers', () => {
  const { settings, diagnostics } = file(
    '\ufeff{\n "foo": 18446744073709551615,\n "cfg.ports[2]": [1, true, "a"],\n "m": "hex:00:ff", "s": {"a": -1}\n}\n',
  );
  expect(diagnostics).toEqual([]);
  expect(settings.map(({ name }) => name)).toEqual(['foo', 'cfg.ports[2]', 'm', 's']);
  expect(settings[0]?.value).toMatchObject({ kind: 'integer', value: 18446744073709551615n });
  expect(settings[1]?.value).toMatchObject({
    elements: [{ value: 1n }, { value: true }, { kind: 'text', text: 'a' }],
  });
  expect(settings[2]?.value).toMatchObject({ bytes: Uint8Array.of(0, 255) });
  expect(settings[3]).toMatchObject({ origin: { file: 'v.json', line: 4, column: 21 } });
});

test.each<[string, number, number, string]>([
  ['', 1, 1, "expected '{', found the end of the file"],
  ['[1]', 1, 1, "expected '{', found '['"],
  ['{"a": 1', 1, 8, "expected ',' or '}'"],
  ['{"a": 1,}', 1, 9, 'a name in double quotes'],
  ['{\n  "a" 1}', 2, 7, "expected ':', found '1'"],
  ['{"a": 1} x', 1, 10, 'nothing after the object'],
  ['{"a": tru}', 1, 7, "expected a value, found 'tru'"],
  ['{"a": 01}', 1, 7, "expected a value, found '01'"],
  ['{"a": "b}\n', 1, 7, 'the closing quote is missing'],
  ['{"a": "\\q"}', 1, 7, 'unknown escape'],
  ['{"a": "x\\ud800"}', 1, 7, 'one half of a surrogate pair'],
  ['{"\\udc00": 1}', 1, 2, 'one half of a surrogate pair'],
  ['{a: 1}', 1, 2, 'a name in double quotes'],
  [`{"a": ${'['.repeat(100)}`, 1, 71, 'nested too deep'],
])('CONF-003: %s is refused at its fault', (text, line, column, problem) => {
  const { settings, diagnostics } = file(text);
  expect(settings).toEqual([]);
  expect(diagnostics).toMatchObject([{ code: 'CONF-003', at: [{ file: 'v.json', line, column }] }]);
  expect(diagnostics[0]?.message).toContain(problem);
});

test('a whole surrogate pair is a character', () => {
  expect(file('{"a": "\\ud83d\\ude00"}').settings).toMatchObject([{ value: { text: '😀' } }]);
});

test.each(['null', '1.5', '1e3', `1${'0'.repeat(200)}`])(
  'CONF-004: %s is no value for data',
  (value) => {
    expect(file(`{"a": ${value}}`).diagnostics).toMatchObject([{ code: 'CONF-004' }]);
  },
);

test.each([
  ['{"a": 1, "a": 2}', 11],
  ['{"a": {"b": 1, "b": 2}}', 17],
])('CONF-005: %s names a member twice', (text, column) => {
  expect(file(text).diagnostics).toMatchObject([{ code: 'CONF-005', at: [{ column }] }]);
});

test('every bad name in a values file is reported', () => {
  const { settings, diagnostics } = file('{"a[": 1, "b": 2, "": 3}');
  expect(settings.map(({ name }) => name)).toEqual(['b']);
  expect(diagnostics.map(({ code }) => code)).toEqual(['CONF-002', 'CONF-002']);
});

test('no text makes the parsers throw', () => {
  const jsonLike = fc.string({ unit: fc.constantFrom(...'{}[],:"\\0123eE.-+ntrufalse hx\n\ta') });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), jsonLike), (text) => {
      parseSetting(text);
      parseSetting(`x=${text}`);
      file(text);
      file(`{"x": ${text}}`);
    }),
    { numRuns: 2000 },
  );
});

test('what JSON.parse takes as an object of integers is taken, and nothing that it refuses', () => {
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer());
  fc.assert(
    fc.property(object, fc.constantFrom('', ' ', ',', '}', '"'), (values, tail) => {
      const text = JSON.stringify(values, undefined, 1) + tail;
      let names: string[] | undefined;
      try {
        names = Object.keys(JSON.parse(text) as object);
      } catch {
        names = undefined;
      }
      const { settings, diagnostics } = file(text);
      expect(diagnostics.length === 0 ? settings.map(({ name }) => name) : undefined).toEqual(
        names,
      );
    }),
  );
});
