/** BTF, the types of BPF objects, and `.BTF.ext`: read, check, ask, print as C, write; in both byte orders. */
export { dedupBtf, mergeBtf } from './dedup.ts';
export {
  type BtfExt,
  type ExtSection,
  type ExtTable,
  type ReadBtfExtResult,
  readBtfExt,
  writeBtfExt,
} from './ext.ts';
export { INT_BOOL, INT_CHAR, INT_SIGNED, KIND } from './format.ts';
export { LineTable, type SourceLine } from './line-info.ts';
export { printHeader, printType, printTypes } from './print-c.ts';
export { findType, isQualifier, peel, peelQualifiers, sizeOf, typeIds } from './query.ts';
export { type ReadBtfResult, readBtf } from './read.ts';
export { StringTable } from './strings.ts';
export {
  Btf,
  type Enumerator,
  FIELD,
  type Member,
  type Parameter,
  type SectionVariable,
} from './types.ts';
export { validateBtf } from './validate.ts';
export { writeBtf } from './write.ts';
