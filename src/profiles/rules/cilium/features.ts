/**
 * CILIUM-018: what libbpf sees to and cilium/ebpf does not (sizes of ring buffers, arenas, exception callbacks), and
 * what the kernel keeps in maps itself. cilium/ebpf gives each map and each program types of its own, with what they
 * lead to and nothing else, so that what is told by a name, and what has to be the same type, is not found.
 */
import { exceptionCallbacks } from '../../../btf/exception-callbacks.ts';
import { KIND } from '../../../btf/format.ts';
import { type KernelFields, kernelFieldOf } from '../../../btf/kernel-fields.ts';
import { mapNumber, readMapDefinition } from '../../../btf/map-definition.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/features.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { STB, STV } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import type { Rule } from '../../../model/rule.ts';
import { flattenedPrograms } from './reach.ts';
import { graphFault, ownPointerFault } from './separate-types.ts';
import { dataSections, sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

const PAGE = 4096n;

export const features: Rule = (object, report) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  for (const section of view.sections('maps')) inspectMaps(view, btf, section, report);
  for (const section of view.sections('data')) inspectData(view, btf, section, report);
  missedCallbacks(view, btf, report);
};

type Report = (diagnostic: Diagnostic) => void;

function inspectMaps(view: CiliumView, btf: Btf, section: ElfSection, report: Report): void {
  for (const { type } of sectionTypes(btf, section.name) ?? []) {
    const name = btf.name(type);
    const symbol = view.sorted(section).find((one) => one.name === name);
    const at = view.at(section, symbol?.value ?? 0, `map '${name}'`);
    for (const { map, kind, value } of definitions(btf, type)) {
      const size = mapNumber(map, 'max_entries');
      if (kind.endsWith('ringbuf') && !isRingSize(size)) {
        report(diagnose.ringSize(name, size, at));
      }
      if (kind === 'arena') report(diagnose.arena(name, at));
      if (value === undefined) continue;
      const found = graphFault(btf, name, value, at) ?? ownPointerFault(view, btf, name, value, at);
      if (found !== undefined) report(found);
    }
  }
}

interface Definition {
  readonly map: NonNullable<ReturnType<typeof readMapDefinition>['map']>;
  readonly kind: string;
  /** The type of its values. */
  readonly value: number | undefined;
}

/** Of a map, and of the inner one that it defines. */
function definitions(btf: Btf, id: number): Definition[] {
  const { map } = readMapDefinition(btf, id);
  if (map === undefined) return [];
  const kind = mapTypeName(Number(mapNumber(map, 'type'))) ?? '';
  const value = map.attributes.get('value');
  const values = map.attributes.get('values');
  const inner = values?.kind === 'values' && kind.endsWith('_of_maps') ? values.type : undefined;
  const innermost = inner === undefined ? undefined : readMapDefinition(btf, inner).map;
  const own: Definition = { map, kind, value: value?.kind === 'type' ? value.type : undefined };
  if (innermost === undefined) return [own];
  const innerValue = innermost.attributes.get('value');
  return [
    own,
    {
      map: innermost,
      kind: mapTypeName(Number(mapNumber(innermost, 'type'))) ?? '',
      value: innerValue?.kind === 'type' ? innerValue.type : undefined,
    },
  ];
}

/** 0 is left to the application. */
function isRingSize(size: bigint): boolean {
  return size === 0n || (size >= PAGE && (size & (size - 1n)) === 0n);
}

function inspectData(view: CiliumView, btf: Btf, section: ElfSection, report: Report): void {
  const [id] = dataSections(btf, section.name);
  if (id === undefined || view.symbols(section).size === 0) return;
  const known: KernelFields = new Map();
  const fields = btf.variables(id).flatMap(({ type }) => {
    const field = btf.kind(type) === KIND.VAR && kernelFieldOf(btf, btf.target(type), known);
    return field ? [field] : [];
  });
  const at = view.at(section, 0);
  const shown = view
    .sorted(section)
    .find(({ binding, visibility }) => binding !== STB.LOCAL && visibility === STV.DEFAULT);
  if (fields[0] !== undefined && shown !== undefined) {
    report(diagnose.fieldBesideVariable(section.name, fields[0], shown.name, at));
  }
  const found =
    graphFault(btf, section.name, id, at) ?? ownPointerFault(view, btf, section.name, id, at);
  if (found !== undefined) report(found);
}

/** libbpf puts the callback behind the program, whether the program refers to it or not. */
function missedCallbacks(view: CiliumView, btf: Btf, report: Report): void {
  const callbacks = exceptionCallbacks(btf);
  for (const { program, callees } of flattenedPrograms(view)) {
    const callback = callbacks.get(program.symbol.name);
    if (callback === undefined || callees.has(callback)) continue;
    const at = view.at(program.section, program.symbol.value);
    report(diagnose.exceptionCallback(program.symbol.name, callback, at));
  }
}
