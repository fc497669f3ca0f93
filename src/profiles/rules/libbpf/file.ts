/** LIBBPF-001, LIBBPF-009 and LIBBPF-015: what libbpf wants of the file, before it looks at programs. */
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import { SHT, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import { type LegacyMap, readLegacyMap } from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import type { Rule } from '../../../model/rule.ts';
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

export const legacyMaps: Rule = (object, report) => {
  const view = viewOf(object);
  const section = view.section('maps');
  if (section !== undefined) report(diagnose.legacyMaps(mapsIn(view, section)));
};

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
export const typesArePresent: Rule = (object, report) => {
  const view = viewOf(object);
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
