/**
 * AYA-038: accesses of CO-RE, which aya follows through the types before it looks at the kernel's.
 *
 *     "0:2:1" of struct { long id; long ret; long args[]; }     the third member, and of that element 1
 *
 * Beyond an array's end there is nothing to aya, unless it has no length and is its struct's last member. aya 0.3
 * has that wrong: it compares the element, not the member, with the last.
 */
import { KIND } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';

/** Whether the access leaves an array or a struct. Kinds of CO-RE that are of no field do not. */
export function isOutOfBounds(btf: Btf, root: number, access: string, isOld: boolean): boolean {
  const [first, ...indexes] = access.split(':').map(Number);
  let type = root;
  let parent = { type: peel(btf, root), index: first ?? 0 };
  for (const index of indexes) {
    type = peel(btf, type);
    const kind = btf.kind(type);
    if (kind === KIND.STRUCT || kind === KIND.UNION) {
      if (!(index < btf.vlen(type))) return true;
      const member = btf.member(type, index);
      if (member.name !== '') parent = { type, index };
      type = member.type;
    } else if (kind === KIND.ARRAY) {
      const count = btf.field(type, FIELD.arrayCount);
      const isOpen = count === 0 && isLastOf(btf, parent.type, isOld ? index : parent.index);
      if (!isOpen && index >= count) return true;
      type = peel(btf, btf.field(type, FIELD.arrayElement));
      parent = { type, index };
    } else return false;
  }
  return false;
}

function isLastOf(btf: Btf, struct: number, member: number): boolean {
  return btf.kind(struct) === KIND.STRUCT && member === btf.vlen(struct) - 1;
}
