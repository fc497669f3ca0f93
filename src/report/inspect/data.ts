/** Variables and constants, by section. */
import { SHF, SHT, STT } from '../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { COMMON } from '../../model/input.ts';
import { mapStyle } from '../../model/map-sections.ts';
import { bindingName } from './names.ts';
import { isData, type ObjectView } from './object.ts';
import type { Relocations } from './relocations.ts';
import { placeName } from './targets.ts';
import { declarationOf, variableOf } from './type-info.ts';
import type { DataSectionReport, VariableReport } from './types.ts';
import { hexOf, valueText } from './values.ts';

/** Sections that the report tells of elsewhere. */
const elsewhere: ReadonlySet<string> = new Set(['license', '.BTF', '.BTF.ext']);

/** Bytes of values that are still to be shown: symbols may overlap, but not without end. */
interface Room {
  bytes: number;
}

/** How often, on average, a byte of a section may be shown. */
const OVERLAP = 8;

export function reportData(view: ObjectView, relocations: Relocations): DataSectionReport[] {
  const placed = view.elf.sections
    .filter((section) => isData(section) && section.size > 0)
    .filter((section) => mapStyle(section) === undefined && !elsewhere.has(section.name))
    .map((section) => {
      const room = { bytes: section.bytes.length * OVERLAP };
      return {
        name: section.name,
        size: section.size,
        writable: (section.flags & SHF.WRITE) !== 0,
        zero: section.type === SHT.NOBITS,
        variables: view.symbols
          .of(section.index)
          .filter(({ type }) => type !== STT.FUNC)
          .map((symbol) => reportVariable(view, section, symbol, relocations, room)),
      };
    });
  return [...placed, ...commons(view)];
}

function reportVariable(
  view: ObjectView,
  section: ElfSection,
  symbol: ElfSymbol,
  relocations: Relocations,
  room: Room,
): VariableReport {
  const { value: offset, size } = symbol;
  const addresses = relocations.between(section, offset, offset + size).map(({ raw, report }) => ({
    offset: raw.offset - offset,
    name: report.target === null ? report.symbol : placeName(report.target),
  }));
  const bytes = section.bytes.subarray(offset, offset + size);
  room.bytes -= bytes.length;
  const none = section.type === SHT.NOBITS || room.bytes < 0;
  const named = new Map(addresses.map((address) => [address.offset, address.name]));
  return {
    name: symbol.name,
    offset,
    size,
    binding: bindingName(symbol.binding),
    declaration: declarationOf(view.types, variableOf(view, section, symbol)?.id),
    initial: none || bytes.every((byte) => byte === 0) ? null : hexOf(bytes),
    value: none ? null : valueText(view, section, symbol, named),
    addresses,
  };
}

/** Variables for which linkers find a place. */
function commons({ elf }: ObjectView): DataSectionReport[] {
  const symbols = elf.symbols.filter(({ place }) => place === 'common');
  if (symbols.length === 0) return [];
  const variables = symbols.map(({ name, size, binding }) => ({
    name,
    offset: 0,
    size,
    binding: bindingName(binding),
    declaration: null,
    initial: null,
    value: null,
    addresses: [],
  }));
  const size = symbols.reduce((sum, symbol) => sum + symbol.size, 0);
  return [{ name: COMMON, size, writable: true, zero: true, variables }];
}
