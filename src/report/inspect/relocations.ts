/** The relocations of what is loaded, with S + A worked out. Those of debug information are only counted. */
import { relocationTypeName } from '../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../elf/types.ts';
import { type ReadRelocation, RelocationReader } from '../../model/read-relocations.ts';
import { isCode, isData, nameOf, type ObjectView } from './object.ts';
import { describeTarget, plainPlace } from './targets.ts';
import type { RelocationReport, TargetReport } from './types.ts';

export interface ResolvedRelocation {
  readonly raw: ElfRelocation;
  readonly symbol: ElfSymbol;
  readonly read: ReadRelocation;
  /** What it leads to: undefined where that is not known, or in no section. */
  readonly place: ResolvedPlace | undefined;
  readonly report: RelocationReport;
}

export interface ResolvedPlace {
  readonly section: ElfSection;
  readonly offset: number;
}

/** By the section that is relocated, in the order of offsets. */
export class Relocations {
  readonly #bySection: ReadonlyMap<number, readonly ResolvedRelocation[]>;

  constructor(bySection: ReadonlyMap<number, readonly ResolvedRelocation[]>) {
    this.#bySection = bySection;
  }

  *[Symbol.iterator](): Generator<ResolvedRelocation> {
    for (const list of this.#bySection.values()) yield* list;
  }

  of(section: ElfSection): readonly ResolvedRelocation[] {
    return this.#bySection.get(section.index) ?? [];
  }

  /** Those that stand at offsets from `start` to before `end`. */
  between(section: ElfSection, start: number, end: number): readonly ResolvedRelocation[] {
    const list = this.of(section);
    return list.slice(firstAt(list, start), firstAt(list, end));
  }

  /** The first one that stands at the offset. */
  at(section: ElfSection, offset: number): ResolvedRelocation | undefined {
    const list = this.of(section);
    const found = list[firstAt(list, offset)];
    return found?.raw.offset === offset ? found : undefined;
  }
}

/** The position of the first one at or behind `offset`. */
function firstAt(list: readonly ResolvedRelocation[], offset: number): number {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (list[middle]!.raw.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Faults are reported, and shown as relocations of which nothing is known. */
export function resolveRelocations(view: ObjectView): Relocations {
  const all = new Map<number, readonly ResolvedRelocation[]>();
  for (const section of view.elf.sections) {
    const list = view.elf.relocations.get(section.index) ?? [];
    if (list.length === 0 || !(isCode(section) || isData(section))) continue;
    const reader = new RelocationReader(view.path, view.elf, section, view.assembler);
    const sorted = [...list].sort((a, b) => a.offset - b.offset);
    all.set(
      section.index,
      sorted.map((raw) => resolve(view, section, raw, reader.read(raw))),
    );
  }
  return new Relocations(all);
}

function resolve(
  view: ObjectView,
  section: ElfSection,
  raw: ElfRelocation,
  read: ReadRelocation,
): ResolvedRelocation {
  if (read.kind === 'fault') view.sink.report(read.diagnostic);
  const symbol = view.elf.symbols[raw.symbol]!;
  const known = read.kind === 'relocation' || read.kind === 'branch';
  const addend = known ? read.addend : undefined;
  const form = read.kind === 'relocation' ? read.form : undefined;
  const place =
    addend === undefined || symbol.place !== 'section'
      ? undefined
      : { section: view.elf.sections[symbol.section]!, offset: symbol.value + addend };
  let target: TargetReport | null = null;
  // A distance has its table's own place in the addend: what it leads to is not at S + A.
  if (form === 'pcrel32' && place !== undefined) target = plainPlace(place.section, place.offset);
  else if (addend !== undefined) target = describeTarget(view, symbol, addend);
  const report: RelocationReport = {
    section: section.name,
    offset: raw.offset,
    type: relocationTypeName(raw.type),
    typeNumber: raw.type,
    symbol: nameOf(view, symbol),
    symbolIndex: raw.symbol,
    form: read.kind === 'branch' ? 'branch' : (form ?? null),
    addend: addend ?? null,
    explicit: raw.addend !== undefined,
    stored: read.kind === 'relocation' && raw.addend === undefined ? read.stored : null,
    target,
  };
  return { raw, symbol, read, place, report };
}
