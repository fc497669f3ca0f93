/**
 * Globs as GNU ld has them, which are those of fnmatch(3) without flags:
 *
 *     *        any characters, `/` and a leading dot too: `*` matches `.text`, `tc*` matches `tc/a`
 *     ?        any one character
 *     [a-z]    one of a set; [!a-z] and [^a-z] one that is not; [[:alpha:]] a class
 *     \x       the character x
 *
 * Nothing else is special: no braces, `**`, leading `!`, or `+(...)`. A `[` without a `]` is itself.
 *
 * micromatch is made for paths: its `*` and `[!x]` stop at `/`, it drops a leading `./` and reads braces
 * and extglobs. And its regular expression for `*a*a*a*b` backtracks without bound, so that a hostile
 * section name of some kilobytes would hang the linker. Hence three steps:
 *
 * 1. the pattern is read here and cut at its stars: `.text.[a-z]?*.o` is `.text.[a-z]?` and `.o`;
 * 2. each piece is written again with everything literal escaped and `/` replaced by a character that
 *    means nothing to micromatch, and micromatch compiles it. Without stars it has no repetition, so it
 *    cannot backtrack and matches a known number of characters;
 * 3. the first piece must stand at the beginning, the last at the end, and each other one is found as far
 *    left as it can be, which for globs is always right.
 *
 * Characters are UTF-16 units; ld has bytes, which differs for `?` and non-ASCII names only. Collating
 * elements (`[[.x.]]`, `[[=x=]]`) are not attempted.
 */

import micromatch from 'micromatch';
import { literalElement, readSet, withoutSlashes } from './glob-set.ts';

export type Glob = (text: string) => boolean;

const maxPatternLength = 1024;

/** Why a text cannot be a pattern, or undefined. */
export function patternFault(pattern: string): string | undefined {
  if (pattern === '') return 'it is empty';
  if (pattern.length > maxPatternLength) return `it is longer than ${maxPatternLength} characters`;
  return undefined;
}

const cache = new Map<string, Glob>();
const maxCached = 4096;

/** Compiles a pattern, once. Patterns with a fault (see `patternFault`) match nothing. */
export function compileGlob(pattern: string): Glob {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const glob = compile(pattern);
  if (cache.size >= maxCached) cache.clear();
  cache.set(pattern, glob);
  return glob;
}

function compile(pattern: string): Glob {
  if (patternFault(pattern) !== undefined) return () => false;
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern;
  if (/^[^*?[\\]*\*+$/.test(pattern)) {
    const prefix = pattern.replace(/\*+$/, '');
    return (text) => text.startsWith(prefix);
  }
  const pieces = splitAtStars(pattern).map(compilePiece);
  const first = pieces[0]!;
  if (pieces.length === 1) {
    return (text) => text.length === first.length && first.at(withoutSlashes(text), 0);
  }
  const last = pieces.at(-1)!;
  const middle = pieces.slice(1, -1);
  return (name) => {
    const text = withoutSlashes(name);
    const end = text.length - last.length;
    if (end < first.length || !first.at(text, 0) || !last.at(text, end)) return false;
    let from = first.length;
    for (const piece of middle) {
      const found = piece.find(text, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return from <= end;
  };
}

/**
 * The stretches between (runs of) stars, one more than these. Each is a list of what single characters
 * must match, written for micromatch.
 */
function splitAtStars(pattern: string): string[][] {
  const pieces: string[][] = [[]];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at]!;
    if (char === '*') {
      if (pieces.length === 1 || pieces.at(-1)!.length > 0) pieces.push([]);
      at++;
      continue;
    }
    const set = char === '[' ? readSet(pattern, at) : undefined;
    if (set !== undefined) {
      pieces.at(-1)!.push(set.element);
      at = set.end;
    } else if (char === '?') {
      pieces.at(-1)!.push('?');
      at++;
    } else {
      const escaped = char === '\\' && at + 1 < pattern.length;
      pieces.at(-1)!.push(literalElement(pattern[escaped ? at + 1 : at]!));
      at += escaped ? 2 : 1;
    }
  }
  return pieces;
}

interface Piece {
  /** How many characters it matches, always. */
  readonly length: number;
  /** Whether it matches at `offset`. Texts come without slashes. */
  at(text: string, offset: number): boolean;
  /** The first offset from `from` on where it matches, or -1. */
  find(text: string, from: number): number;
}

function compilePiece(elements: readonly string[]): Piece {
  const { length } = elements;
  if (length === 0) return { length, at: () => true, find: (_, from) => from };
  const { source } = micromatch.makeRe(elements.join(''), {
    contains: true,
    dot: true,
    fastpaths: false,
    literalBrackets: false,
    nobrace: true,
    noextglob: true,
    nonegate: true,
    noglobstar: true,
  });
  const sticky = new RegExp(source, 'y');
  const search = new RegExp(source, 'g');
  return {
    length,
    at: (text, offset) => {
      sticky.lastIndex = offset;
      return sticky.test(text);
    },
    find: (text, from) => {
      search.lastIndex = from;
      return search.exec(text)?.index ?? -1;
    },
  };
}
