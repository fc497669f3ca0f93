/** What stands in the slots of maps, by the numbers of a `maps` section; assign-ids.ts is the other way. */
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic } from '../../diag/diagnostic.ts';
import { holdsMaps, MapType, TEMPLATE_ONLY } from '../../model/legacy-map.ts';
import { innerName } from './legacy-fields.ts';
import type { LegacySource } from './legacy-source.ts';

/** A table of more slots than any object initialises. */
export const MOST_SLOTS = 65536;

export interface Inners {
  /** What all inner maps are like. */
  readonly template: LegacySource;
  readonly slots: ReadonlyMap<number, LegacySource>;
}

/** Of each map of maps; none where an error was reported. */
export function innersOf(
  maps: readonly LegacySource[],
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<LegacySource, Inners> {
  const byId = new Map<number, LegacySource[]>();
  for (const map of maps) {
    const known = byId.get(map.fields.id);
    if (known === undefined) byId.set(map.fields.id, [map]);
    else known.push(map);
  }
  const all = new Map<LegacySource, Inners>();
  for (const map of maps) {
    const { type, innerId } = map.fields;
    // Without an id it is for the application to say (bpf_map__set_inner_map_fd).
    if (!holdsMaps(type) || innerId === 0) continue;
    const inners = join(map, byId.get(innerId) ?? [], report);
    if (inners !== undefined) all.set(map, inners);
  }
  return all;
}

/** A definition that only says what another map's values are like, as bpfld makes them (legacy-maps.ts). */
export function isMadeTemplate(
  { name, fields }: LegacySource,
  inners: ReadonlyMap<LegacySource, Inners>,
): boolean {
  if (fields.innerIndex !== TEMPLATE_ONLY) return false;
  for (const outer of inners.keys()) {
    if (innerName(outer.name) === name && outer.fields.innerId === fields.id) return true;
  }
  return false;
}

function join(
  { name, fields, at }: LegacySource,
  candidates: readonly LegacySource[],
  report: (diagnostic: Diagnostic) => void,
): Inners | undefined {
  const refuse = (fault: string, remedy: string): undefined => {
    report(diagnose.badInnerMap(name, fault, remedy, at));
  };
  const { type, sizeKey, maxElem, innerId } = fields;
  const [template] = candidates;
  if (template === undefined) {
    const fault = `names inner_id ${innerId}, which no map has as its id`;
    return refuse(fault, 'give the inner map an id, and this map the same inner_id');
  }
  if (holdsMaps(template.fields.type)) {
    return refuse(
      `has the map of maps '${template.name}' inside`,
      'the kernel knows one level only',
    );
  }
  const slots = new Map<number, LegacySource>();
  for (const inner of candidates) {
    const { innerIndex, innerId: further } = inner.fields;
    if (innerIndex === TEMPLATE_ONLY || further !== 0) continue;
    if (sizeKey !== 4)
      return refuse(`has keys of ${sizeKey} bytes`, 'slots are filled by keys of 4 bytes');
    const most = type === MapType.ARRAY_OF_MAPS ? Math.min(maxElem, MOST_SLOTS) : MOST_SLOTS;
    if (innerIndex >= most) {
      const remedy = 'inner_idx is the slot of the outer map, or -1 for none';
      return refuse(`has '${inner.name}' in slot ${innerIndex} of ${most}`, remedy);
    }
    // tc fills slots in this order, so the last stays.
    slots.set(innerIndex, inner);
  }
  return { template, slots };
}
