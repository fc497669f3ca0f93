/** CILIUM-019: maps that the kernel does not create. Lengths of ring buffers, and arenas, are CILIUM-018. */
import { mapNumber } from '../../../btf/map-definition.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/maps.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { holdsMaps, MapType, readLegacyMap } from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { definedBy, definitionRefusal, type FillIn, legacyRefusal } from '../kernel-maps.ts';
import { sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

export const kernelMaps: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const fill = fillIn(loader);
  for (const section of view.sections('legacy maps')) {
    for (const { name, value } of view.sorted(section)) {
      const map = readLegacyMap(section.bytes.subarray(value), object.order);
      const refusal = holdsMaps(map.type) ? undefined : legacyRefusal(name, map, fill);
      const at = view.at(section, value, `map '${name}'`);
      if (refusal !== undefined) report(diagnose.mapNotCreated(name, refusal, at));
    }
  }
  const { btf } = view;
  if (btf === undefined) return;
  for (const section of view.sections('maps')) {
    for (const { name, offset, defined } of definitions(view, btf, section)) {
      const type = Number(mapNumber(defined.map, 'type'));
      // Those are told of already.
      const isTold =
        type === MapType.ARENA || (holdsMaps(type) && !defined.map.attributes.has('values'));
      const refusal = isTold ? undefined : definitionRefusal(name, defined, fill);
      const at = view.at(section, offset, `map '${name}'`);
      if (refusal !== undefined) report(diagnose.mapNotCreated(name, refusal, at));
    }
  }
};

function* definitions(
  view: CiliumView,
  btf: Btf,
  section: ElfSection,
): Generator<{ name: string; offset: number; defined: ReturnType<typeof definedBy>[number] }> {
  const symbols = new Map(view.sorted(section).map((symbol) => [symbol.name, symbol]));
  for (const { type } of sectionTypes(btf, section.name) ?? []) {
    const name = btf.name(type);
    const symbol = symbols.get(name);
    if (symbol === undefined) continue;
    for (const defined of definedBy(btf, type)) yield { name, offset: symbol.value, defined };
  }
}

const PAGE_SIZE = 4096;

/** cilium/ebpf fills in what arrays of perf events need, and the number of CPUs, in 0.13 not that of a cpumap. */
function fillIn(loader: Loader): FillIn {
  const countsCpus = !isBefore(loader, [0, 20]);
  return (numbers) => {
    const { type, keySize, valueSize, maxEntries } = numbers;
    if (type === MapType.PERF_EVENT_ARRAY) {
      return { ...numbers, keySize: keySize || 4, valueSize: valueSize || 4, maxEntries: 1 };
    }
    if (countsCpus && mapTypeName(type) === 'cpumap') return { ...numbers, maxEntries: 1 };
    const isRing = type === MapType.RINGBUF || type === MapType.USER_RINGBUF;
    return isRing && maxEntries > 0 ? { ...numbers, maxEntries: PAGE_SIZE } : numbers;
  };
}
