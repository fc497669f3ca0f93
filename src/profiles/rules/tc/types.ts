/**
 * TC-022 and TC-023: types. tc hands `.BTF` to the kernel as it is, and looks in it for a struct ____btf_map_NAME with
 * the members `key` and `value`, which annotate the map NAME:
 *
 *     DATASECs as clang writes them (size 0)    the kernel refuses all types; maps go without
 *     DATASECs of the right size                the kernel takes them. tc stops at the first kind that it does not
 *                                               know, forgets that the types are loaded, and goes on with the
 *                                               numbers of those before it: the kernel refuses the map
 *     no VAR and DATASEC                        as it was meant
 */
import { Code } from '../../../bpf/code.ts';
import { helperById } from '../../../bpf/helpers.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import { RECORD_WORDS } from '../../../btf/ext.ts';
import { KIND } from '../../../btf/format.ts';
import { sizeOf, typeIds } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import { coreNotApplied } from '../../../diag/catalogue/btf.ts';
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { OUTPUT } from '../../../model/origins.ts';
import type { Rule } from '../../../model/rule.ts';
import { atMap, tcMaps } from './maps.ts';
import { loadableSections } from './sections.ts';
import { tcView } from './view.ts';

export const annotations: Rule = (object, report) => {
  const view = tcView(object);
  const { btf } = view.base;
  if (btf === undefined || view.btf === undefined) return;
  const unknown = firstUnknown(btf);
  for (const map of tcMaps(object)) {
    const found = annotationOf(btf, map.name, btf.typeCount + 1);
    if (found === undefined) continue;
    const at = atMap(view, map);
    if (refusedByKernel(btf)) {
      report(
        diagnose.annotationIgnored(
          map.name,
          "the kernel refuses the object's types: a section of size 0",
          at,
        ),
      );
    } else if (annotationOf(btf, map.name, unknown) === undefined) {
      report(
        diagnose.annotationIgnored(
          map.name,
          `tc stops reading at type ${unknown}, of a kind that it does not know`,
          at,
        ),
      );
    } else if (unknown <= btf.typeCount) {
      report(
        diagnose.annotationRefused(
          map.name,
          'a variable or section among the types: tc then uses numbers of types without the types',
          at,
        ),
      );
    } else if (found.key !== map.sizeKey || found.value !== map.sizeValue) {
      report(
        diagnose.annotationRefused(
          map.name,
          `they have ${found.key} and ${found.value} bytes, the map ${map.sizeKey} and ${map.sizeValue}`,
          at,
        ),
      );
    }
  }
};

const LAST_KNOWN = KIND.FUNC_PROTO;

/** The first type that tc cannot read; one behind the last where it can read all. */
function firstUnknown(btf: Btf): number {
  for (const id of typeIds(btf)) if (btf.kind(id) > LAST_KNOWN) return id;
  return btf.typeCount + 1;
}

function refusedByKernel(btf: Btf): boolean {
  for (const id of typeIds(btf, KIND.DATASEC)) if (btf.size(id) === 0) return true;
  return false;
}

/** The sizes that it gives to keys and values. The first type of the name counts, if it is a struct. */
function annotationOf(
  btf: Btf,
  map: string,
  end: number,
): { readonly key: number | undefined; readonly value: number | undefined } | undefined {
  const name = `____btf_map_${map}`;
  for (const id of typeIds(btf)) {
    if (id >= end) return undefined;
    if (btf.name(id) !== name) continue;
    if (btf.kind(id) !== KIND.STRUCT) return undefined;
    const [key, value, ...more] = btf.members(id);
    if (key?.name !== 'key' || value?.name !== 'value' || more.length > 0) return undefined;
    return { key: sizeOf(btf, key.type), value: sizeOf(btf, value.type) };
  }
  return undefined;
}

/** Helpers that ask a map's types where its locks and timers are. */
const wantTypes: ReadonlySet<string> = new Set(['spin_lock', 'spin_unlock', 'timer_init']);

/** tc's maps have no types, but those with an annotation that the kernel takes: these are left to it. */
export const helpersThatNeedTypes: Rule = (object, report) => {
  const view = tcView(object);
  const { btf } = view.base;
  if (btf !== undefined && !refusedByKernel(btf) && firstUnknown(btf) > btf.typeCount) return;
  const told = new Set<string>();
  for (const section of loadableSections(object)) {
    const origin = { file: OUTPUT, section: section.name };
    const { code } = Code.decode(section.bytes, object.order, origin);
    for (let slot = 0; code !== undefined && slot < code.length; slot = code.next(slot)) {
      if (code.opcode[slot] !== Opcode.CALL || code.src[slot] !== CallKind.HELPER) continue;
      const name = helperById(code.imm[slot]!)?.name ?? '';
      if (!wantTypes.has(name) || told.has(name)) continue;
      told.add(name);
      report(diagnose.helperNeedsTypes(name, view.base.at(section, slot * 8)));
    }
  }
};

/** tc does not read `.BTF.ext`. */
export const coreRelocations: Rule = (object, report) => {
  const { base } = tcView(object);
  const { btf, ext } = base;
  if (btf === undefined || ext === undefined) return;
  const names = new Set(loadableSections(object).map(({ name }) => name));
  const groups = ext.core.filter(({ section }) => names.has(btf.strings.at(section)));
  const [first] = groups;
  const section = first && base.section(btf.strings.at(first.section));
  if (first === undefined || section === undefined) return;
  const count = groups.reduce((sum, { records }) => sum + records.length / RECORD_WORDS.core, 0);
  if (count > 0) report(coreNotApplied('tc', count, base.at(section, first.records[0]!)));
};
