/** ELF64 BPF relocatable objects: `readElf` and `writeElf`, in both byte orders. */
export type { FileBytes, FilePart, FileRange, PartialBytes } from '../base/file-bytes.ts';
export * from './constants.ts';
export { neededRanges } from './needed.ts';
export { type ReadElfOptions, type ReadElfResult, readElf } from './read.ts';
export type {
  ElfGroup,
  ElfObject,
  ElfRelocation,
  ElfSection,
  ElfSymbol,
  SymbolPlace,
} from './types.ts';
export {
  type Image,
  type ImageRelocation,
  type ImageSection,
  type ImageSymbol,
  writeElf,
} from './write.ts';
