import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandResponseFiles, splitWords } from '../../src/cli/response-files.ts';
import { elf, memoryHost, run } from './support/memory-host.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ['a.o  b.o\n\t-o\r\nx.o\n', ['a.o', 'b.o', '-o', 'x.o']],
  ['', []],
  [' \n', []],
  ['"a b" \'c d\'', ['a b', 'c d']],
  ["a' 'b", ['a b']],
  ['\'"\' "\'"', ['"', "'"]],
  ['a\\ b \\"c\\" \\\\', ['a b', '"c"', '\\']],
  ['"a\\"b" \'c\\\'d\'', ['a"b', "c'd"]],
  ['"" \'\'', ['', '']],
  ['--set \'s="x y"\'', ['--set', 's="x y"']],
  ['é', ['é']],
])('%j splits into words', (text, words) => {
  expect(splitWords(encode(text))).toEqual(words);
});

test('response files nest and keep the order', () => {
  const host = memoryHost({ outer: 'b @inner e', inner: '"c d"' });
  expect(expandResponseFiles(['a', '@outer', 'f'], host)).toEqual({
    arguments: ['a', 'b', 'c d', 'e', 'f'],
    files: ['outer', 'inner'],
    diagnostics: [],
  });
});

test('a file may be named twice where it does not name itself', () => {
  const host = memoryHost({ list: 'x' });
  expect(expandResponseFiles(['@list', '@list'], host).arguments).toEqual(['x', 'x']);
});

test('a word that names no file stays as it is', () => {
  expect(expandResponseFiles(['@none', '@'], memoryHost())).toEqual({
    arguments: ['@none', '@'],
    files: [],
    diagnostics: [],
  });
});

test.each([
  [{ a: '@b', b: '@./a' }, "response file './a' names itself"],
  [{ a: '"x' }, `response file 'a' lacks a closing "`],
  [{ a: 'x\\' }, "response file 'a' ends with a backslash"],
  [{ a: 'x\0' }, "response file 'a' is not a text"],
  [{ a: '!' }, "response file 'a' cannot be read: permission is denied"],
  [{ a: '/' }, "response file 'a' cannot be read: it is a directory"],
])('CLI-009: %j', async (files: Record<string, string>, message) => {
  const aliases = files.a === '@b' ? { './a': files.a } : {};
  const { code, host } = await run(['@a'], { ...files, ...aliases });
  expect(host.stderr).toContain(`error: CLI-009: ${message}`);
  expect(code).toBe(2);
});

test('CLI-009: files that double their number come to an end', () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`f${at}`, `@f${at + 1} @f${at + 1}`]),
  );
  const { diagnostics } = expandResponseFiles(['@f0'], memoryHost(files));
  expect(diagnostics).toMatchObject([{ code: 'CLI-009' }]);
});

test('options and inputs from a response file count', async () => {
  const { code, host } = await run(['@args'], { args: '-o "out 1.o" a.o', 'a.o': elf });
  expect(code).toBe(0);
  expect(host.files.get('out 1.o')).toBe('LINKED');
});

test('no text makes the splitter throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void splitWords(bytes)));
});
