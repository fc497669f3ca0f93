/**
 * What the kernel does with a map only if it knows the map's types: storage that belongs to sockets and
 * tasks, and locks, timers and pointers inside of values. A loader without BTF cannot create these.
 */
import { KIND } from '../../btf/format.ts';
import { type Btf, FIELD } from '../../btf/types.ts';
import { MapType } from '../../model/legacy-map.ts';

/** In words that follow "is", by type. */
const types: ReadonlyMap<number, string> = new Map([
  [
    MapType.SK_STORAGE,
    'storage of sockets, whose keys and values the kernel wants described by BTF',
  ],
  [
    MapType.INODE_STORAGE,
    'storage of inodes, whose keys and values the kernel wants described by BTF',
  ],
  [
    MapType.TASK_STORAGE,
    'storage of tasks, whose keys and values the kernel wants described by BTF',
  ],
  [
    MapType.CGRP_STORAGE,
    'storage of cgroups, whose keys and values the kernel wants described by BTF',
  ],
  [MapType.STRUCT_OPS, 'a table of functions for the kernel, which BTF describes'],
  [MapType.ARENA, 'an arena, which the loader has to fill and to map into memory'],
  [MapType.INSN_ARRAY, 'a table of instructions, which the loader has to fill'],
]);

/** Structs that the kernel knows by their names. */
const structs: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
  'bpf_refcount',
]);

/** Tags of pointers that the kernel counts references by. */
const tags: ReadonlySet<string> = new Set([
  'kptr',
  'kptr_ref',
  'kptr_untrusted',
  'percpu_kptr',
  'uptr',
]);

export function typeThatNeedsBtf(mapType: number): string | undefined {
  return types.get(mapType);
}

/** A struct or tagged pointer in a value of the type that means something to the kernel. */
export function specialFieldIn(btf: Btf, id: number): string | undefined {
  const seen = new Set([id]);
  for (const type of seen) {
    switch (btf.kind(type)) {
      case KIND.STRUCT:
      case KIND.UNION:
        if (structs.has(btf.name(type))) return `struct ${btf.name(type)}`;
        for (const member of btf.members(type)) seen.add(member.type);
        break;
      case KIND.ARRAY:
        seen.add(btf.field(type, FIELD.arrayElement));
        break;
      case KIND.TYPEDEF:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        seen.add(btf.target(type));
        break;
      case KIND.PTR: {
        const tag = tagOf(btf, btf.target(type));
        if (tag !== undefined) return tag;
        break;
      }
    }
  }
  return undefined;
}

/** `__kptr` is a tag of what the pointer points to. */
function tagOf(btf: Btf, id: number): string | undefined {
  for (let steps = 0; steps <= btf.typeCount && btf.kind(id) === KIND.TYPE_TAG; steps++) {
    if (tags.has(btf.name(id))) return `a pointer tagged ${btf.name(id)}`;
    id = btf.target(id);
  }
  return undefined;
}
