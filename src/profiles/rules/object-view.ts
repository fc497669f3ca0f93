/**
 * What every loader's rules ask of a finished object, worked out once for each: its functions and types, and
 * where things are in the user's terms.
 */
import { type BtfExt, readBtfExt } from '../../btf/ext.ts';
import { LineTable } from '../../btf/line-info.ts';
import { readBtf } from '../../btf/read.ts';
import type { Btf } from '../../btf/types.ts';
import { validateBtf } from '../../btf/validate.ts';
import type { Location } from '../../diag/diagnostic.ts';
import { SHF, SHT, STT } from '../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../elf/types.ts';
import { OUTPUT } from '../../model/origins.ts';
import { sourceLocation } from '../../model/source-lines.ts';

/** A FUNC symbol in a section with code. */
export interface BpfFunction {
  readonly name: string;
  readonly section: ElfSection;
  readonly symbol: ElfSymbol;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
}

const views = new WeakMap<ElfObject, ObjectView>();

export function objectView(object: ElfObject): ObjectView {
  let view = views.get(object);
  if (view === undefined) {
    view = new ObjectView(object);
    views.set(object, view);
  }
  return view;
}

/** A non-empty section of instructions. */
export function isCode({ type, flags, size }: ElfSection): boolean {
  return type === SHT.PROGBITS && (flags & SHF.EXECINSTR) !== 0 && size > 0;
}

export class ObjectView {
  readonly object: ElfObject;
  /** Undefined where there is none, or none that can be read. */
  readonly btf: Btf | undefined;
  /** What is wrong with `.BTF`, in words; undefined too where there is none. */
  readonly btfFault: string | undefined;
  readonly ext: BtfExt | undefined;
  readonly #functions = new Map<number, BpfFunction[]>();
  #lines: LineTable | undefined;

  /** `newestKind`: of types, where the loader knows no newer ones and then takes none. */
  constructor(object: ElfObject, newestKind: number = Number.POSITIVE_INFINITY) {
    this.object = object;
    for (const symbol of object.symbols) {
      const fn = this.#functionOf(symbol);
      if (fn === undefined) continue;
      const known = this.#functions.get(fn.section.index);
      if (known === undefined) this.#functions.set(fn.section.index, [fn]);
      else known.push(fn);
    }
    for (const list of this.#functions.values()) list.sort((a, b) => a.start - b.start);

    const bytes = this.section('.BTF')?.bytes;
    const read = bytes && readBtf(bytes, object.order);
    this.btfFault =
      read?.fault ?? (read?.btf && (validateBtf(read.btf) ?? kindBeyond(read.btf, newestKind)));
    this.btf = this.btfFault === undefined ? read?.btf : undefined;
    const ext = this.section('.BTF.ext')?.bytes;
    const readable = ext !== undefined && this.btf !== undefined;
    this.ext = readable ? readBtfExt(ext, object.order, this.btf).ext : undefined;
  }

  /** The first of that name. */
  section(name: string): ElfSection | undefined {
    return this.object.sections.find((section) => section.name === name);
  }

  /** Of a section, in the order of their places. */
  functions(section: ElfSection): readonly BpfFunction[] {
    return this.#functions.get(section.index) ?? [];
  }

  /** The last function that begins at or before the byte, if it reaches that far. */
  functionAt(section: ElfSection, offset: number): BpfFunction | undefined {
    const functions = this.functions(section);
    let low = 0;
    let high = functions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (functions[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    const found = functions[low - 1];
    return found !== undefined && offset < found.end ? found : undefined;
  }

  /** The section that a symbol stands in. */
  sectionOf(symbol: ElfSymbol): ElfSection | undefined {
    return symbol.place === 'section' ? this.object.sections[symbol.section] : undefined;
  }

  /** A symbol's name; a section symbol goes by its section's. */
  nameOf(symbol: ElfSymbol): string {
    return symbol.name || (this.sectionOf(symbol)?.name ?? '');
  }

  /** The source line, where line info has it, and the place in the object. */
  at(section: ElfSection, offset: number, what?: string): Location[] {
    const place: Location = {
      kind: 'object',
      file: OUTPUT,
      section: section.name,
      offset,
      ...(what === undefined ? {} : { what }),
    };
    if (this.btf === undefined || this.ext === undefined || !isCode(section)) return [place];
    this.#lines ??= new LineTable(this.btf, this.ext);
    const line = this.#lines.at(section.name, offset);
    if (line === undefined || line.line === 0) return [place];
    return [sourceLocation(line, this.functionAt(section, offset)?.name), place];
  }

  /** Where a defined symbol stands. */
  atSymbol(symbol: ElfSymbol): Location[] {
    const section = this.sectionOf(symbol);
    const what = `symbol '${this.nameOf(symbol)}'`;
    return section === undefined
      ? [{ kind: 'object', file: OUTPUT, what }]
      : this.at(section, symbol.value, what);
  }

  #functionOf(symbol: ElfSymbol): BpfFunction | undefined {
    const section = this.sectionOf(symbol);
    if (symbol.type !== STT.FUNC || section === undefined || !isCode(section)) return undefined;
    const { name, value, size } = symbol;
    return { name, section, symbol, start: value, end: value + size };
  }
}

function kindBeyond(btf: Btf, newest: number): string | undefined {
  for (let id = 1; id <= btf.typeCount; id++) {
    const kind = btf.kind(id);
    if (kind > newest) return `type ${id} is of kind ${kind}, which the loader does not know yet`;
  }
  return undefined;
}
