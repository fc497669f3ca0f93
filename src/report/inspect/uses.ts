/** What a function uses: calls and helpers, maps and data, each once, in the order of the code. */
import { helperById } from '../../bpf/helpers.ts';
import { CallKind, Opcode } from '../../bpf/opcode.ts';
import { type Functions, type ObjectFunction, slotsOf } from './functions.ts';
import type { ObjectView } from './object.ts';
import type { ResolvedRelocation } from './relocations.ts';
import { placeName } from './targets.ts';

export interface Uses {
  readonly calls: ReadonlySet<string>;
  readonly callbacks: ReadonlySet<string>;
  readonly helpers: ReadonlySet<string>;
  readonly kfuncs: ReadonlySet<string>;
  readonly maps: ReadonlySet<string>;
  readonly data: ReadonlySet<string>;
}

type Sets = { readonly [Kind in keyof Uses]: Set<string> };

export function usesOf(fn: ObjectFunction, functions: Functions, view: ObjectView): Uses {
  const uses: Sets = {
    calls: new Set(),
    callbacks: new Set(),
    helpers: new Set(),
    kfuncs: new Set(),
    maps: new Set(),
    data: new Set(),
  };
  const { code } = fn;
  for (const slot of slotsOf(fn)) {
    const relocation = functions.relocationAt(fn, slot);
    if (code.opcode[slot] === Opcode.CALL) addCall(uses, fn, slot, functions, view);
    else if (relocation !== undefined && code.isWide(slot)) addReference(uses, relocation, view);
  }
  return uses;
}

export function helperName(id: number): string {
  const helper = helperById(id);
  return helper === undefined ? `helper#${id}` : `bpf_${helper.name}`;
}

/** Whether the name is a function of the kernel that a loader is to find. */
export function isKfunc(view: ObjectView, name: string): boolean {
  return view.types.variables.get('.ksyms')?.has(name) === true;
}

function addCall(
  uses: Sets,
  fn: ObjectFunction,
  slot: number,
  functions: Functions,
  view: ObjectView,
): void {
  const relocation = functions.relocationAt(fn, slot);
  const place = functions.calledPlace(fn, slot);
  if (place !== undefined) {
    const callee = functions.at(place);
    uses.calls.add(callee?.name ?? `${place.section.name}+0x${place.offset.toString(16)}`);
  } else if (relocation !== undefined) {
    const name = relocation.report.symbol;
    (isKfunc(view, name) ? uses.kfuncs : uses.calls).add(name);
  } else if (fn.code.src[slot] === CallKind.HELPER) {
    uses.helpers.add(helperName(fn.code.imm[slot]!));
  } else if (fn.code.src[slot] === CallKind.KFUNC) {
    uses.kfuncs.add(`kfunc#${fn.code.imm[slot]}`);
  }
}

function addReference(uses: Sets, { report }: ResolvedRelocation, view: ObjectView): void {
  const { target } = report;
  if (target === null) return;
  // Of a variable the name is enough, whatever part of it is meant.
  const name = target.symbol ?? placeName(target);
  switch (target.kind) {
    case 'map':
      uses.maps.add(name);
      break;
    case 'function':
      uses.callbacks.add(name);
      break;
    case 'undefined':
      if (!view.types.functions.has(name)) uses.data.add(name);
      else if (isKfunc(view, name)) uses.kfuncs.add(name);
      else uses.callbacks.add(name);
      break;
    case 'string':
      uses.data.add(target.symbol ?? target.section!);
      break;
    default:
      uses.data.add(target.symbol ?? target.section ?? name);
  }
}
