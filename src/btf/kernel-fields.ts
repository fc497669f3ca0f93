/**
 * What the kernel keeps in the values of maps itself: locks, timers, lists and trees, pointers to its objects. It knows
 * where they are from the types of the map.
 */
import { KIND } from './format.ts';
import { peel, peelQualifiers } from './query.ts';
import { type Btf, FIELD } from './types.ts';

const kept: ReadonlySet<string> = new Set([
  ...['bpf_spin_lock', 'bpf_res_spin_lock', 'bpf_timer', 'bpf_wq', 'bpf_task_work'],
  ...['bpf_list_head', 'bpf_list_node', 'bpf_rb_root', 'bpf_rb_node', 'bpf_refcount'],
]);

/** Of each type that was asked for, the first such field in it. */
export type KernelFields = Map<number, string | undefined>;

/** `bpf_timer`, `__kptr pointer`: the first such field in a value of the type; `known` keeps what was found. */
export function kernelFieldOf(btf: Btf, id: number, known: KernelFields): string | undefined {
  const type = peel(btf, id);
  if (known.has(type)) return known.get(type);
  known.set(type, undefined);
  const field = ownField(btf, type, known);
  known.set(type, field);
  return field;
}

function ownField(btf: Btf, type: number, known: KernelFields): string | undefined {
  const kind = btf.kind(type);
  if (kind === KIND.ARRAY) return kernelFieldOf(btf, btf.field(type, FIELD.arrayElement), known);
  if (kind === KIND.PTR) return taggedPointer(btf, btf.target(type));
  if (kind !== KIND.STRUCT) return undefined;
  if (kept.has(btf.name(type))) return btf.name(type);
  for (const member of btf.members(type)) {
    const field = kernelFieldOf(btf, member.type, known);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** `struct task_struct __kptr *` */
function taggedPointer(btf: Btf, id: number): string | undefined {
  if (btf.kind(id) !== KIND.TYPE_TAG) return undefined;
  const tag = btf.name(id);
  return /^(kptr|kptr_untrusted|percpu_kptr|uptr)$/.test(tag) && peelQualifiers(btf, id) > 0
    ? `__${tag} pointer`
    : undefined;
}
