/** LIBBPF-001, LIBBPF-009 and LIBBPF-015: what libbpf wants of the file, before it looks at programs. */
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { SHT, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import { type LegacyMap, readLegacyMap } from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { type View, viewOf } from './view.ts';

export const symbolTable: Rule = ({ sections }, report) => {
  if (!sections.some(({ type }) => type === SHT.SYMTAB)) report(diagnose.noSymbolTable());
};

export const licenseAndVersion: Rule = ({ sections }, report) => {
  for (const { name, size, bytes } of sections) {
    if (name === 'license' && bytes.length === 0) report(diagnose.badLicense());
    if (name === 'version' && bytes.length !== 4)
      report(diagnose.badVersion(size, bytes.length > 0));
  }
};

/** Before 1.5 libbpf does not open objects of the other byte order; after that it does not load them. */
export const byteOrder: Rule = ({ order }, report, loader) => {
  const { host } = loader;
  if (host === undefined || host === order) return;
  report(diagnose.otherByteOrder(order, host, isBefore(loader, [1, 5])));
};

export const legacyMaps: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const section = view.section('maps');
  if (section === undefined) return;
  if (isBefore(loader, [1, 0])) for (const fault of oldFaults(view, section)) report(fault);
  else report(diagnose.legacyMaps(mapsIn(view, section)));
};

/** struct bpf_map_def, which libbpf had until 1.0. */
const OLD_SIZE = 20;

/** Those of `maps` that libbpf does not take either. It divides the section by the number of its symbols. */
function* oldFaults(view: View, section: ElfSection): Generator<Diagnostic> {
  const symbols = view.object.symbols.filter(
    ({ section: index, type, place }) =>
      place === 'section' && index === section.index && type !== STT.SECTION,
  );
  if (section.size === 0) return;
  const size = section.size / symbols.length;
  if (!Number.isInteger(size)) {
    yield diagnose.oldMapsUneven(section.size, symbols.length, view.at(section, 0));
    return;
  }
  for (const symbol of symbols) {
    const at = view.atSymbol(symbol);
    const more = section.bytes.subarray(symbol.value + OLD_SIZE, symbol.value + size);
    if (symbol.binding === STB.LOCAL) yield diagnose.oldMapStatic(symbol.name, at);
    else if (symbol.value + size > section.size) yield diagnose.oldMapTooSmall(symbol.name, at);
    else if (!view.relaxed && more.some((byte) => byte !== 0)) {
      yield diagnose.oldMapOptions(symbol.name, at);
    }
  }
}

function mapsIn(view: View, section: ElfSection): Parameters<typeof diagnose.legacyMaps>[0] {
  const { object } = view;
  return object.symbols
    .filter(
      ({ section: index, type, name }) =>
        index === section.index && type !== STT.SECTION && name !== '',
    )
    .map((symbol) => {
      const { name, value, size } = symbol;
      const map = readLegacyMap(section.bytes.subarray(value, value + size), object.order);
      return { name, definition: definitionOf(name, map), at: view.atSymbol(symbol) };
    });
}

/** The map as a variable of `.maps`. */
function definitionOf(name: string, map: LegacyMap): string {
  const type = mapTypeName(map.type);
  const fields = [
    ['type', type === undefined ? map.type : `BPF_MAP_TYPE_${type.toUpperCase()}`],
    ['key_size', map.sizeKey],
    ['value_size', map.sizeValue],
    ['max_entries', map.maxElem],
    ['map_flags', map.flags],
  ] as const;
  const given = fields.filter(([, value]) => value !== 0);
  const text = given.map(([field, value]) => `__uint(${field}, ${value});`).join(' ');
  return `struct { ${text} } ${name} SEC(".maps");`;
}

/** libbpf reads maps and the kernel's structs of functions from BTF alone. */
export const typesArePresent: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  if (view.btf !== undefined) return;
  const wanting = wantsTypes(object, view);
  for (const { name } of wanting) report(diagnose.btfNeeded(name, view.btfFault));
  if (wanting.length === 0 && view.btfFault !== undefined) {
    report(diagnose.btfUnreadable(view.btfFault));
  }
};

function wantsTypes({ sections }: ElfObject, view: View): ElfSection[] {
  return sections.filter((section) => {
    const role = view.role(section);
    return role === 'maps' || role === 'struct_ops';
  });
}
