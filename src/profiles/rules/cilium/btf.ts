/** CILIUM-013: `.BTF` and `.BTF.ext`, whose faults are fatal to cilium/ebpf, and DATASECs at odds with symbols. */
import { ByteView } from '../../../base/bytes.ts';
import {
  EXT_TABLES,
  type ExtSection,
  type ExtTable,
  RECORD_WORDS,
  readBtfExt,
} from '../../../btf/ext.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/types.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { TABLES } from './records.ts';
import { dataSections } from './types.ts';
import { settableVariables } from './variables.ts';
import { type CiliumView, viewOf } from './view.ts';

/** In words, and in the loader's. */
type Fault = readonly [fault: string, quoted: string | undefined];

export const types: Rule = (object, report) => {
  const view = viewOf(object);
  const btf = view.section('.BTF');
  if (btf === undefined) return;
  if (view.btf === undefined) {
    const fault = view.btfFault ?? 'it cannot be read';
    report(diagnose.badTypes('.BTF', fault, undefined, view.at(btf, 0)));
    return;
  }
  const ext = view.section('.BTF.ext');
  if (ext === undefined) return;
  const [fault, quoted] = extFault(view, view.btf, ext) ?? [];
  if (fault !== undefined) report(diagnose.badTypes('.BTF.ext', fault, quoted, view.at(ext, 0)));
};

function extFault(view: CiliumView, btf: Btf, section: ElfSection): Fault | undefined {
  const read = readBtfExt(section.bytes, view.object.order, btf);
  if (read.fault !== undefined) return [read.fault, undefined];
  const bytes = new ByteView(section.bytes, view.object.order);
  for (const [index, table] of EXT_TABLES.entries()) {
    if (table !== 'core' && bytes.u32(12 + 8 * index) === 0) {
      return [`${TABLES[table]} is empty`, `${parsing[table]}: can't read record size: EOF`];
    }
    for (const group of read.ext[table]) {
      const fault = groupFault(btf, table, group);
      if (fault !== undefined) {
        return [`${TABLES[table]}: ${fault[0]}`, `${parsing[table]}: ${fault[1]}`];
      }
    }
  }
  return undefined;
}

/** What the loader is doing when it refuses a table. */
const parsing: Readonly<Record<ExtTable, string>> = {
  func: 'parsing BTF function info',
  line: 'parsing BTF line info',
  core: 'parsing CO-RE relocation info',
};

const expected: Readonly<Record<ExtTable, string>> = {
  func: 'expected FuncInfo record size',
  line: 'expected LineInfo record size',
  core: 'expected record size',
};

function groupFault(
  btf: Btf,
  table: ExtTable,
  { section, records, place }: ExtSection,
): Fault | undefined {
  const width = RECORD_WORDS[table] * 4;
  const name = btf.strings.at(section);
  if (name === '') {
    return ['the name of a section is empty', 'extinfo header refers to empty section name'];
  }
  if (records.length === 0) {
    return [`section '${name}' has no records`, `section ${name} has zero records`];
  }
  const stride = place?.stride ?? width;
  if (stride !== width) {
    const inSection = table === 'core' ? '' : `section ${name}: `;
    return [
      `the records are of ${stride} bytes, not ${width}`,
      `${inSection}${expected[table]} ${width}, ...`,
    ];
  }
  return undefined;
}

/** What an application sets by name stands where the BTF says; sections that are used have a size. */
export const dataTypes: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const referred = referredSections(view);
  for (const section of view.sections('data')) {
    const used = referred.has(section.index) || view.symbols(section).size > 0;
    if (used && section.size === 0) report(diagnose.emptyData(section.name, view.at(section, 0)));
    if (!used || view.btf === undefined || isBefore(loader, [0, 17])) continue;
    reportMoved(view, view.btf, section, report);
  }
};

function reportMoved(
  view: CiliumView,
  btf: Btf,
  section: ElfSection,
  report: Parameters<Rule>[1],
): void {
  const known = new Map(settableVariables(view, section).map((symbol) => [symbol.name, symbol]));
  const [id, ...more] = dataSections(btf, section.name);
  if (id === undefined || more.length > 0) return;
  // Without a size the loader takes the offsets of the symbols.
  const isPlaced = btf.size(id) !== 0;
  for (const { type, offset, size } of btf.variables(id)) {
    const name = btf.name(type);
    const symbol = known.get(name);
    if (symbol === undefined) continue;
    const at = view.at(section, symbol.value, `variable '${name}'`);
    if (isPlaced && offset !== symbol.value) {
      const { value } = symbol;
      report(diagnose.variableMoved(name, section.name, 'offset', offset, value, at));
    } else if (size !== symbol.size) {
      report(diagnose.variableMoved(name, section.name, 'size', size, symbol.size, at));
    }
  }
}

function referredSections(view: CiliumView): Set<number> {
  const { symbols } = view.object;
  const found = new Set<number>();
  for (const section of view.sections('code', 'data', 'maps', 'legacy maps', 'struct_ops')) {
    for (const { symbol } of view.relocations(section).values()) {
      found.add(symbols[symbol]!.section);
    }
  }
  return found;
}
