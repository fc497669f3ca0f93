/**
 * The numbers by which definitions of `maps` refer to each other. `.maps` has no need of them, but a program's
 * section `ID/KEY` is known to users by one; so they are kept in a tag on the variable, which loaders ignore:
 *
 *     struct { ... } jump SEC(".maps") __attribute__((btf_decl_tag("bpf_elf_map:id=3")))
 */
import { KIND } from '../../btf/format.ts';
import type { Btf } from '../../btf/types.ts';
import type { LegacyMap } from '../../model/legacy-map.ts';

export type LegacyIds = Pick<LegacyMap, 'id' | 'innerId' | 'innerIndex'>;

const PREFIX = 'bpf_elf_map:';
const names = { id: 'id', innerId: 'inner_id', innerIndex: 'inner_idx' } as const;
const fields = Object.keys(names) as readonly (keyof LegacyIds)[];

/** Undefined where there is nothing to keep. */
export function idTag(ids: LegacyIds): string | undefined {
  const kept = fields.filter((field) => ids[field] !== 0);
  if (kept.length === 0) return undefined;
  return PREFIX + kept.map((field) => `${names[field]}=${ids[field]}`).join();
}

export const noIds: LegacyIds = { id: 0, innerId: 0, innerIndex: 0 };

/** By the VAR. */
export function readIds(btf: Btf): ReadonlyMap<number, LegacyIds> {
  const ids = new Map<number, LegacyIds>();
  for (const tag of btf.idsOf(KIND.DECL_TAG)) {
    const text = btf.name(tag);
    if (text.startsWith(PREFIX)) ids.set(btf.target(tag), parse(text.slice(PREFIX.length)));
  }
  return ids;
}

function parse(text: string): LegacyIds {
  const values = new Map(
    [...text.matchAll(/(?:^|,)(\w+)=(\d{1,10})(?=,|$)/g)].map(([, name, value]) => [
      name,
      Number(value) >>> 0,
    ]),
  );
  const read = (field: keyof LegacyIds): number => values.get(names[field]) ?? 0;
  return { id: read('id'), innerId: read('innerId'), innerIndex: read('innerIndex') };
}
