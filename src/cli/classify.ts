import { decodeUtf8 } from '../base/bytes.ts';

/** What a file given as an input turns out to be. */
export type FileKind =
  | { readonly kind: 'object' | 'archive' }
  | { readonly kind: 'bitcode'; readonly rustc: boolean }
  | { readonly kind: 'source'; readonly language: SourceLanguage }
  /** Perhaps a linker script. */
  | { readonly kind: 'text'; readonly text: string };

export type SourceLanguage = 'C' | 'C header' | 'C++' | 'Rust' | 'LLVM IR' | 'assembly';

const languagesByExtension: Readonly<Record<string, SourceLanguage>> = {
  c: 'C',
  h: 'C header',
  cc: 'C++',
  cpp: 'C++',
  cxx: 'C++',
  rs: 'Rust',
  ll: 'LLVM IR',
  s: 'assembly',
  S: 'assembly',
};

/** Lines that only the language has, for files whose name says nothing. */
const languagesByContent: readonly (readonly [RegExp, SourceLanguage])[] = [
  [/^(; ModuleID|source_filename = |target (triple|datalayout) = )/m, 'LLVM IR'],
  [/^(#!\[(no_std|no_core|no_main|feature)|use aya|pub (unsafe )?(extern|fn) )/m, 'Rust'],
  [/^\s*#\s*(include\s*[<"]|pragma )/m, 'C'],
];

/**
 * By magic number, then by name and content. Whatever is neither text nor known is called an object, so
 * that the reader of objects says what is wrong with it.
 */
export function classify(path: string, bytes: Uint8Array): FileKind {
  const binary = binaryKind(bytes);
  if (binary === 'bitcode') return { kind: binary, rustc: isByRustc(bytes) };
  if (binary === 'archive') return { kind: binary };
  if (binary !== undefined || bytes.length === 0) return { kind: 'object' };
  const extension = /\.([^./]+)$/.exec(path)?.[1] ?? '';
  if (Object.hasOwn(languagesByExtension, extension)) {
    return { kind: 'source', language: languagesByExtension[extension]! };
  }
  const text = decodeUtf8(bytes);
  const head = text.slice(0, 16384);
  const found = languagesByContent.find(([pattern]) => pattern.test(head));
  return found === undefined ? { kind: 'text', text } : { kind: 'source', language: found[1] };
}

/** Undefined for a text. */
export function binaryKind(
  bytes: Uint8Array,
): 'object' | 'archive' | 'bitcode' | 'other' | undefined {
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic.startsWith('\x7fELF')) return 'object';
  if (magic === '!<arch>\n' || magic === '!<thin>\n') return 'archive';
  // Bitcode proper, or in Apple's wrapper.
  if (magic.startsWith('BC\xc0\xde') || magic.startsWith('\xde\xc0\x17\x0b')) return 'bitcode';
  return bytes.includes(0) ? 'other' : undefined;
}

/** rustc leaves its version in every module's metadata, whose strings stand there as bytes. */
function isByRustc(bytes: Uint8Array): boolean {
  return decodeUtf8(bytes).includes('rustc version ');
}
