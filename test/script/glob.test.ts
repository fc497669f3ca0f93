import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob, patternFault } from '../../src/script/index.ts';

/** Pattern, names that match, names that do not: all as fnmatch(3) of glibc has them. */
test.each<[string, string[], string[]]>([
  ['.text', ['.text'], ['.text2', 'text', '']],
  ['*', ['', '.text', 'tc/a', '.', '..', '/'], []],
  ['.rodata.*', ['.rodata.', '.rodata.a/b'], ['.rodata', 'x.rodata.a']],
  ['tc/*', ['tc/', 'tc/a/b', 'tc/.x'], ['tc']],
  ['*.o', ['.o', 'a.o', 'dir/.x.o'], ['a.oo', 'o']],
  ['*/x', ['/x', 'a/b/x'], ['x']],
  ['a*b*c', ['abc', 'aXbYc', 'abbbc', 'a/b/c'], ['ab', 'acb']],
  ['a**b', ['ab', 'a/b'], ['a']],
  ['*ab*ab', ['abab', 'xabyab'], ['ab', 'aab']],
  ['?', ['a', '/', '.', '*'], ['', 'ab']],
  ['a?b', ['a/b', 'a.b'], ['ab', 'aXXb']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '[a-c]x']],
  ['[!a-c]', ['d', '/', '.', '-'], ['a', 'b']],
  ['[^a]', ['b', '^'], ['a']],
  ['[]a]', [']', 'a'], ['[]a]']],
  ['[!]a]', ['b'], [']', 'a']],
  ['[a-]', ['a', '-'], ['b']],
  ['[\\]\\\\]', [']', '\\'], ['[']],
  ['[+-9]', ['+', '/', '.', '5'], ['*', ':']],
  ['[.-0]', ['.', '/', '0'], ['1']],
  ['[/]', ['/'], ['a']],
  ['[!/]', ['a'], ['/']],
  ['[z-a]', [], ['a', 'z', '-', '[z-a]']],
  ['[!z-a]', ['a', '/'], ['']],
  ['[[:alpha:]_]', ['a', 'Z', '_'], ['0', ':']],
  ['[![:digit:]]', ['a', '/'], ['7']],
  ['[[:punct:]]', ['/', '!', '~', '\\'], ['a', ' ']],
  ['[abc', ['[abc'], ['a']],
  ['a]', ['a]'], []],
  ['\\*', ['*'], ['a', '\\*']],
  ['\\a\\n\\d', ['and'], ['a\nd', 'an5']],
  ['a\\\\?', ['a\\b'], ['a\\', 'ab']],
  ['\\\\\\\\\\\\?', ['\\\\\\x'], ['\\\\x']],
  ['{a,b}?', ['{a,b}x'], ['ax']],
  ['!a?', ['!ab'], ['xy']],
  ['+(a)?', ['+(a)x'], ['aax']],
  ['@(a|b)?', ['@(a|b)x'], ['ax']],
  ['./x?', ['./xy'], ['xy']],
  ['"a"?', ['"a"b'], ['ab']],
  ['$^?', ['$^a'], ['a']],
  ['**/x', ['a/x', '/x', 'a/b/x'], ['x']],
])('%s', (pattern, hits, misses) => {
  const glob = compileGlob(pattern);
  expect(hits.filter((name) => !glob(name))).toEqual([]);
  expect(misses.filter(glob)).toEqual([]);
});

/** Globs by the book: no micromatch, no cutting, exponential in the stars. */
function reference(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*') {
    return reference(pattern.slice(1), name) || (name !== '' && reference(pattern, name.slice(1)));
  }
  if (name === '') return false;
  const set = /^\[(!?)(.)-(.)\]/.exec(pattern);
  if (set !== null) {
    const [text, not, low, high] = set;
    const inside = low! <= name[0]! && name[0]! <= high!;
    return inside === (not === '') && reference(pattern.slice(text.length), name.slice(1));
  }
  if (pattern[0] === '\\')
    return pattern[1] === name[0] && reference(pattern.slice(2), name.slice(1));
  return (
    (pattern[0] === '?' || pattern[0] === name[0]) && reference(pattern.slice(1), name.slice(1))
  );
}

test('agrees with a simple matcher on every pattern and name', () => {
  const letters = [...'ab/.-{}()+@,$^ |~"'];
  const element = fc.oneof(
    fc.constantFrom('*', '?', '[a-b]', '[!a-b]', '[.-0]', '[!.-0]', '\\*', '\\?', '\\[', '\\\\'),
    fc.constantFrom(...letters),
  );
  const pattern = fc.array(element, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
  const name = fc
    .array(fc.constantFrom(...letters, '*', '?', '[', '\\', '0'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, name, (p, n) => {
      expect(compileGlob(p)(n)).toBe(reference(p, n));
    }),
    { numRuns: 3000 },
  );
});

test('any pattern compiles, and matching it returns', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string(), (pattern, name) => {
      expect(typeof compileGlob(pattern)(name)).toBe('boolean');
    }),
  );
});

test('a pattern made to backtrack comes to an end', () => {
  const name = 'a'.repeat(20_000);
  expect(compileGlob(`${'*a'.repeat(200)}*b`)(name)).toBe(false);
  expect(compileGlob(`${'*?a'.repeat(200)}*`)(name)).toBe(true);
});

test('an empty pattern and one of more than 1024 characters are faults and match nothing', () => {
  expect(patternFault('')).toBe('it is empty');
  expect(patternFault('a'.repeat(1025))).toContain('longer');
  expect(patternFault('a'.repeat(1024))).toBeUndefined();
  expect(compileGlob('a'.repeat(1025))('a'.repeat(1025))).toBe(false);
});
