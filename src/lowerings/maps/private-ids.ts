/**
 * Numbers that objects of `maps` give their maps (`id`) are private to an object: tc never sees two. A link puts
 * the objects' maps into one section, where a number would mean all that have it; so where two objects use one
 * number for different things, those of the later object get another:
 *
 *     a.o  jump_a id 1   section 1/0           jump_a id 1   1/0
 *     b.o  jump_b id 1   section 1/1           jump_b id 2   2/1
 *
 * Objects may also share a number, which is how one file fills the slots of another's map. Who means whom:
 *
 * - An object that both has maps of a number and uses it (`inner_id`, sections `ID/KEY`) means its own.
 * - One that only has maps of it adds them to those of the object that uses its own, if there is one such; or,
 *   where no object uses its own, to those of the others that only have. Unless both cannot be one: two maps of
 *   one `inner_idx`, or a second map beside a program array with sections. Then its maps are for themselves.
 * - One that only uses it means the maps of others, if that leaves one choice. Otherwise it is an error.
 */
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import type { InputFile } from '../../model/input.ts';
import { holdsMaps, type LegacyMap, MapType, TEMPLATE_ONLY } from '../../model/legacy-map.ts';

/** A map that an object defines. */
export interface NumberedMap {
  readonly file: InputFile;
  readonly name: string;
  readonly fields: LegacyMap;
  readonly at: readonly Location[];
}

/** A section `ID/KEY` of an object. */
export interface NumberedSection {
  readonly file: InputFile;
  readonly name: string;
  readonly id: number;
  readonly at: readonly Location[];
}

/** What a number of an object is in the output. */
export type IdOf = (file: InputFile, id: number) => number;

/** What uses a number, told as `what`. */
interface Use {
  readonly file: InputFile;
  readonly what: string;
  readonly isSection: boolean;
  readonly at: readonly Location[];
}

/** Maps that are meant by one number, of one object or several. */
interface Group {
  readonly maps: NumberedMap[];
  readonly bySlot: Map<number, NumberedMap>;
}

/** The first of several keeps a number; others get the smallest that no object has. */
export function privateIds(
  maps: readonly NumberedMap[],
  sections: readonly NumberedSection[],
  report: (diagnostic: Diagnostic) => void,
): IdOf {
  const mapsOf = groupBy(maps, ({ fields }) => fields.id);
  const usesOf = groupUses(maps, sections);
  const taken = new Set([...mapsOf.keys(), ...usesOf.keys()]);
  const changed = new Map<InputFile, Map<number, number>>();
  let next = 1;
  for (const [id, defined] of mapsOf) {
    if (id === 0) continue;
    const groups = groupsOf(id, defined, usesOf.get(id) ?? [], report);
    for (const files of groups.slice(1)) {
      while (taken.has(next)) next++;
      taken.add(next);
      for (const file of files) {
        const known = changed.get(file) ?? new Map<number, number>();
        changed.set(file, known.set(id, next));
      }
    }
  }
  return (file, id) => changed.get(file)?.get(id) ?? id;
}

/** The map's fields with the numbers of the output. */
export function renumbered(
  { file, fields }: Pick<NumberedMap, 'file' | 'fields'>,
  idOf: IdOf,
): LegacyMap {
  const innerId = holdsMaps(fields.type) ? idOf(file, fields.innerId) : fields.innerId;
  return { ...fields, id: idOf(file, fields.id), innerId };
}

function groupUses(
  maps: readonly NumberedMap[],
  sections: readonly NumberedSection[],
): Map<number, Use[]> {
  const uses = new Map<number, Use[]>();
  const add = (id: number, use: Use): void => {
    const known = uses.get(id);
    if (known === undefined) uses.set(id, [use]);
    else known.push(use);
  };
  for (const { file, name, fields, at } of maps) {
    if (!holdsMaps(fields.type)) continue;
    add(fields.innerId, { file, what: `map of maps '${name}'`, isSection: false, at });
  }
  for (const { file, name, id, at } of sections) {
    add(id, { file, what: `section '${name}'`, isSection: true, at });
  }
  return uses;
}

/** The files of each group. */
function groupsOf(
  id: number,
  maps: readonly NumberedMap[],
  uses: readonly Use[],
  report: (diagnostic: Diagnostic) => void,
): Set<InputFile>[] {
  const groups = new Map<Group, Set<InputFile>>();
  const byFile = groupBy(maps, ({ file }) => file);
  const using = new Set(uses.map(({ file }) => file));
  const hasSections = uses.some(({ isSection }) => isSection);
  const closed = [...byFile.keys()].filter((file) => using.has(file));
  let common: Group | undefined;
  // In the order of the files, but that to which others add their maps is there before they do.
  const base = closed.length === 1 ? closed[0] : undefined;
  if (base !== undefined) common = groupOf(byFile.get(base)!);
  for (const [file, own] of byFile) {
    const added = groupOf(own);
    const shared = !using.has(file) && closed.length < 2 ? common : undefined;
    if (file === base && common !== undefined)
      groups.set(common, withFile(groups.get(common), file));
    else if (shared !== undefined && !clash(shared, added, hasSections)) {
      for (const map of own) shared.maps.push(map);
      for (const [slot, map] of added.bySlot) shared.bySlot.set(slot, map);
      groups.set(shared, withFile(groups.get(shared), file));
    } else {
      groups.set(added, new Set([file]));
      common ??= added;
    }
  }
  for (const use of uses) {
    if (byFile.has(use.file)) continue;
    const choices = choicesFor(use, [...groups.keys()]);
    const [first, second] = choices;
    if (first !== undefined && second === undefined) groups.get(first)!.add(use.file);
    else if (first !== undefined) {
      const candidates = choices.map(({ maps: [map] }) => ({
        map: map!.name,
        file: map!.file.path,
      }));
      report(diagnose.ambiguousId(use.what, id, candidates, use.at));
    }
  }
  return [...groups.values()];
}

function withFile(files: Set<InputFile> | undefined, file: InputFile): Set<InputFile> {
  return (files ?? new Set()).add(file);
}

function groupOf(maps: readonly NumberedMap[]): Group {
  return {
    maps: [...maps],
    bySlot: new Map(maps.map((map) => [map.fields.innerIndex, map])),
  };
}

/** Whether the maps of both cannot be meant by one number. */
function clash(group: Group, added: Group, hasSections: boolean): boolean {
  const isArray = ({ fields }: NumberedMap): boolean => fields.type === MapType.PROG_ARRAY;
  if (hasSections && (group.maps.some(isArray) || added.maps.some(isArray))) return true;
  return [...added.bySlot].some(([slot, map]) => {
    const other = group.bySlot.get(slot);
    return other !== undefined && !(slot === TEMPLATE_ONLY && alike(map, other));
  });
}

function alike({ fields: a }: NumberedMap, { fields: b }: NumberedMap): boolean {
  const compared = ['type', 'sizeKey', 'sizeValue', 'maxElem', 'flags'] as const;
  return compared.every((field) => a[field] === b[field]);
}

/** A section wants a program array, if there is one. */
function choicesFor({ isSection }: Use, groups: readonly Group[]): readonly Group[] {
  const arrays = groups.filter(({ maps }) =>
    maps.some(({ fields }) => fields.type === MapType.PROG_ARRAY),
  );
  return isSection && arrays.length > 0 ? arrays : groups;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}
