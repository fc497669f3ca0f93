/**
 * Gives maps the numbers by which a `maps` section joins them:
 *
 *     outer  .values = { [0] = &a, [2] = &b }     a      id 1, inner_idx 0     outer  inner_id 1
 *                                                 b      id 1, inner_idx 2
 *     array  .values = { [5] = (void *)&prog }    array  id 2                  prog   section 2/5
 *
 * tc puts each map whose id is an outer map's inner_id into that outer map's slot inner_idx. So the maps in one
 * outer map's slots share an id, and a map can be in the slots of two outer maps only if their slots are all
 * the same. An id that a map had before (id-tags.ts) it gets again unless another has it.
 */
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic } from '../../diag/diagnostic.ts';
import { holdsMaps, MapType, TEMPLATE_ONLY } from '../../model/legacy-map.ts';
import type { MapDraft } from './legacy-draft.ts';

type Report = (diagnostic: Diagnostic) => void;

/** What one outer map holds, or several that hold the same. */
interface Group {
  readonly outer: MapDraft;
  /** The slot of each, `TEMPLATE_ONLY` for none. */
  readonly inners: ReadonlyMap<MapDraft, number>;
  /** Before; 0 if it is not known. */
  readonly wanted: number;
}

/** `taken`: ids that mean something already. */
export function assignIds(drafts: readonly MapDraft[], taken: Set<number>, report: Report): void {
  const { byOuter, byInner } = groupInners(drafts, report);
  // An owner of an id is a group, or a map in none.
  const owners = new Map<Group | MapDraft, number>();
  for (const group of byOuter.values()) owners.set(group, group.wanted);
  for (const draft of drafts) {
    if (byInner.has(draft)) continue;
    if (draft.ids.id !== 0 || holdsPrograms(draft)) owners.set(draft, draft.ids.id);
  }
  // First what had an id, so that nothing new takes it.
  const ids = new Map<Group | MapDraft, number>();
  for (const [owner, wanted] of owners) {
    if (wanted === 0 || taken.has(wanted)) continue;
    taken.add(wanted);
    ids.set(owner, wanted);
  }
  let next = 1;
  for (const owner of owners.keys()) {
    if (ids.has(owner)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    ids.set(owner, next);
  }
  for (const draft of drafts) {
    const inside = byInner.get(draft);
    const group = byOuter.get(draft);
    draft.fields.id = ids.get(inside ?? draft) ?? 0;
    draft.fields.innerIndex = inside?.inners.get(draft) ?? 0;
    draft.fields.innerId = (group && ids.get(group)) ?? 0;
  }
}

function holdsPrograms({ fields, programs }: MapDraft): boolean {
  return fields.type === MapType.PROG_ARRAY && programs.length > 0;
}

function groupInners(
  drafts: readonly MapDraft[],
  report: Report,
): { byOuter: Map<MapDraft, Group>; byInner: Map<MapDraft, Group> } {
  const byOuter = new Map<MapDraft, Group>();
  const byInner = new Map<MapDraft, Group>();
  const templates = templatesBefore(drafts);
  for (const outer of drafts) {
    if (!holdsMaps(outer.fields.type)) continue;
    const inners = new Map<MapDraft, number>();
    for (const { index, map } of outer.inners) {
      if (!inners.has(map)) inners.set(map, index);
      else report(diagnose.innerMapTwice(map.name, outer.name, outer.name, outer.at));
    }
    for (const map of templates(outer)) if (!inners.has(map)) inners.set(map, TEMPLATE_ONLY);
    if (inners.size === 0) continue;
    const shared = [...inners.keys()].find((map) => byInner.has(map));
    const known = shared && byInner.get(shared);
    if (known === undefined) {
      const group = { outer, inners, wanted: wantedId(outer, inners) };
      byOuter.set(outer, group);
      for (const map of inners.keys()) byInner.set(map, group);
      checkPrograms(group, report);
    } else if (equal(known.inners, inners)) byOuter.set(outer, known);
    else report(diagnose.innerMapTwice(shared!.name, known.outer.name, outer.name, outer.at));
  }
  return { byOuter, byInner };
}

function wantedId(outer: MapDraft, inners: ReadonlyMap<MapDraft, number>): number {
  const before = new Set([outer.ids.innerId, ...[...inners.keys()].map(({ ids }) => ids.id)]);
  before.delete(0);
  return before.size === 1 ? [...before][0]! : 0;
}

/** Maps that were an outer map's template before, by the ids of then. */
function templatesBefore(drafts: readonly MapDraft[]): (outer: MapDraft) => readonly MapDraft[] {
  const templates = new Map<string, MapDraft[]>();
  const key = ({ file }: MapDraft, id: number): string => `${file.id} ${id}`;
  for (const draft of drafts) {
    if (draft.ids.innerIndex !== TEMPLATE_ONLY) continue;
    const known = templates.get(key(draft, draft.ids.id));
    if (known === undefined) templates.set(key(draft, draft.ids.id), [draft]);
    else known.push(draft);
  }
  return (outer) => templates.get(key(outer, outer.ids.innerId)) ?? [];
}

/** tc looks for a program array by an id, which inner maps share. */
function checkPrograms({ outer, inners }: Group, report: Report): void {
  if (inners.size < 2) return;
  for (const map of inners.keys()) {
    if (!holdsPrograms(map)) continue;
    const fault = 'which has programs in its own slots, beside other inner maps';
    report(diagnose.badSlot(outer.name, map.name, fault, outer.at));
  }
}

function equal(a: ReadonlyMap<MapDraft, number>, b: ReadonlyMap<MapDraft, number>): boolean {
  return a.size === b.size && [...a].every(([map, index]) => b.get(map) === index);
}
