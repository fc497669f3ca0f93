/** What the kernel's own check of types (btf_check_all_metas) refuses of what compilers of Rust and C++ write. */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { isAnonymous, typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import { isTypeName } from './kernel-names.ts';

/** In words: a name that is none, or members out of order. aya mends names of pointers. */
export function namelessFault(btf: Btf): string | undefined {
  for (const id of typeIds(btf)) {
    const fault = ownName(btf, id) ?? innerName(btf, id) ?? memberOrder(btf, id);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function ownName(btf: Btf, id: number): string | undefined {
  const name = btf.name(id);
  switch (btf.kind(id)) {
    case KIND.STRUCT:
    case KIND.UNION:
    case KIND.ENUM:
    case KIND.ENUM64:
      return isAnonymous(btf, id) || isTypeName(name) ? undefined : nameFault(name);
    case KIND.FWD:
    case KIND.TYPEDEF:
    case KIND.FUNC:
    case KIND.VAR:
      return isTypeName(name) ? undefined : nameFault(name);
    default:
      return undefined;
  }
}

function nameFault(name: string): string {
  return name === '' ? 'a type that must have a name has none' : `the name '${name}'`;
}

function innerName(btf: Btf, id: number): string | undefined {
  const kind = btf.kind(id);
  const names =
    kind === KIND.STRUCT || kind === KIND.UNION
      ? btf.members(id)
      : kind === KIND.ENUM || kind === KIND.ENUM64
        ? btf.enumerators(id)
        : [];
  const bad = names.find(({ name }) => name !== '' && !isTypeName(name));
  return bad && `the name '${bad.name}' in '${btf.name(id)}'`;
}

function memberOrder(btf: Btf, id: number): string | undefined {
  if (btf.kind(id) !== KIND.STRUCT) return undefined;
  let last = 0;
  for (const { name, offsetBits } of btf.members(id)) {
    if (offsetBits < last) return `the member '${name}' of '${btf.name(id)}' out of order`;
    last = offsetBits;
  }
  return undefined;
}

/**
 * The kernel knows no externs. Those of `.ksyms` newer ayas turn into globals (`ownExterns`), the others stand for
 * what other files were to define.
 */
export function externFault(btf: Btf, ownExterns: boolean): string | undefined {
  const mended = new Set(
    [...typeIds(btf, KIND.DATASEC)]
      .filter((id) => ownExterns && btf.name(id) === '.ksyms')
      .flatMap((id) => btf.variables(id).map(({ type }) => type)),
  );
  for (const id of [...btf.idsOf(KIND.FUNC), ...btf.idsOf(KIND.VAR)]) {
    const isFunction = btf.kind(id) === KIND.FUNC;
    const linkage = isFunction ? btf.vlen(id) : btf.field(id, FIELD.first);
    if (linkage !== LINKAGE.EXTERN || mended.has(id)) continue;
    return `${isFunction ? 'the function' : 'the variable'} '${btf.name(id)}' is extern`;
  }
  return undefined;
}
