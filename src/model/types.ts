/**
 * What the inputs' BTF says, bound to their symbols.
 *
 * A *declaration* is a FUNC or VAR: the one thing that BTF says of a name. Other types are anonymous as
 * far as linking goes, and are merged by what they are; declarations are merged by what their symbols are.
 */
import type { ExtTable } from '../btf/ext.ts';
import { LINKAGE } from '../btf/format.ts';
import type { Btf } from '../btf/types.ts';
import { STB } from '../elf/constants.ts';
import type { InputFile, InputSection, InputSymbol } from './input.ts';

export interface FileTypes {
  readonly file: InputFile;
  /** Valid. */
  readonly btf: Btf;
  /** Of another language than C, whose functions the kernel cannot verify one by one. */
  readonly foreign: boolean;
  /** What .BTF.ext says of the instructions of each section of code. */
  readonly records: ReadonlyMap<InputSection, SectionRecords>;
  /** In the order of their ids. */
  readonly declarations: readonly Declaration[];
}

/** By table, see `RECORD_WORDS`; each sorted by offset. Offsets count from the section's start. */
export type SectionRecords = Readonly<Record<ExtTable, readonly Uint32Array[]>>;

export interface Declaration {
  readonly types: FileTypes;
  /** Of the FUNC or VAR, in the file's BTF. */
  readonly id: number;
  readonly kind: 'function' | 'variable';
  readonly name: string;
  /** `LINKAGE`. */
  readonly linkage: number;
  /** Undefined where the object has no symbol of the name, as for a function that was inlined. */
  readonly symbol: InputSymbol | undefined;
  /** The DATASEC that lists it. */
  readonly listed: Listing | undefined;
}

export interface Listing {
  readonly section: string;
  /** Bytes; in the input, as BTF has it. */
  readonly offset: number;
  readonly size: number;
}

/** Where BTF lists settings of the kernel (`__kconfig`). */
export const CONFIGURATION = '.kconfig';

/** Kept in BTF alone, for the loader to fill: no object has bytes for these. */
export function isEphemeral(section: string): boolean {
  return section === '.ksyms' || section === CONFIGURATION;
}

/** Whether it says what other objects may mean by the name. */
export function isGlobal({ symbol, linkage }: Declaration): boolean {
  return symbol !== undefined && symbol.binding !== STB.LOCAL && linkage !== LINKAGE.STATIC;
}

/** The types of all inputs. */
export class InputTypes {
  static readonly none: InputTypes = new InputTypes(new Map());
  readonly #files: ReadonlyMap<InputFile, FileTypes>;
  readonly #byName = new Map<string, Declaration[]>();

  constructor(files: ReadonlyMap<InputFile, FileTypes>) {
    this.#files = files;
    for (const { declarations } of files.values()) {
      for (const declaration of declarations) {
        if (!isGlobal(declaration)) continue;
        const known = this.#byName.get(declaration.name);
        if (known === undefined) this.#byName.set(declaration.name, [declaration]);
        else known.push(declaration);
      }
    }
  }

  /** Undefined for objects without BTF. */
  of(file: InputFile): FileTypes | undefined {
    return this.#files.get(file);
  }

  all(): IterableIterator<FileTypes> {
    return this.#files.values();
  }

  /** With those of some files replaced; new files come last. */
  with(changed: ReadonlyMap<InputFile, FileTypes>): InputTypes {
    return new InputTypes(new Map([...this.#files, ...changed]));
  }

  /** What the objects declare under a global name, in their order. */
  declarationsOf(name: string): readonly Declaration[] {
    return this.#byName.get(name) ?? [];
  }
}

/** The types of a file with declarations of a pass's own. `make` is given what they are declarations in. */
export function redeclared(
  { file, foreign, records }: Pick<FileTypes, 'file' | 'foreign' | 'records'>,
  btf: Btf,
  make: (types: FileTypes) => Iterable<Declaration>,
): FileTypes {
  const declarations: Declaration[] = [];
  const types: FileTypes = { file, btf, foreign, records, declarations };
  for (const declaration of make(types)) declarations.push({ ...declaration, types });
  return types;
}
