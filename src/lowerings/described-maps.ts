/**
 * Describes by BTF what a script puts into the output's `.maps` from sections such as `maps`, which libbpf has
 * refused since 1.0:
 *
 *     maps   m: 01000000 04000000 08000000 00010000 00000000 00000000 02000000
 *     .maps  m: 48 zero bytes, and in the BTF
 *            struct { __uint(type, 1); __uint(key_size, 4); __uint(value_size, 8); __uint(max_entries, 256);
 *                     __uint(pinning, 1); } m
 *
 * Maps that other definitions name by numbers (`id`, `inner_id`) stand in `values`, and so do the programs of
 * sections `ID/KEY`; inner maps stand in front, where libbpf wants them. Without BTF of its own an object gets one.
 * What `.maps` cannot say is an error.
 */
import { BtfAppender } from '../btf/append.ts';
import { LINKAGE } from '../btf/format.ts';
import { MapTypes } from '../btf/map-types.ts';
import { Btf } from '../btf/types.ts';
import { tooLarge } from '../diag/catalogue/layout.ts';
import * as diagnose from '../diag/catalogue/maps.ts';
import type { Diagnostic, DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, SHT, STB, STT } from '../elf/constants.ts';
import type { InputFile, InputSection, InputSymbol, Relocation } from '../model/input.ts';
import { LARGEST_SECTION } from '../model/layout.ts';
import { type LegacyMap, Pinning } from '../model/legacy-map.ts';
import { mapStyle } from '../model/map-sections.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import { locate } from '../model/source-lines.ts';
import type { AddedSymbol, LinkState } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';
import { type Declaration, type FileTypes, redeclared } from '../model/types.ts';
import { idTag } from './maps/id-tags.ts';
import { innersFirst } from './maps/inner-maps-first.ts';
import { type Inners, innersOf, isMadeTemplate } from './maps/join-by-ids.ts';
import { legacyDefinitionsIn, uniqueNames } from './maps/legacy-definitions.ts';
import { type LegacySource, legacySource } from './maps/legacy-source.ts';
import { tailSectionsIn } from './maps/number-sections.ts';
import { privateIds, renumbered } from './maps/private-ids.ts';
import { takeTailSections } from './maps/tail-sections.ts';

const faults = {
  mapOfBadSize: (map: string, size: number, at: LegacySource['at']) =>
    diagnose.notADefinition(map, `has ${size} bytes, not a multiple of 4 from 16 to 36`, at),
  mapWithoutSymbol: (_: number, at: LegacySource['at']) => diagnose.bytesWithoutMap('maps', at),
};

export function describeLegacyMaps(state: LinkState, plan: Plan, sink: DiagnosticSink): void {
  const output = plan.sections.find(({ name }) => name === '.maps');
  const inputs = output === undefined ? [] : inputsOf(output).filter(isLegacy);
  const [first] = inputs;
  if (output === undefined || first === undefined) return;
  const report = sink.report.bind(sink);
  const nameOf = uniqueNames(state);
  const sources = inputs.flatMap((section) =>
    legacyDefinitionsIn(section, state, faults, report).flatMap((definition) => {
      const types = state.types.of(section.file);
      const name = nameOf(definition.symbol);
      return legacySource(definition, name, types, state, report) ?? [];
    }),
  );
  for (const { definition, name, fields, at } of sources) {
    if (fields.pinning !== Pinning.NONE && fields.pinning !== Pinning.GLOBAL) {
      report(diagnose.unsayablePinning(name, fields.pinning, at));
    }
    const own = definition.symbol.name;
    if (fields.pinning !== Pinning.NONE && name !== own)
      report(diagnose.pinnedTwice(own, name, at));
  }
  const tails = tailSectionsIn(plan, 'input');
  const idOf = privateIds(sources, tails, report);
  const maps = sources.map((map) => ({ ...map, fields: renumbered(map, idOf) }));
  const inners = innersOf(maps, report);
  const programs = takeTailSections(maps, tails, idOf, plan, sink);
  const kept = maps.filter((map) => !isMadeTemplate(map, inners));
  const ordered = innersFirst(kept, (map) => inners.get(map)?.slots.values() ?? []);
  new Describer(state, plan, output, inputs, first).describe(ordered, inners, programs, report);
  // A definition that was refused is not there to refer to.
  if (!sink.hasErrors) checkReferences(inputs, state, sink);
}

function isLegacy(section: InputSection): boolean {
  return mapStyle(section) === 'legacy';
}

interface Placed {
  readonly map: LegacySource;
  readonly offset: number;
  readonly size: number;
  /** Of the VAR, in the types of the map's file. */
  readonly variable: number;
}

class Describer {
  readonly #state: LinkState;
  readonly #plan: Plan;
  readonly #output: OutputSection;
  readonly #inputs: readonly InputSection[];
  readonly #first: InputSection;
  readonly #types = new Map<InputFile, { appender: BtfAppender; maps: MapTypes }>();

  constructor(
    state: LinkState,
    plan: Plan,
    output: OutputSection,
    inputs: readonly InputSection[],
    first: InputSection,
  ) {
    this.#state = state;
    this.#plan = plan;
    this.#output = output;
    this.#inputs = inputs;
    this.#first = first;
  }

  describe(
    maps: readonly LegacySource[],
    inners: ReadonlyMap<LegacySource, Inners>,
    programs: ReadonlyMap<LegacySource, ReadonlyMap<number, InputSymbol>>,
    report: (diagnostic: Diagnostic) => void,
  ): void {
    const relocations: Relocation[] = [];
    const placed: Placed[] = [];
    let end = 0;
    for (const map of maps) {
      const joined = inners.get(map);
      const slots = new Map<number, InputSymbol>(programs.get(map));
      for (const [index, inner] of joined?.slots ?? []) slots.set(index, inner.definition.symbol);
      const { variable, size } = this.#declare(map, joined, slots.size > 0);
      const count = Math.max(0, ...[...slots.keys()].map((index) => index + 1));
      for (const [index, symbol] of [...slots].sort(([a], [b]) => a - b)) {
        relocations.push({ offset: end + size + index * 8, form: 'abs64', symbol, addend: 0 });
      }
      placed.push({ map, offset: end, size: size + count * 8, variable });
      end += size + count * 8;
    }
    if (end > LARGEST_SECTION) {
      report(tooLarge(this.#output.name, end));
      return;
    }
    this.#place(placed, relocations, end);
    this.#redeclare(placed);
  }

  /** The map's VAR, and the bytes of its struct. */
  #declare(
    map: LegacySource,
    inners: Inners | undefined,
    hasSlots: boolean,
  ): { variable: number; size: number } {
    const { appender, maps } = this.#typesFor(map.definition.section.file);
    const { fields, sides, numaNode, name } = map;
    const slots = inners
      ? maps.struct({ numbers: numbersOf(inners.template.fields, false) }).type
      : hasSlots
        ? maps.program()
        : undefined;
    const pinning: [string, number] = ['pinning', fields.pinning === Pinning.GLOBAL ? 1 : 0];
    const { type, size } = maps.struct({
      numbers: [...numbersOf(fields, sides !== undefined), ['numa_node', numaNode], pinning],
      ...sides,
      ...(slots === undefined ? {} : { slots }),
    });
    const variable = appender.variable(name, type, LINKAGE.GLOBAL);
    const tag = idTag(fields);
    if (tag !== undefined) appender.tag(tag, variable);
    return { variable, size };
  }

  #typesFor(file: InputFile): { appender: BtfAppender; maps: MapTypes } {
    const known = this.#types.get(file);
    if (known !== undefined) return known;
    const appender = new BtfAppender(this.#state.types.of(file)?.btf ?? Btf.empty);
    const made = { appender, maps: new MapTypes(appender) };
    this.#types.set(file, made);
    return made;
  }

  /** One section of zeros in the place of all; libbpf and others want nothing in it but slots. */
  #place(placed: readonly Placed[], relocations: readonly Relocation[], size: number): void {
    const merged = syntheticSection(this.#first, {
      bytes: new Uint8Array(size),
      name: this.#output.name,
      type: SHT.PROGBITS,
      flags: SHF.ALLOC | SHF.WRITE,
      align: 8,
      entsize: 0,
      relocations,
    });
    const symbols = new Map<number, AddedSymbol>();
    for (const { map, offset, size: bytes } of placed) {
      const { name } = map;
      const [type, binding] = [STT.OBJECT, STB.GLOBAL];
      symbols.set(offset, { name, type, binding, section: merged, offset, size: bytes });
    }
    this.#plan.rebuild(this.#output, (section) => {
      if (section === this.#first) return [merged];
      return this.#inputs.includes(section) ? [] : [section];
    });
    this.#state.ownSymbols.set(merged, symbols);
    for (const section of this.#inputs) {
      const places = new Map<number, number>();
      for (const { map, offset } of placed) {
        if (map.definition.section === section) places.set(map.definition.offset, offset);
      }
      this.#state.redirects.set(section, (offset) => {
        const place = places.get(offset);
        return place === undefined ? undefined : { section: merged, offset: place };
      });
    }
  }

  /** What the files said of the maps before goes, and so do names of theirs. */
  #redeclare(placed: readonly Placed[]): void {
    const changed = new Map<InputFile, FileTypes>();
    const sections = new Set(this.#inputs);
    const byFile = new Map(
      [...this.#types.keys()].map((file): [InputFile, Placed[]] => [file, []]),
    );
    for (const one of placed) byFile.get(one.map.definition.section.file)!.push(one);
    for (const [file, { appender }] of this.#types) {
      const before = this.#state.types.of(file);
      const { foreign, records } = before ?? { foreign: false, records: new Map() };
      const others = (before?.declarations ?? []).filter(
        ({ symbol }) => symbol?.section === undefined || !sections.has(symbol.section),
      );
      changed.set(
        file,
        redeclared({ file, foreign, records }, appender.finish(), (types) => [
          ...others,
          ...byFile.get(file)!.map((one) => declarationOf(one, types)),
        ]),
      );
    }
    this.#state.types = this.#state.types.with(changed);
  }
}

function declarationOf({ map, offset, size, variable }: Placed, types: FileTypes): Declaration {
  return {
    types,
    id: variable,
    kind: 'variable',
    name: map.name,
    linkage: LINKAGE.GLOBAL,
    symbol: map.definition.symbol,
    listed: { section: '.maps', offset, size },
  };
}

/** `typed`: types say the sizes. */
function numbersOf(fields: LegacyMap, typed: boolean): (readonly [string, number])[] {
  const sizes = [
    ['key_size', fields.sizeKey],
    ['value_size', fields.sizeValue],
  ] as const;
  return [
    ['type', fields.type],
    ...(typed ? [] : sizes),
    ['max_entries', fields.maxElem],
    ['map_flags', fields.flags],
  ];
}

/** Of what a definition consisted of nothing is left but the map. */
function checkReferences(
  inputs: readonly InputSection[],
  state: LinkState,
  sink: DiagnosticSink,
): void {
  const sections = new Set(inputs);
  for (const section of state.sections()) {
    for (const { symbol, addend, offset } of section.relocations) {
      const definition = symbol.type === STT.SECTION ? symbol : state.symbols.definitionOf(symbol);
      if (definition?.section === undefined || !sections.has(definition.section)) continue;
      const at = definition.value + addend;
      const whole = symbol.type === STT.SECTION || addend === 0;
      if (whole && state.resolve(definition.section, at) !== undefined) continue;
      sink.report(diagnose.insideMap(symbol.name, at, locate(section, offset)));
    }
  }
}
