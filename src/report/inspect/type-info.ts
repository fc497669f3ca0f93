/** What BTF says of the names in an object; all of it empty where there is none. */
import { type BtfExt, readBtfExt } from '../../btf/ext.ts';
import { KIND, LINKAGE } from '../../btf/format.ts';
import { LineTable } from '../../btf/line-info.ts';
import { printType } from '../../btf/print-c.ts';
import { typeIds } from '../../btf/query.ts';
import { readBtf } from '../../btf/read.ts';
import { Btf, FIELD } from '../../btf/types.ts';
import { validateBtf } from '../../btf/validate.ts';
import { badBtf, badBtfExt } from '../../diag/catalogue/btf.ts';
import type { DiagnosticSink } from '../../diag/diagnostic.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../elf/types.ts';
import type { SourceReport } from './types.ts';

export interface TypeInfo {
  /** Undefined where the object has none, or a damaged one. */
  readonly btf: Btf | undefined;
  readonly ext: BtfExt | undefined;
  /** FUNCs by name. */
  readonly functions: ReadonlyMap<string, number>;
  /** VARs and the FUNCs of `.ksyms`, by the DATASEC that lists them, then by name. */
  readonly variables: ReadonlyMap<string, ReadonlyMap<string, ListedVariable>>;
  /** The line that the instruction at `offset` of the section comes from. */
  lineAt(section: string, offset: number): SourceReport | null;
}

export interface ListedVariable {
  /** Of the VAR or FUNC. */
  readonly id: number;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly linkage: 'static' | 'global' | 'extern';
}

/** A fault of `.BTF` or `.BTF.ext` is reported; what is read without them is as good as ever. */
export function readTypeInfo(path: string, elf: ElfObject, sink: DiagnosticSink): TypeInfo {
  const bytesOf = (name: string): Uint8Array | undefined =>
    elf.sections.find((section) => section.name === name && section.size > 0)?.bytes;
  const bytes = bytesOf('.BTF');
  const read = bytes === undefined ? undefined : readBtf(bytes, elf.order);
  const fault = read?.fault ?? (read?.btf && validateBtf(read.btf));
  if (fault !== undefined) sink.report(badBtf(path, fault));
  const btf = fault === undefined ? read?.btf : undefined;
  if (btf === undefined) return infoOf(Btf.empty, undefined, undefined);

  const extBytes = bytesOf('.BTF.ext');
  const ext = extBytes === undefined ? undefined : readBtfExt(extBytes, elf.order, btf);
  if (ext?.fault !== undefined) sink.report(badBtfExt(path, ext.fault));
  return infoOf(btf, btf, ext?.ext);
}

function infoOf(table: Btf, btf: Btf | undefined, ext: BtfExt | undefined): TypeInfo {
  const functions = new Map<string, number>();
  for (const id of typeIds(table, KIND.FUNC)) functions.set(table.name(id), id);
  const variables = new Map<string, Map<string, ListedVariable>>();
  for (const id of typeIds(table, KIND.DATASEC)) {
    const listed = variables.get(table.name(id)) ?? new Map<string, ListedVariable>();
    variables.set(table.name(id), listed);
    for (const { type, offset, size } of table.variables(id)) {
      const name = table.name(type);
      listed.set(name, { id: type, name, offset, size, linkage: linkageOf(table, type) });
    }
  }
  const lines = ext === undefined ? undefined : new LineTable(table, ext);
  const lineAt = (section: string, offset: number): SourceReport | null => {
    const found = lines?.at(section, offset);
    if (found === undefined || found.line === 0) return null;
    return { ...found, text: found.text.trim().replace(/\s+/g, ' ') };
  };
  return { btf, ext, functions, variables, lineAt };
}

function linkageOf(btf: Btf, id: number): ListedVariable['linkage'] {
  const linkage = btf.kind(id) === KIND.VAR ? btf.field(id, FIELD.first) : btf.vlen(id);
  if (linkage === LINKAGE.EXTERN) return 'extern';
  return linkage === LINKAGE.GLOBAL ? 'global' : 'static';
}

/** The C declaration of a FUNC or VAR, on one line; null where BTF has none of that name. */
export function declarationOf({ btf }: TypeInfo, id: number | undefined): string | null {
  return btf === undefined || id === undefined ? null : printType(btf, id);
}

/** The VAR of the symbol. */
export function variableOf(
  { types }: { readonly types: TypeInfo },
  section: ElfSection,
  { name }: ElfSymbol,
): ListedVariable | undefined {
  const listed = types.variables.get(section.name);
  // A static variable of a function has the function's name before its own, or a number behind it.
  return listed?.get(name) ?? listed?.get(name.replace(/^[^.]*\.(?=.)|\.\d+$/g, ''));
}
