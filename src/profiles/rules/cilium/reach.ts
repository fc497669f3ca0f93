/**
 * What cilium/ebpf makes of a program before it loads it: the program's own code, and behind it that of all
 * functions that it reaches, found by their names (its `flattenPrograms`).
 */
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { calledName, referencesOf } from './references.ts';
import type { CiliumView } from './view.ts';

export interface FunctionPlace {
  readonly section: ElfSection;
  readonly symbol: ElfSymbol;
}

export interface Flattened {
  readonly program: FunctionPlace;
  /** What is put behind it; the program itself too, where something in it refers to it. */
  readonly callees: ReadonlyMap<string, FunctionPlace>;
}

const lists = new WeakMap<CiliumView, readonly Flattened[]>();

/** What stands outside of `.text`; functions there are only ever part of others. */
export function flattenedPrograms(view: CiliumView): readonly Flattened[] {
  let list = lists.get(view);
  if (list === undefined) {
    list = flatten(view);
    lists.set(view, list);
  }
  return list;
}

function flatten(view: CiliumView): Flattened[] {
  const places = new Map<string, FunctionPlace>();
  for (const section of view.sections('code')) {
    for (const symbol of view.sorted(section)) places.set(symbol.name, { section, symbol });
  }
  const callees = new Map<string, Set<string>>();
  for (const reference of referencesOf(view)) {
    const name = calledName(view, reference);
    if (name === undefined) continue;
    const known = callees.get(reference.inside.name);
    if (known === undefined) callees.set(reference.inside.name, new Set([name]));
    else known.add(name);
  }
  return [...places.values()]
    .filter(({ section }) => section.name !== '.text')
    .map((program) => ({ program, callees: reach(program.symbol.name, callees, places) }));
}

function reach(
  from: string,
  callees: ReadonlyMap<string, ReadonlySet<string>>,
  places: ReadonlyMap<string, FunctionPlace>,
): Map<string, FunctionPlace> {
  const found = new Map<string, FunctionPlace>();
  const pending = [...(callees.get(from) ?? [])];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const place = places.get(name);
    if (place === undefined || found.has(name)) continue;
    found.set(name, place);
    pending.push(...(callees.get(name) ?? []));
  }
  return found;
}

const names = new WeakMap<CiliumView, ReadonlySet<string>>();

/** The names of all functions that are part of a program. */
export function loadedFunctions(view: CiliumView): ReadonlySet<string> {
  let found = names.get(view);
  if (found === undefined) {
    const made = new Set<string>();
    for (const { program, callees } of flattenedPrograms(view)) {
      made.add(program.symbol.name);
      for (const name of callees.keys()) made.add(name);
    }
    found = made;
    names.set(view, found);
  }
  return found;
}
