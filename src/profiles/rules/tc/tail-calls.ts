/** TC-021 and TC-025: program arrays, and the sections `ID/KEY` that tc fills them with. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { MapType, Pinning, parseTailSection } from '../../../model/legacy-map.ts';
import type { Rule } from '../../../model/rule.ts';
import { atMap, tcMaps } from './maps.ts';
import { tcView } from './view.ts';

export const tailCalls: Rule = (object, report) => {
  const view = tcView(object);
  const maps = tcMaps(object);
  if (view.mapSection.fault !== undefined) return;
  const taken = new Map<string, string>();
  for (const section of view.programs) {
    const { name } = section;
    const tail = parseTailSection(name);
    if (tail === undefined) continue;
    const { id, key } = tail;
    const at = view.base.at(section, 0);
    const map = maps.find((one) => one.id === id && one.type === MapType.PROG_ARRAY);
    const other = maps.find((one) => one.id === id);
    if (map === undefined) {
      report(
        other === undefined
          ? diagnose.noTailCallMap(name, id, at)
          : diagnose.tailCallNotProgArray(name, other.name, at),
      );
      continue;
    }
    if (key >= map.maxElem) {
      report(diagnose.tailCallOutOfBounds(name, id, key, map.name, map.maxElem, at));
    }
    const slot = `${id}/${key}`;
    const before = taken.get(slot);
    if (before !== undefined && before !== name) {
      report(diagnose.slotTakenTwice(name, before, at));
    }
    taken.set(slot, name);
  }
};

/** What the object fills; what an application fills is its own matter. */
export const programArraysStay: Rule = (object, report) => {
  const view = tcView(object);
  const filled = new Set(view.programs.map(({ name }) => parseTailSection(name)?.id));
  for (const map of tcMaps(object)) {
    if (map.type !== MapType.PROG_ARRAY || map.pinning !== Pinning.NONE) continue;
    if (filled.has(map.id)) report(diagnose.programArrayEmptied(map.name, atMap(view, map)));
  }
};
