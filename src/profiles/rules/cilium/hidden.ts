/**
 * CILIUM-011: hidden functions. libbpf rewrites their BTF linkage to static before it hands them to the kernel;
 * cilium/ebpf does not, so that the verifier takes each for a function that anybody may call with any arguments.
 * Whether its code stands that cannot be told here; what its type alone forbids is an error.
 */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { peel, sizeOf, typeIds } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/types.ts';
import { STB, STT, STV } from '../../../elf/constants.ts';
import type { ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { calledFunctions } from './references.ts';
import { functionTypes } from './types.ts';
import { viewOf } from './view.ts';

export const hiddenFunctions: Rule = (object, report) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  const called = calledFunctions(view);
  const types = functionTypes(btf);
  for (const section of view.sections('code')) {
    for (const symbol of view.sorted(section)) {
      const id = types.get(symbol.name);
      if (id === undefined || !isHiddenFunction(symbol) || !called.has(symbol.name)) continue;
      if (btf.vlen(id) !== LINKAGE.GLOBAL) continue;
      const at = view.at(section, symbol.value, `function '${symbol.name}'`);
      report(diagnose.hiddenFunction(symbol.name, refusedType(btf, id), at));
    }
  }
};

function isHiddenFunction({ type, binding, visibility }: ElfSymbol): boolean {
  const hidden = visibility === STV.HIDDEN || visibility === STV.INTERNAL;
  return hidden && binding !== STB.LOCAL && type === STT.FUNC;
}

/** What the kernel asks of the type of a global function (its `btf_prepare_func_args`). */
function refusedType(btf: Btf, id: number): string | undefined {
  const prototype = btf.target(id);
  if (btf.kind(prototype) !== KIND.FUNC_PROTO || hasTags(btf, id)) return undefined;
  const result = btf.target(prototype);
  if (result !== 0 && !isScalar(btf, peel(btf, result))) return 'does not return a number';
  for (const { name, type } of btf.parameters(prototype)) {
    const parameter = peel(btf, type);
    if (isScalar(btf, parameter)) continue;
    const isPointer = btf.kind(parameter) === KIND.PTR;
    if (!isPointer || !sizeOf(btf, btf.target(parameter))) {
      return `has a parameter '${name}' of a type that says too little`;
    }
  }
  return undefined;
}

/** `__arg_ctx` and the like say more of a parameter. */
function hasTags(btf: Btf, id: number): boolean {
  for (const tag of typeIds(btf, KIND.DECL_TAG)) if (btf.target(tag) === id) return true;
  return false;
}

function isScalar(btf: Btf, id: number): boolean {
  const kind = btf.kind(id);
  return kind === KIND.INT || kind === KIND.ENUM || kind === KIND.ENUM64;
}
