/** What BTF says of the names in an object; all of it empty where there is none. */
import type { ByteOrder } from '../../base/bytes.ts';
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
import { isEphemeral } from '../../model/types.ts';
import { FunctionTypes } from './function-types.ts';
import type { SourceReport } from './types.ts';

export interface TypeInfo {
  /** Undefined where the object has none, or a damaged one. */
  readonly btf: Btf | undefined;
  readonly ext: BtfExt | undefined;
  readonly functions: FunctionTypes;
  /** DATASECs by name; of two that have one name the first. */
  readonly sections: ReadonlyMap<string, TypedSection>;
  /** What DATASECs say that others define, by name. */
  readonly externs: ReadonlyMap<string, ListedVariable>;
  /** The line that the instruction at `offset` of the section comes from. */
  lineAt(section: string, offset: number): SourceReport | null;
}

export interface TypedSection {
  /** 0 where the compiler leaves sizes to loaders: then offsets may be 0, too. */
  readonly size: number;
  readonly variables: readonly ListedVariable[];
  /** Static variables may have one name. */
  readonly named: ReadonlyMap<string, readonly ListedVariable[]>;
}

/** A VAR, or a FUNC of `.ksyms`. */
export interface ListedVariable {
  /** The DATASEC. */
  readonly section: string;
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
  const btf = bytes === undefined ? undefined : readValid(path, bytes, elf.order, sink);
  if (btf === undefined) return infoOf(Btf.empty, undefined, undefined);

  const extBytes = bytesOf('.BTF.ext');
  const ext = extBytes === undefined ? undefined : readBtfExt(extBytes, elf.order, btf);
  if (ext?.fault !== undefined) sink.report(badBtfExt(path, ext.fault));
  return infoOf(btf, btf, ext?.ext);
}

/** Of a file that is BTF alone; undefined where it is damaged, which is reported. */
export function readRawTypes(
  path: string,
  bytes: Uint8Array,
  order: ByteOrder,
  sink: DiagnosticSink,
): TypeInfo | undefined {
  const btf = readValid(path, bytes, order, sink);
  return btf && infoOf(btf, btf, undefined);
}

function readValid(
  path: string,
  bytes: Uint8Array,
  order: ByteOrder,
  sink: DiagnosticSink,
): Btf | undefined {
  const { btf, fault: unreadable } = readBtf(bytes, order);
  const fault = unreadable ?? (btf && validateBtf(btf));
  if (fault === undefined) return btf;
  sink.report(badBtf(path, fault));
  return undefined;
}

function infoOf(table: Btf, btf: Btf | undefined, ext: BtfExt | undefined): TypeInfo {
  const functions = new FunctionTypes(table, ext);
  const sections = sectionsOf(table);
  const externs = new Map<string, ListedVariable>();
  for (const { variables } of sections.values()) {
    for (const variable of variables) {
      const { linkage, section, name } = variable;
      if (linkage === 'extern' || isEphemeral(section)) externs.set(name, variable);
    }
  }
  const lines = ext === undefined ? undefined : new LineTable(table, ext);
  const lineAt = (section: string, offset: number): SourceReport | null => {
    const found = lines?.at(section, offset);
    if (found === undefined || found.line === 0) return null;
    return { ...found, text: found.text.trim().replace(/\s+/g, ' ') };
  };
  return { btf, ext, functions, sections, externs, lineAt };
}

function sectionsOf(btf: Btf): ReadonlyMap<string, TypedSection> {
  const sections = new Map<string, TypedSection>();
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const section = btf.name(id);
    if (sections.has(section)) continue;
    const variables = btf.variables(id).map(({ type, offset, size }): ListedVariable => {
      const linkage = linkageOf(btf, type);
      return { section, id: type, name: btf.name(type), offset, size, linkage };
    });
    const named = new Map<string, ListedVariable[]>();
    for (const variable of variables) {
      const known = named.get(variable.name);
      if (known === undefined) named.set(variable.name, [variable]);
      else known.push(variable);
    }
    sections.set(section, { size: btf.size(id), variables, named });
  }
  return sections;
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

/** The VAR of the symbol. Of several of its name it is the one at its place. */
export function variableOf(
  { types }: { readonly types: TypeInfo },
  section: ElfSection,
  { name, value }: ElfSymbol,
): ListedVariable | undefined {
  const typed = types.sections.get(section.name);
  if (typed === undefined) return undefined;
  // A static variable of a function has the function's name before its own, or a number behind it.
  const plain = name.replace(/^[^.]*\.(?=.)|\.\d+$/g, '');
  const named = typed.named.get(name) ?? typed.named.get(plain) ?? [];
  const here = named.filter(({ offset }) => offset === value);
  if (here.length === 1) return here[0];
  return typed.size === 0 && named.length === 1 ? named[0] : undefined;
}
