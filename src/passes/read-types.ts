/**
 * Reads the inputs' BTF and says which symbol each FUNC and VAR is of.
 *
 * The symbol table is right where BTF is not: GCC 12 marks all functions static and puts every variable
 * at offset 0, externs too. So linkage and places are the symbol's, and BTF is asked for types only.
 */
import { acceptable, hasForeignNames } from '../btf/acceptable.ts';
import { readBtfExt } from '../btf/ext.ts';
import { KIND, LINKAGE } from '../btf/format.ts';
import { readBtf } from '../btf/read.ts';
import { repaired, withoutMethods } from '../btf/repair.ts';
import { type Btf, FIELD } from '../btf/types.ts';
import { validateBtf } from '../btf/validate.ts';
import { badBtf, badBtfExt } from '../diag/catalogue/btf.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB, STT } from '../elf/constants.ts';
import { bindRecords } from '../model/bind-records.ts';
import type { InputFile, InputSymbol } from '../model/input.ts';
import { SymbolFinder } from '../model/symbol-finder.ts';
import { type Declaration, type FileTypes, InputTypes, type Listing } from '../model/types.ts';

export function readTypes(files: readonly InputFile[], sink: DiagnosticSink): InputTypes {
  const all = new Map<InputFile, FileTypes>();
  for (const file of files) {
    const types = readFile(file, sink);
    if (types !== undefined) all.set(file, types);
  }
  return new InputTypes(all);
}

function readFile(file: InputFile, sink: DiagnosticSink): FileTypes | undefined {
  if (file.btf === undefined) return undefined;
  const read = readBtf(file.btf, file.order);
  const valid = read.btf && withoutMethods(read.btf);
  const fault = read.fault ?? (valid && validateBtf(valid));
  if (valid === undefined || fault !== undefined) {
    sink.report(badBtf(file.path, fault!));
    return undefined;
  }
  const foreign = hasForeignNames(valid) || isOfRust(file);
  const btf = repaired(foreign ? acceptable(valid) : valid);
  const declarations: Declaration[] = [];
  const types: FileTypes = {
    file,
    btf,
    foreign,
    records: readRecords(file, btf, sink),
    declarations,
  };
  const symbols = new SymbolFinder(file, types.records);
  const listings = listingsOf(btf);
  const allStatic = marksAllStatic(btf);
  for (let id = 1; id <= btf.typeCount; id++) {
    const kind = btf.kind(id);
    if (kind !== KIND.FUNC && kind !== KIND.VAR) continue;
    const name = btf.name(id);
    // GCC 12 has one for each helper that is a pointer in a header; the kernel wants names.
    if (name === '') continue;
    const listed = listings.get(id);
    if (kind === KIND.FUNC) {
      const isStatic = !allStatic && btf.vlen(id) === LINKAGE.STATIC;
      const symbol = symbols.function(id, name, isStatic);
      const linkage = allStatic && symbol !== undefined ? linkageOf(symbol) : btf.vlen(id);
      // The linker's name: that of a C++ function is not in BTF.
      const known = symbol?.name ?? name;
      declarations.push({ types, id, kind: 'function', name: known, linkage, symbol, listed });
    } else {
      const isStatic = btf.field(id, FIELD.first) === LINKAGE.STATIC;
      const symbol = isStatic ? symbols.localVariable(name, listed) : symbols.global(name);
      const linkage = symbol === undefined ? btf.field(id, FIELD.first) : linkageOf(symbol);
      declarations.push({ types, id, kind: 'variable', name, linkage, symbol, listed });
    }
  }
  return types;
}

/** By the names that rustc gives to the parts of a crate: `tc.0123456789abcdef-cgu.0`. */
function isOfRust({ symbols }: InputFile): boolean {
  const sources = symbols.filter(({ type }) => type === STT.FILE);
  return sources.length > 0 && sources.every(({ name }) => /-cgu\.\d+$/.test(name));
}

function readRecords(file: InputFile, btf: Btf, sink: DiagnosticSink): FileTypes['records'] {
  if (file.btfExt === undefined) return new Map();
  const { ext, fault } = readBtfExt(file.btfExt, file.order, btf);
  if (ext !== undefined) return bindRecords(file, btf, ext);
  sink.report(badBtfExt(file.path, fault));
  return new Map();
}

/** GCC 12: an honest table of an object with programs has global functions. */
function marksAllStatic(btf: Btf): boolean {
  return btf.idsOf(KIND.FUNC).every((id) => btf.vlen(id) === LINKAGE.STATIC);
}

function linkageOf({ binding, place }: InputSymbol): number {
  if (place === 'undefined') return LINKAGE.EXTERN;
  return binding === STB.LOCAL ? LINKAGE.STATIC : LINKAGE.GLOBAL;
}

function listingsOf(btf: Btf): Map<number, Listing> {
  const listings = new Map<number, Listing>();
  for (const id of btf.idsOf(KIND.DATASEC)) {
    const section = btf.name(id);
    for (const { type, offset, size } of btf.variables(id)) {
      listings.set(type, { section, offset, size });
    }
  }
  return listings;
}
