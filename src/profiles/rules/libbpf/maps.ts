/** LIBBPF-010, LIBBPF-016 and LIBBPF-019: the variables of `.maps`, what they are initialised with, and the arena. */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import { type Btf, FIELD, type SectionVariable } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { type MapFields, readMapFields } from './map-definitions.ts';
import { isExtern, type View, viewOf } from './view.ts';

const PROG_ARRAY = 3;
const ARRAY_OF_MAPS = 12;
const HASH_OF_MAPS = 13;
const ARENA = 33;

export interface BtfMap {
  readonly name: string;
  readonly variable: SectionVariable;
  readonly fields: MapFields;
  readonly at: readonly Location[];
}

interface Maps {
  readonly accepted: readonly BtfMap[];
  readonly refusals: readonly Diagnostic[];
  /** The names of maps that are refused. */
  readonly refused: ReadonlySet<string>;
  /** Whether a static map is among them: code may refer to it by the section. */
  readonly hasStatic: boolean;
}

export const mapDefinitions: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  if (view.sections('maps').length === 0 || view.btf === undefined) return;
  if (!view.dataSections.has('.maps')) report(diagnose.noMapsSection());
  else for (const refusal of mapsOf(view).refusals) report(refusal);
};

const read = new WeakMap<View, Maps>();

function mapsOf(view: View): Maps {
  let maps = read.get(view);
  if (maps === undefined) {
    maps = readMaps(view);
    read.set(view, maps);
  }
  return maps;
}

/** Those that the object defines. */
function readMaps(view: View): Maps {
  const { btf } = view;
  const accepted: BtfMap[] = [];
  const refusals: Diagnostic[] = [];
  const refused = new Set<string>();
  let hasStatic = false;
  const [section] = view.sections('maps');
  const variables = view.dataSections.get('.maps')?.variables;
  if (btf === undefined || section === undefined || variables === undefined) {
    return { accepted, refusals, refused, hasStatic };
  }
  for (const variable of variables) {
    const name = btf.name(variable.type);
    const at = view.at(section, variable.offset, `map '${name}'`);
    const refuse = (fault: string, quoted: string | undefined, remedy?: string): void => {
      refusals.push(diagnose.badMap(name, fault, quoted, remedy, at));
      refused.add(name);
    };
    const linkage = btf.kind(variable.type) === KIND.VAR && btf.field(variable.type, FIELD.first);
    // One that another object defines is an undefined symbol.
    if (linkage === LINKAGE.EXTERN) continue;
    if (variable.offset + variable.size > section.size) {
      refuse('lies outside of its section', 'BTF data is corrupted.', 'build the object again');
      continue;
    }
    if (linkage !== LINKAGE.GLOBAL) {
      refuse('is static', 'unsupported map linkage static.', 'remove `static`');
      hasStatic = true;
      continue;
    }
    const struct = peel(btf, btf.target(variable.type));
    if (btf.kind(struct) !== KIND.STRUCT) {
      refuse('is no struct', 'unexpected def kind var.', 'one variable for each map, no arrays');
      continue;
    }
    if (btf.size(struct) > variable.size) {
      refuse('is smaller than its type', 'invalid def size.', 'build the object again');
      continue;
    }
    const { map, wrong } = readMapFields(btf, struct, view);
    if (wrong === undefined) accepted.push({ name, variable, fields: map, at });
    else refuse(wrong.fault, wrong.quoted, wrong.remedy);
  }
  return { accepted, refusals, refused, hasStatic };
}

/** None where libbpf refuses one: it looks no further then. */
export function definedMaps(view: View): readonly BtfMap[] {
  const { accepted, refusals } = mapsOf(view);
  return refusals.length > 0 ? [] : accepted;
}

/** Whether code that goes by the symbol may mean a map that is reported already. */
export function isRefusedMap(view: View, { type, name }: ElfSymbol): boolean {
  const { refused, hasStatic } = mapsOf(view);
  return type === STT.SECTION ? hasStatic : refused.has(name);
}

/** Programs and inner maps that the object itself puts into slots. */
export const mapSlots: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf } = view;
  const [section] = view.sections('maps');
  const relocations = section && object.relocations.get(section.index);
  if (btf === undefined || relocations === undefined || relocations.length === 0) return;
  const maps = definedMaps(view);
  if (maps.length === 0) return;
  for (const relocation of relocations) {
    const refusal = refusedSlot(view, btf, maps, section!, relocation);
    if (refusal !== undefined) report(refusal);
  }
};

/** In the order in which libbpf asks. */
function refusedSlot(
  view: View,
  btf: Btf,
  maps: readonly BtfMap[],
  section: ElfSection,
  relocation: ElfRelocation,
): Diagnostic | undefined {
  const { offset } = relocation;
  const symbol = view.object.symbols[relocation.symbol]!;
  if (isExtern(symbol)) return undefined;
  const target = view.nameOf(symbol);
  const at = view.at(section, offset);
  const map = mapAt(maps, offset);
  if (map === undefined) {
    const quoted = `cannot find map '${target}' at rel->r_offset ${offset}`;
    return diagnose.badMapSlot('?', target, 'in no map', quoted, at);
  }
  const refuse = (fault: string, quoted?: string): Diagnostic =>
    diagnose.badMapSlot(map.name, target, fault, quoted, at);
  const type = map.fields.numbers.get('type');
  if (type === ARRAY_OF_MAPS || type === HASH_OF_MAPS) {
    if (view.sectionOf(symbol) !== section) {
      return refuse('which is no map', `'${target}' isn't a BTF-defined map`);
    }
    if (type === HASH_OF_MAPS && map.fields.keySize !== 4) {
      const quoted = `hash-of-maps '${map.name}' should have key size 4.`;
      return refuse('and its keys are not of 4 bytes', quoted);
    }
    // By name: a section symbol has none, so an inner map cannot be static.
    if (!maps.some(({ name }) => name === symbol.name)) {
      return refuse('which is static', "'' isn't a valid map reference");
    }
  } else if (type === PROG_ARRAY) {
    const program = view.programs().find(({ name }) => name === symbol.name);
    if (program === undefined) {
      return refuse('which is no program', `'${symbol.name}' isn't a valid program reference`);
    }
    if (program.section !== view.sectionOf(symbol) || program.start !== symbol.value) {
      return refuse('which is no program', `'${target}' isn't an entry-point program`);
    }
  } else return refuse('and maps of its type hold no such things');
  return isSlot(btf, map, offset) ? undefined : refuse("outside of its 'values'");
}

/** Maps are created by offset, and slots filled with maps that are there already. */
export const innerMapsFirst: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const [section] = view.sections('maps');
  const maps = definedMaps(view);
  for (const relocation of (section && object.relocations.get(section.index)) ?? []) {
    const map = mapAt(maps, relocation.offset);
    const type = map?.fields.numbers.get('type');
    if (map === undefined || (type !== ARRAY_OF_MAPS && type !== HASH_OF_MAPS)) continue;
    const symbol = object.symbols[relocation.symbol]!;
    const inner = maps.find(({ name }) => name === symbol.name);
    if (inner === undefined || inner.variable.offset <= map.variable.offset) continue;
    report(diagnose.innerMapBehind(map.name, inner.name, view.at(section!, relocation.offset)));
  }
};

function mapAt(maps: readonly BtfMap[], offset: number): BtfMap | undefined {
  return maps.find(
    ({ variable }) => variable.offset <= offset && offset + 8 <= variable.offset + variable.size,
  );
}

/** Whether a slot of `values`, the last member, begins at `offset` of the section. */
function isSlot(btf: Btf, { variable }: BtfMap, offset: number): boolean {
  const last = btf.members(peel(btf, btf.target(variable.type))).at(-1);
  if (last?.name !== 'values') return false;
  const inside = offset - variable.offset - last.offsetBits / 8;
  return inside >= 0 && inside % 8 === 0;
}

/** The arena is a map like others, and its variables have a section of their own. */
export const arena: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const maps = definedMaps(view);
  const arenas = maps.filter(({ fields }) => fields.numbers.get('type') === ARENA);
  const [first, ...more] = arenas;
  for (const { name, at } of more) report(diagnose.severalArenas(first!.name, name, at));
  const [variables] = view.sections('arena');
  if (first === undefined && variables !== undefined)
    report(diagnose.noArena(view.at(variables, 0)));
};
