/** What a function uses: calls and helpers, maps and data, each once, in the order of the code. */
import { helperById } from '../../bpf/helpers.ts';
import { CallKind, Opcode } from '../../bpf/opcode.ts';
import { type Functions, type ObjectFunction, slotsOf } from './functions.ts';
import type { ObjectView } from './object.ts';
import type { ResolvedRelocation } from './relocations.ts';
import { placeName, plus } from './targets.ts';
import type { FunctionReference } from './types.ts';

export interface Uses {
  /** By name and place. */
  readonly calls: ReadonlyMap<string, FunctionReference>;
  readonly callbacks: ReadonlyMap<string, FunctionReference>;
  readonly helpers: ReadonlySet<string>;
  readonly kfuncs: ReadonlySet<string>;
  readonly maps: ReadonlySet<string>;
  readonly data: ReadonlySet<string>;
}

interface Sets extends Uses {
  readonly calls: Map<string, FunctionReference>;
  readonly callbacks: Map<string, FunctionReference>;
  readonly helpers: Set<string>;
  readonly kfuncs: Set<string>;
  readonly maps: Set<string>;
  readonly data: Set<string>;
}

export function usesOf(fn: ObjectFunction, functions: Functions, view: ObjectView): Uses {
  const uses: Sets = {
    calls: new Map(),
    callbacks: new Map(),
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
function isKfunc(view: ObjectView, name: string): boolean {
  return view.types.externs.get(name)?.section === '.ksyms';
}

function refer(
  to: Map<string, FunctionReference>,
  name: string,
  place: { readonly section: string; readonly offset: number } | undefined,
): void {
  const { section = null, offset = null } = place ?? {};
  to.set(`${name} ${section} ${offset}`, { name, section, offset });
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
    const { name, start: offset } = functions.at(place) ?? {
      name: plus(place.section.name, place.offset),
      start: place.offset,
    };
    refer(uses.calls, name, { section: place.section.name, offset });
  } else if (relocation !== undefined) {
    const name = relocation.report.symbol;
    if (isKfunc(view, name)) uses.kfuncs.add(name);
    else refer(uses.calls, name, undefined);
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
      refer(uses.callbacks, name, {
        section: target.section!,
        offset: target.offset! - (target.symbolOffset ?? 0),
      });
      break;
    case 'undefined':
      if (view.types.functions.undefined(name) === undefined) uses.data.add(name);
      else if (isKfunc(view, name)) uses.kfuncs.add(name);
      else refer(uses.callbacks, name, undefined);
      break;
    case 'string':
      uses.data.add(target.symbol ?? target.section!);
      break;
    default:
      uses.data.add(target.symbol ?? target.section ?? name);
  }
}
