/** Small objects for tc: what compilers write, and what they do not. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { call, callFunction, exit, loadImm64, movImm } from '../../../src/bpf/build.ts';
import type { Instruction } from '../../../src/bpf/code.ts';
import { SHT, STT } from '../../../src/elf/constants.ts';
import { linkFixture, Output } from '../../support/link.ts';
import {
  DATA,
  type ObjectSpec,
  object,
  type RelocationSpec,
  RODATA,
  type SectionSpec,
  type SymbolSpec,
} from '../../support/object.ts';
import { type Patch, patch } from '../../support/patch.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export function fixtureBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fixtures + path));
}

export const license: SectionSpec = { name: 'license', flags: DATA, content: 'GPL\0' };

function word(value: number): number[] {
  return [0, 8, 16, 24].map((bit) => (value >>> bit) & 0xff);
}

/** `maps`, with a definition of nine words for each; missing words are 0. Called map0, map1 and so on. */
export function maps(...definitions: readonly (readonly number[])[]): ObjectSpec {
  const content = definitions.flatMap((fields) =>
    Array.from({ length: 9 }, (_, i) => fields[i] ?? 0).flatMap(word),
  );
  const symbols = definitions.map(
    (_, i): SymbolSpec => ({
      name: `map${i}`,
      type: STT.OBJECT,
      in: 'maps',
      value: i * 36,
      size: 36,
    }),
  );
  return { sections: [license, { name: 'maps', flags: DATA, content }], symbols };
}

/** The bytes of `maps`, and where its symbols stand. */
export function mapBytes(size: number, ...places: readonly Partial<SymbolSpec>[]): ObjectSpec {
  const words = [2, 4, 4, 1].flatMap(word);
  const stride = Math.max(16, Math.floor(size / Math.max(1, places.length)));
  const content = Array.from({ length: size }, (_, i) => words[i % stride] ?? 0);
  const symbols = places.map(
    (place, i): SymbolSpec => ({
      name: `map${i}`,
      type: STT.OBJECT,
      in: 'maps',
      ...place,
    }),
  );
  return { sections: [license, { name: 'maps', flags: DATA, content }], symbols };
}

export const array: readonly number[] = [2, 4, 4, 1];

export function plus(base: ObjectSpec, ...sections: readonly SectionSpec[]): ObjectSpec {
  return { ...base, sections: [...(base.sections ?? []), ...sections] };
}

export function withSymbols(base: ObjectSpec, ...symbols: readonly SymbolSpec[]): ObjectSpec {
  return { ...base, symbols: [...(base.symbols ?? []), ...symbols] };
}

export const bare: ObjectSpec = { sections: [license], symbols: [] };

/** A section that returns a number, after the instructions given. */
export function program(
  name: string,
  returns = 7,
  before: readonly Instruction[] = [],
  relocations: readonly RelocationSpec[] = [],
): SectionSpec {
  return { name, code: [...before, movImm(0, returns), exit()], relocations };
}

/** A program that refers to a map, by any symbol. */
export function usesMap(symbol: string, addend = 0n, offset = 0): SectionSpec {
  return program('classifier', 7, [loadImm64(1, addend)], [{ offset, type: 1, symbol }]);
}

/** A program that calls into `.text` and returns what that returns. */
export function calls(symbol: string, imm = -1, name = 'classifier'): SectionSpec {
  return {
    name,
    code: [callFunction(imm), exit()],
    relocations: [{ offset: 0, type: 10, symbol }],
  };
}

/** `.text` with two functions that return 11 and 22; the first refers to a map, so that there is a relocation. */
export function text(...more: readonly RelocationSpec[]): SectionSpec {
  return {
    name: '.text',
    code: [loadImm64(1, 0n), movImm(0, 11), exit(), movImm(0, 22), exit()],
    relocations: [{ offset: 0, type: 1, symbol: 'map0' }, ...more],
  };
}

export const functions: readonly SymbolSpec[] = [
  { name: 'one', type: STT.FUNC, in: '.text', value: 0, size: 32 },
  { name: 'two', type: STT.FUNC, in: '.text', value: 32, size: 16 },
];

/** With a map, and two functions in `.text`. */
export function withText(...sections: readonly SectionSpec[]): ObjectSpec {
  return withSymbols(plus(maps(array), ...sections), ...functions);
}

export function changed(spec: ObjectSpec, change: (made: Patch) => void): Uint8Array {
  const made = patch(object(spec));
  change(made);
  return made.bytes;
}

/** A second table of relocations for `classifier`, with one of map1 at its first instruction. */
export function secondTable(): Uint8Array {
  const spec = plus(
    maps(array, [2, 4, 8, 1]),
    program(
      'classifier',
      7,
      [loadImm64(1, 0n), loadImm64(2, 0n)],
      [{ offset: 0, type: 1, symbol: 'map0' }],
    ),
    { name: '.again', content: new Uint8Array(16) },
  );
  return changed(spec, (made) => {
    const symbol = made.elf.symbols.find(({ name }) => name === 'map1')!.index;
    made.content('.again', 0, 8, 16);
    made.content('.again', 8, 8, (BigInt(symbol) << 32n) | 1n);
    made.header('.again', {
      type: SHT.REL,
      link: made.indexOf('.symtab'),
      info: made.indexOf('classifier'),
      entsize: 16,
    });
  });
}

/** What the real loader does: `loaded` with what the program returns. */
export type Outcome =
  | { readonly kind: 'refused' }
  /** It dies of a signal. */
  | { readonly kind: 'crashes' }
  | { readonly kind: 'loaded'; readonly returns: number }
  /** Loaded, and what the program refers to is of this size. */
  | { readonly kind: 'map'; readonly valueSize: number };

export type Row = readonly [
  rule: string,
  what: string,
  message: string,
  make: ObjectSpec | (() => Uint8Array),
  outcome?: Outcome,
];

export const refused: Outcome = { kind: 'refused' };
export const loaded = (returns: number): Outcome => ({ kind: 'loaded', returns });
export const crashes: Outcome = { kind: 'crashes' };
export const takesMap = (valueSize: number): Outcome => ({ kind: 'map', valueSize });

export const simple: SectionSpec = program('classifier');
export const fixture = (path: string) => (): Uint8Array => fixtureBytes(path);
/** The sections among its types have their sizes, as after every link. */
export const repaired = (): Uint8Array =>
  new Output(linkFixture(['tc-rules/annotated.o'], 'generic.ld')).bytes;
export const undefinedSymbol: SymbolSpec = { name: 'gone' };
export const constant: SectionSpec = { name: '.rodata', flags: RODATA, content: 'constant' };
export const two: readonly (readonly number[])[] = [array, [2, 4, 8, 1]];
export const shortMaps: ObjectSpec = mapBytes(36, {}, { value: 18 });
export const inner = (...more: number[]): number[] => [2, 4, 4, 1, 0, 5, 0, 0, ...more];
export const outer: readonly number[] = [12, 4, 4, 2, 0, 0, 0, 5];
export const pinned: readonly number[] = [3, 4, 4, 2, 0, 7, 2];

/** A tail call to a program that returns 8; where it fails, 7. */
export function tailCall(pinning: number): ObjectSpec {
  return plus(maps([3, 4, 4, 1, 0, 7, pinning]), program('7/0', 8), {
    name: 'classifier',
    code: [loadImm64(2, 0n), movImm(3, 0), call(12), movImm(0, 7), exit()],
    relocations: [{ offset: 0, type: 1, symbol: 'map0' }],
  });
}
