/**
 * Puts the definitions of the output's `maps` section into the one form that tc's loader reads.
 *
 * tc divides the section's size by the number of its global symbols and takes each part for a map
 * (TC-005), and it finds a map by dividing the symbol's value by that stride (TC-006). So objects whose
 * structures differ in length cannot be put behind one another as they are, a second symbol for a map
 * halves the stride, and a local one does not count. Maps that a script puts there from `.maps` have no
 * structure at all, and get one that says the same:
 *
 *     clang, bpf_elf_map       36 bytes          rustc, bpf_map_def  28 bytes, local
 *     clang, SEC(".maps") map  described by BTF
 *     output: three definitions of 36 bytes, the second padded with zeros, three global symbols
 *
 * Numbers by which definitions refer to each other are an object's own, and kept apart (private-ids.ts). What the
 * structure cannot say is an error. Programs that a definition of `.maps` puts into slots are left
 * for lower-code.ts, which gives each a section `ID/KEY`.
 */
import * as diagnoseMaps from '../diag/catalogue/maps.ts';
import * as diagnose from '../diag/catalogue/tc.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, SHT, STB, STT } from '../elf/constants.ts';
import type { InputFile, InputSection, InputSymbol } from '../model/input.ts';
import {
  type LegacyMap,
  parseTailSection,
  readLegacyMap,
  TEMPLATE_ONLY,
  writeLegacyMap,
} from '../model/legacy-map.ts';
import { inputsOf, type Plan } from '../model/plan.ts';
import { locate } from '../model/source-lines.ts';
import type { AddedSymbol, LinkState } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';
import { type FileTypes, type InputTypes, redeclared } from '../model/types.ts';
import { assignIds } from './maps/assign-ids.ts';
import {
  type DescribedDefinition,
  describedDefinitionsIn,
  isDescribed,
} from './maps/described-definitions.ts';
import { legacyDefinitionsIn, uniqueNames } from './maps/legacy-definitions.ts';
import { fillSlots, type MapDraft } from './maps/legacy-draft.ts';
import { innerFields, innerName, legacyFields } from './maps/legacy-fields.ts';
import { renumberSections, tailSectionsIn } from './maps/number-sections.ts';
import { type IdOf, type NumberedMap, privateIds, renumbered } from './maps/private-ids.ts';

export interface LegacyMapOptions {
  /** Also where nothing is to be converted: the loader is tc's. */
  readonly normalise: boolean;
  /** Whether programs are copied into sections of their own, so that slots can have some. */
  readonly tailSections: boolean;
}

/** A definition of the output. */
interface Entry {
  readonly symbol: InputSymbol | undefined;
  readonly name: string;
  /** In the input section that it comes from. */
  readonly section: InputSection | undefined;
  readonly offset: number;
  readonly end: number;
  readonly bytes: () => Uint8Array;
}

export function putLegacyMaps(
  state: LinkState,
  plan: Plan,
  { normalise, tailSections }: LegacyMapOptions,
  sink: DiagnosticSink,
): void {
  const output = plan.sections.find(({ name }) => name === 'maps');
  if (output === undefined) return;
  const inputs = inputsOf(output);
  if (!normalise && !inputs.some(isDescribed)) return;
  const converter = new Converter(state, sink);
  const maps = inputs.flatMap((section) => converter.entriesOf(section));
  converter.separate(plan);
  maps.push(...converter.finish(usedIds(plan), tailSections));
  const [first] = inputs;
  if (first === undefined || maps.length === 0) return;

  const contents = maps.map(({ bytes }) => bytes());
  const stride = contents.reduce((largest, { length }) => Math.max(largest, length), 0);
  const bytes = new Uint8Array(stride * maps.length);
  const merged = syntheticSection(first, {
    bytes,
    name: output.name,
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: 4,
    entsize: 0,
  });
  const symbols = new Map<number, AddedSymbol>();
  const uniqueName = uniqueNames(state);
  maps.forEach(({ symbol, name, section, offset }, index) => {
    const content = contents[index]!;
    bytes.set(content, index * stride);
    const unique = uniqueName(symbol ?? { name, binding: STB.LOCAL });
    if (
      section !== undefined &&
      unique !== name &&
      readLegacyMap(content, state.order).pinning > 0
    ) {
      sink.report(diagnoseMaps.pinnedTwice(name, unique, locate(section, offset)));
    }
    symbols.set(index * stride, {
      name: unique,
      type: STT.OBJECT,
      binding: STB.GLOBAL,
      section: merged,
      offset: index * stride,
      size: stride,
    });
  });
  plan.rebuild(output, (section) => (section === first ? [merged] : []));
  state.types = withoutVariables(state.types, new Set(inputs.filter(isDescribed)));
  state.ownSymbols.set(merged, symbols);
  for (const section of inputs) {
    const own = maps.flatMap((map, index) => (map.section === section ? [{ ...map, index }] : []));
    state.redirects.set(section, (offset) => {
      const map = own.find(({ offset: start, end }) => start <= offset && offset < end);
      if (map === undefined) return undefined;
      // A described map may be longer than its structure, whose end is another's start.
      const inside = Math.min(offset - map.offset, stride - 1);
      return { section: merged, offset: map.index * stride + inside };
    });
  }
  // A definition that was refused is not there to refer to.
  if (!sink.hasErrors) checkReferences(merged, symbols, state, sink);
}

/** Reads the definitions of the inputs; those of `.maps` in two steps, because they refer to each other. */
class Converter {
  readonly #state: LinkState;
  readonly #sink: DiagnosticSink;
  readonly #described: { definition: DescribedDefinition; draft: MapDraft }[] = [];
  readonly #drafts = new Map<InputSection, Map<number, MapDraft>>();
  readonly #numbered: NumberedMap[] = [];
  #idOf: IdOf = (_, id) => id;

  constructor(state: LinkState, sink: DiagnosticSink) {
    this.#state = state;
    this.#sink = sink;
  }

  entriesOf(section: InputSection): Entry[] {
    const report = this.#sink.report.bind(this.#sink);
    if (!isDescribed(section)) {
      return legacyDefinitionsIn(section, this.#state, diagnose, report).map((definition) => {
        const { symbol, offset, bytes } = definition;
        const { name } = symbol;
        const fields = readLegacyMap(bytes, this.#state.order);
        const at = locate(section, offset, `map '${name}'`);
        const map = { file: section.file, name, fields, at };
        this.#numbered.push(map);
        const end = offset + bytes.length;
        const written = (): Uint8Array =>
          writeLegacyMap(renumbered(map, this.#idOf), this.#state.order).subarray(0, bytes.length);
        return { symbol, name, section, offset, end, bytes: written };
      });
    }
    const types = this.#state.mapTypes;
    const found = describedDefinitionsIn(section, this.#state, types, report);
    return found.flatMap((definition) => this.#draft(definition) ?? []);
  }

  /** Keeps the numbers of one object apart from those of another, the names of sections with them. */
  separate(plan: Plan): void {
    const tails = tailSectionsIn(plan, 'output');
    this.#idOf = privateIds(this.#numbered, tails, this.#sink.report.bind(this.#sink));
    renumberSections(tails, this.#idOf, plan);
  }

  /** Fills in what depends on other maps. Gives the definitions that no input has. */
  finish(used: ReadonlySet<number>, tailSections: boolean): Entry[] {
    const report = this.#sink.report.bind(this.#sink);
    // Slots may name a map that was refused.
    if (this.#sink.hasErrors) return [];
    for (const one of this.#described) fillSlots(one, this.#drafts, this.#state, report);
    const drafts = this.#described.map(({ draft }) => draft);
    const numbered = this.#numbered.map((map) => renumbered(map, this.#idOf));
    const taken = new Set([...numbered.flatMap(({ id, innerId }) => [id, innerId]), ...used]);
    assignIds(drafts, taken, report);
    const templates = this.#described.flatMap(({ definition, draft }): Entry[] => {
      const inner = innerFields(definition.definition, draft, report);
      if (inner === undefined || draft.fields.innerId !== 0) return [];
      const id = freeId(taken, draft.ids.innerId);
      draft.fields.innerId = id;
      const name = innerName(draft.name);
      const fields = { ...inner, id, innerIndex: TEMPLATE_ONLY };
      return [this.#entry(undefined, name, fields)];
    });
    for (const draft of drafts) {
      if (draft.programs.length === 0) continue;
      const { name, at, fields } = draft;
      if (!tailSections) report(diagnoseMaps.slotsNeedSections(name, at));
      for (const { index, place } of draft.programs) {
        this.#state.tailPrograms.push({ name: `${fields.id}/${index}`, place });
      }
    }
    return templates;
  }

  #draft(definition: DescribedDefinition): Entry | undefined {
    const { section, symbol, offset, end, ids, at } = definition;
    const { name } = symbol;
    const report = this.#sink.report.bind(this.#sink);
    const fields = legacyFields(definition.definition, { name, at }, report);
    if (fields === undefined) return undefined;
    const file = section.file;
    const draft: MapDraft = {
      file,
      name,
      fields: { ...fields },
      ids,
      inners: [],
      programs: [],
      at,
    };
    this.#described.push({ definition, draft });
    const known = this.#drafts.get(section) ?? new Map<number, MapDraft>();
    this.#drafts.set(section, known.set(offset, draft));
    return { ...this.#entry(symbol, name, draft.fields), section, offset, end };
  }

  #entry(symbol: InputSymbol | undefined, name: string, fields: LegacyMap): Entry {
    const bytes = (): Uint8Array => writeLegacyMap(fields, this.#state.order);
    return { symbol, name, section: undefined, offset: 0, end: 0, bytes };
  }
}

/** What BTF says of a map that is a structure now is no longer so. */
function withoutVariables(types: InputTypes, sections: ReadonlySet<InputSection>): InputTypes {
  const changed = new Map<InputFile, FileTypes>();
  for (const { file } of sections) {
    const before = types.of(file);
    if (before === undefined) continue;
    const left = before.declarations.filter(
      ({ symbol }) => symbol?.section === undefined || !sections.has(symbol.section),
    );
    changed.set(
      file,
      redeclared(before, before.btf, () => left),
    );
  }
  return types.with(changed);
}

/** Sections of the inputs that are named `ID/KEY` wait for a program array of theirs. */
function usedIds(plan: Plan): Set<number> {
  return new Set(plan.sections.flatMap(({ name }) => parseTailSection(name)?.id ?? []));
}

function freeId(taken: Set<number>, wanted: number): number {
  let id = wanted === 0 || taken.has(wanted) ? 1 : wanted;
  while (taken.has(id)) id++;
  taken.add(id);
  return id;
}

/** A program names a map; tc would silently take a reference to a field of one for the map itself. */
function checkReferences(
  merged: InputSection,
  symbols: ReadonlyMap<number, AddedSymbol>,
  state: LinkState,
  sink: DiagnosticSink,
): void {
  for (const section of state.sections()) {
    // What stands in slots is in the definitions now.
    if (isDescribed(section)) continue;
    for (const relocation of section.relocations) {
      const target = state.targetOf(relocation);
      if (target.kind !== 'place' || target.section !== merged) continue;
      const whole = relocation.symbol.type === STT.SECTION || relocation.addend === 0;
      if (whole && symbols.has(target.offset)) continue;
      const map = [...symbols.values()].findLast(({ offset }) => offset <= target.offset);
      const { name, offset } = map ?? { name: relocation.symbol.name, offset: 0 };
      const at = locate(section, relocation.offset);
      sink.report(diagnose.insideMap(name, target.offset - offset, at));
    }
  }
}
