/** A definition of `maps`, with what the object's types say of it beyond its bytes. */
import { KIND } from '../../btf/format.ts';
import { peel, sizeOf } from '../../btf/query.ts';
import type { Btf } from '../../btf/types.ts';
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import type { InputFile } from '../../model/input.ts';
import { type LegacyMap, legacyMapFields, readLegacyMap } from '../../model/legacy-map.ts';
import { locate } from '../../model/source-lines.ts';
import type { LinkState } from '../../model/state.ts';
import type { FileTypes } from '../../model/types.ts';
import type { LegacyDefinition } from './legacy-definitions.ts';

export interface LegacySource {
  readonly file: InputFile;
  readonly definition: LegacyDefinition;
  /** In the output. */
  readonly name: string;
  readonly fields: LegacyMap;
  readonly numaNode: number;
  /** Types of the file's BTF. */
  readonly sides: { readonly key: number; readonly value: number } | undefined;
  readonly at: readonly Location[];
}

type Field = (typeof legacyMapFields)[number];

/** What the fields behind `maxElem` are called; some headers have others in their places. */
const names: Readonly<Partial<Record<Field, readonly string[]>>> = {
  flags: ['flags', 'map_flags'],
  id: ['id'],
  pinning: ['pinning'],
  innerId: ['inner_id'],
  innerIndex: ['inner_idx'],
};

/** Undefined where an error was reported. */
export function legacySource(
  definition: LegacyDefinition,
  name: string,
  types: FileTypes | undefined,
  state: LinkState,
  report: (diagnostic: Diagnostic) => void,
): LegacySource | undefined {
  const { section, symbol, offset, bytes } = definition;
  const at = locate(section, offset, `map '${symbol.name}'`);
  const fields: { -readonly [Name in Field]: number } = readLegacyMap(bytes, state.order);
  let numaNode = 0;
  for (const [field, called] of otherNames(definition, types)) {
    const value = fields[field];
    if (value === 0) continue;
    fields[field] = 0;
    if (called === 'numa_node') numaNode = value;
    else {
      const fault = `has ${called} ${value}, for which .maps has no such number`;
      report(diagnose.notADefinition(symbol.name, fault, at));
      return undefined;
    }
  }
  if (fields.type === 0) {
    report(diagnose.notADefinition(symbol.name, 'has no type', at));
    return undefined;
  }
  const sides = types && annotatedSides(types.btf, symbol.name, fields);
  return { file: section.file, definition, name, fields, numaNode, sides, at };
}

/** Fields that the source calls by a name that is not theirs. */
function otherNames({ symbol }: LegacyDefinition, types: FileTypes | undefined): [Field, string][] {
  const declaration = types?.declarations.find((one) => one.symbol === symbol);
  if (types === undefined || declaration === undefined) return [];
  const { btf } = types;
  const struct = peel(btf, btf.target(declaration.id));
  if (btf.kind(struct) !== KIND.STRUCT) return [];
  return btf.members(struct).flatMap(({ name, offsetBits }): [Field, string][] => {
    const field = legacyMapFields[offsetBits / 32];
    const known = field && names[field];
    return known === undefined || known.includes(name) ? [] : [[field!, name]];
  });
}

/** BPF_ANNOTATE_KV_PAIR(map, key, value): a struct `____btf_map_NAME` with the two as members. */
function annotatedSides(
  btf: Btf,
  map: string,
  { sizeKey, sizeValue }: LegacyMap,
): LegacySource['sides'] {
  const id = btf.idsOf(KIND.STRUCT).find((struct) => btf.name(struct) === `____btf_map_${map}`);
  const [key, value, more] = id === undefined ? [] : btf.members(id);
  if (key === undefined || value === undefined || more !== undefined) return undefined;
  const fits = sizeOf(btf, key.type) === sizeKey && sizeOf(btf, value.type) === sizeValue;
  return fits ? { key: key.type, value: value.type } : undefined;
}
