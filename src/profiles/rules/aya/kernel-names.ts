/** Names as the kernel takes them: bpf_obj_name_cpy(). Those of types: src/btf/kernel-faults.ts. */

/** Of what fits into `char name[BPF_OBJ_NAME_LEN]` the loader hands over 15 bytes. */
const OBJECT_NAME_LENGTH = 15;

/** Of a program or a map. */
export function isAcceptableName(name: string): boolean {
  return /^[\w.]*$/.test(name.slice(0, OBJECT_NAME_LENGTH));
}
