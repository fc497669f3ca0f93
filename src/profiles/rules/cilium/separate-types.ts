/** CILIUM-018: values for which the types of the map alone are not enough. */
import { CORE_RELO, KIND } from '../../../btf/format.ts';
import { peel, typeIds } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import { graphRoot, ownPointer } from '../../../diag/catalogue/cilium/features.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { reached } from './kernel-types.ts';
import type { CiliumView } from './view.ts';

/** A list or tree in what is reached from `root`, of a type that is not. */
export function graphFault(
  btf: Btf,
  place: string,
  root: number,
  at: readonly Location[],
): Diagnostic | undefined {
  const tags = graphTags(btf);
  if (tags.length === 0) return undefined;
  const types = reached(btf, [root]);
  const names = new Set(
    [...types].filter((id) => btf.kind(id) === KIND.STRUCT).map((id) => btf.name(id)),
  );
  const lost = tags.find(({ target, element }) => types.has(target) && !names.has(element));
  return lost && graphRoot(place, lost.element, lost.tag, at);
}

interface GraphTag {
  readonly tag: string;
  readonly target: number;
  /** The type of the elements. */
  readonly element: string;
}

const tagsOf = new WeakMap<Btf, readonly GraphTag[]>();

/** `contains:TYPE:MEMBER` at members and variables. */
function graphTags(btf: Btf): readonly GraphTag[] {
  let found = tagsOf.get(btf);
  if (found === undefined) {
    found = Array.from(typeIds(btf, KIND.DECL_TAG)).flatMap((id) => {
      const tag = btf.name(id);
      const [word, element] = tag.split(':');
      return word === 'contains' && element ? [{ tag, target: btf.target(id), element }] : [];
    });
    tagsOf.set(btf, found);
  }
  return found;
}

/** A pointer that the kernel keeps, to a type that the program makes objects of (`bpf_obj_new`). */
export function ownPointerFault(
  view: CiliumView,
  btf: Btf,
  place: string,
  root: number,
  at: readonly Location[],
): Diagnostic | undefined {
  const own = ownTypes(view, btf);
  if (own.size === 0) return undefined;
  for (const id of reached(btf, [root])) {
    if (btf.kind(id) !== KIND.TYPE_TAG || !/^(percpu_)?kptr$/.test(btf.name(id))) continue;
    const type = peel(btf, id);
    if (own.has(type)) return ownPointer(place, btf.name(type), at);
  }
  return undefined;
}

const ownTypesOf = new WeakMap<CiliumView, ReadonlySet<number>>();

/** Those whose own numbers the code has. */
function ownTypes(view: CiliumView, btf: Btf): ReadonlySet<number> {
  let found = ownTypesOf.get(view);
  if (found === undefined) {
    const made = new Set<number>();
    for (const { records } of view.ext?.core ?? []) {
      for (let at = 0; at + 3 < records.length; at += 4) {
        if (records[at + 3] === CORE_RELO.TYPE_ID_LOCAL) made.add(peel(btf, records[at + 1]!));
      }
    }
    found = made;
    ownTypesOf.set(view, found);
  }
  return found;
}
