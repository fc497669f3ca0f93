/**
 * `@file` arguments, as in the GNU tools: the file's words replace the argument, and may be `@file` in
 * turn. Words are separated by white space; single and double quotes keep it, and a backslash takes the
 * next character as it is, inside quotes too. A name that no file has is left as it stands: it may be
 * an input that begins with `@`.
 */
import { badResponseFile } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';

/** More expansions than this are a mistake, or an attack by files that double their number. */
const maxExpansions = 2000;

export interface Expansion {
  readonly arguments: readonly string[];
  /** Response files that were read. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export function expandResponseFiles(
  argv: readonly string[],
  host: Pick<Host, 'readFile' | 'identify'>,
): Expansion {
  const result: string[] = [];
  const files: string[] = [];
  const diagnostics: Diagnostic[] = [];
  let expansions = 0;

  function expand(words: readonly string[], open: readonly string[]): void {
    for (const word of words) {
      if (diagnostics.length > 0) return;
      if (word.startsWith('@') && word.length > 1) expandFile(word, open);
      else result.push(word);
    }
  }

  function expandFile(word: string, open: readonly string[]): void {
    const file = word.slice(1);
    const read = host.readFile(file);
    if (!('bytes' in read)) {
      if (read.missing) result.push(word);
      else diagnostics.push(badResponseFile(file, `cannot be read: ${read.problem}`));
      return;
    }
    files.push(file);
    const identity = host.identify(file);
    if (open.includes(identity)) {
      diagnostics.push(badResponseFile(file, 'names itself, directly or through another'));
    } else if (++expansions > maxExpansions) {
      diagnostics.push(
        badResponseFile(file, `is one of more than ${maxExpansions} response files`),
      );
    } else {
      const words = splitWords(read.bytes);
      if (typeof words === 'string') diagnostics.push(badResponseFile(file, words));
      else expand(words, [...open, identity]);
    }
  }

  expand(argv, []);
  return { arguments: result, files, diagnostics };
}

/** The words of a response file, or what is wrong with it. */
export function splitWords(bytes: Uint8Array): readonly string[] | string {
  if (bytes.includes(0)) return 'is not a text';
  const text = new TextDecoder().decode(bytes);
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\') {
      if (at + 1 === text.length) return 'ends with a backslash';
      word = (word ?? '') + text[++at];
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return `lacks a closing ${quote}`;
  if (word !== undefined) words.push(word);
  return words;
}
