/** How the tests of this directory link, and what they ask of an output's types and references. */
import { ByteView } from '../../../src/base/bytes.ts';
import { type BtfExt, type ExtTable, emptyExt, RECORD_WORDS } from '../../../src/btf/ext.ts';
import { KIND, LINKAGE } from '../../../src/btf/format.ts';
import { type Btf, readBtf, readBtfExt, typeIds, validateBtf } from '../../../src/btf/index.ts';
import { FIELD } from '../../../src/btf/types.ts';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { R_BPF, STT } from '../../../src/elf/constants.ts';
import type { ElfSymbol } from '../../../src/elf/types.ts';
import { link } from '../../../src/link.ts';
import type { LinkInput, LinkResult } from '../../../src/link-types.ts';
import { fixture, Output, type ShippedScript, shippedScript } from '../../support/link.ts';

/** The script, and with it the profile, whose links are compared with the reference's. */
const SCRIPT = 'generic.ld';

/** Fixtures by path, or objects. */
export function parityLink(
  inputs: readonly (string | LinkInput)[],
  script: ShippedScript = SCRIPT,
): LinkResult {
  return link({
    inputs: inputs.map((input) => (typeof input === 'string' ? fixture(input) : input)),
    script: shippedScript(script),
  });
}

export function parity(...inputs: readonly (string | LinkInput)[]): TypedOutput {
  return new TypedOutput(parityLink(inputs));
}

/** The one error of a link that is to fail. */
export function parityError(...inputs: readonly (string | LinkInput)[]): Diagnostic {
  const { output, diagnostics } = parityLink(inputs);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (output !== undefined) throw new Error('the link succeeded');
  if (errors.length !== 1) throw new Error(JSON.stringify(errors, undefined, 1));
  return errors[0]!;
}

export function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first, i) =>
    permutations(all.filter((_, j) => j !== i)).map((rest) => [first, ...rest]),
  );
}

const linkages: Readonly<Record<number, string>> = {
  [LINKAGE.STATIC]: 'static',
  [LINKAGE.GLOBAL]: 'global',
  [LINKAGE.EXTERN]: 'extern',
};

/** An output whose BTF is well-formed. */
export class TypedOutput extends Output {
  readonly btf: Btf;
  readonly ext: BtfExt;

  constructor(result: LinkResult) {
    super(result);
    const { btf, fault } = readBtf(this.section('.BTF').bytes, this.elf.order);
    if (btf === undefined) throw new Error(fault);
    const broken = validateBtf(btf);
    if (broken !== undefined) throw new Error(broken);
    this.btf = btf;
    this.ext = this.#readExt();
  }

  #readExt(): BtfExt {
    if (!this.elf.sections.some(({ name }) => name === '.BTF.ext')) return emptyExt;
    const read = readBtfExt(this.section('.BTF.ext').bytes, this.elf.order, this.btf);
    if (read.fault !== undefined) throw new Error(read.fault);
    return read.ext;
  }

  /** The ids of the types of a name. */
  types(name: string, kind?: number): number[] {
    return [...typeIds(this.btf, kind)].filter((id) => this.btf.name(id) === name);
  }

  /** The linkage of every FUNC or VAR of the name. */
  linkages(name: string): string[] {
    return [...this.types(name, KIND.FUNC), ...this.types(name, KIND.VAR)].map(
      (id) => linkages[this.#linkage(id)] ?? '?',
    );
  }

  #linkage(id: number): number {
    return this.btf.kind(id) === KIND.FUNC ? this.btf.vlen(id) : this.btf.field(id, FIELD.first);
  }

  get datasecs(): string[] {
    return [...typeIds(this.btf, KIND.DATASEC)].map((id) => this.btf.name(id));
  }

  /** The one DATASEC of the name, as `offset size linkage name`. */
  datasec(name: string): string[] {
    const [id, other] = this.types(name, KIND.DATASEC);
    if (id === undefined || other !== undefined) throw new Error(`not one DATASEC ${name}`);
    return this.btf.variables(id).map(({ type, offset, size }) => {
      return `${offset} ${size} ${linkages[this.#linkage(type)]} ${this.btf.name(type)}`;
    });
  }

  /** A section's records of a table. */
  records(table: ExtTable, section: string): number[][] {
    const width = RECORD_WORDS[table];
    const parts = this.ext[table].filter((part) => this.btf.strings.at(part.section) === section);
    return parts.flatMap(({ records }) =>
      Array.from({ length: records.length / width }, (_, i) => [
        ...records.subarray(i * width, (i + 1) * width),
      ]),
    );
  }

  /** Where each symbol is and how far it extends, as what DATASEC lists. */
  placesIn(section: string): string[] {
    const { index } = this.section(section);
    return this.elf.symbols
      .filter((symbol) => symbol.section === index && symbol.type === STT.OBJECT)
      .map(({ value, size, name }) => `${value} ${size} ${name}`)
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  }

  /** What the relocations of a section lead to: `name`, or `name+3` for a byte inside of it. */
  targets(name: string): string[] {
    const section = this.section(name);
    const view = new ByteView(section.bytes, this.elf.order);
    return (this.elf.relocations.get(section.index) ?? []).map(({ offset, type, symbol }) => {
      const target = this.elf.symbols[symbol]!;
      if (target.place !== 'section') return `${target.place} ${target.name}`;
      return this.#nameOf(target, target.value + addendAt(view, offset, type, target));
    });
  }

  #nameOf({ section }: ElfSymbol, at: number): string {
    const found = this.elf.symbols.find(
      (symbol) =>
        symbol.section === section &&
        (symbol.type === STT.OBJECT || symbol.type === STT.FUNC) &&
        symbol.value <= at &&
        at < symbol.value + symbol.size,
    );
    if (found === undefined) return `${this.elf.sections[section]!.name} at ${at}`;
    return at === found.value ? found.name : `${found.name}+${at - found.value}`;
  }
}

/** Of a call only what is counted from a section is an addend: a named function's -1 says nothing. */
function addendAt(view: ByteView, offset: number, type: number, target: ElfSymbol): number {
  if (type === R_BPF.ABS64) return view.size(offset);
  const field = view.u32(offset + 4) | 0;
  if (type !== R_BPF.CALL32) return field;
  return target.type === STT.SECTION ? (field + 1) * 8 : 0;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
