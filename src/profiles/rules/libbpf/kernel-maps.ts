/** LIBBPF-020: maps that the kernel does not create. */
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Location } from '../../../diag/diagnostic.ts';
import { MapType } from '../../../model/legacy-map.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { definedBy, definitionRefusal, type FillIn, type MapRefusal } from '../kernel-maps.ts';
import { definedMaps } from './maps.ts';
import { type View, viewOf } from './view.ts';

export const kernelMaps: Rule = (object, report, loader) => {
  for (const { name, refusal, at } of refusedMaps(viewOf(object, loader))) {
    report(diagnose.mapNotCreated(name, refusal, at));
  }
};

interface RefusedMap {
  readonly name: string;
  readonly refusal: MapRefusal;
  readonly at: readonly Location[];
}

/** One refusal of each map and inner map. */
export function* refusedMaps(view: View): Generator<RefusedMap> {
  const { btf } = view;
  if (btf === undefined) return;
  const fill = fillIn(view.loader);
  for (const { name, variable, at } of definedMaps(view)) {
    for (const defined of definedBy(btf, variable.type)) {
      const refusal = definitionRefusal(name, defined, fill);
      if (refusal !== undefined) yield { name, refusal, at };
    }
  }
}

const PAGE_SIZE = 4096;

/** libbpf fills in the number of CPUs, and since 1.0 makes ring buffers large enough. */
function fillIn(loader: Loader): FillIn {
  return (numbers, isInner) => {
    const { type, maxEntries } = numbers;
    if (type === MapType.PERF_EVENT_ARRAY && !isInner)
      return { ...numbers, maxEntries: Math.max(1, maxEntries) };
    const isRing = type === MapType.RINGBUF || type === MapType.USER_RINGBUF;
    if (!isRing || maxEntries === 0 || isBefore(loader, [1, 0])) return numbers;
    return { ...numbers, maxEntries: Math.max(PAGE_SIZE, 2 ** Math.ceil(Math.log2(maxEntries))) };
  };
}
