/** The report as text: a head, then the parts that are asked for; without any, an overview. */
import { printable } from '../../../diag/render.ts';
import type { Inspection } from '../types.ts';
import { btfSummary, btfText } from './btf.ts';
import { codeText } from './code.ts';
import { dataText, externsText } from './data.ts';
import { codeSummary, functionsText } from './functions.ts';
import { count, counted, indent, list } from './layout.ts';
import { mapsText } from './maps.ts';
import { relocationsText, sectionsText, symbolsText } from './tables.ts';

export const parts = [
  'programs',
  'maps',
  'data',
  'externs',
  'sections',
  'symbols',
  'relocations',
  'btf',
  'code',
] as const;

export type Part = (typeof parts)[number];

/** Lines that end in a newline each. Control characters in names are shown as symbols. */
export function* renderText(report: Inspection, asked: ReadonlySet<Part>): Generator<string> {
  const overview = asked.size === 0;
  const lines = [
    ...headText(report),
    ...(overview || asked.has('programs') ? functionsText(report.functions, !overview) : []),
    ...(overview || asked.has('maps') ? mapsText(report.maps) : []),
    ...(overview || asked.has('data') ? dataText(report.data, !overview) : []),
    ...(overview || asked.has('externs') ? externsText(report.externs) : []),
    ...(asked.has('sections') ? sectionsText(report.sections) : []),
    ...(asked.has('symbols') ? symbolsText(report.symbols) : []),
    ...(asked.has('relocations') ? relocationsText(report.relocations) : []),
    ...(asked.has('btf') && report.btf !== null ? btfText(report.btf) : []),
  ];
  for (const line of lines) yield `${printable(line)}\n`;
  if (!asked.has('code')) return;
  for (const line of codeText(report.code ?? [])) yield `${printable(line)}\n`;
}

function headText(report: Inspection): string[] {
  const { path, size, byteOrder, machine, producers, license, btf } = report;
  const width = 'producer'.length;
  if (machine === null) {
    const types = list('types', [counted(btf?.typeCount ?? 0, 'type')], width);
    return [`${path}: ${byteOrder}-endian BTF, ${count(size)} bytes`, ...indent(types)];
  }
  const kind = machine === 'EM_BPF' ? 'BPF object' : 'object for no machine';
  const facts = [
    ...list('code', [codeSummary(report.functions)], width),
    ...list('types', [btf === null ? 'none' : btfSummary(btf)], width),
    ...list('license', [license ?? 'none'], width),
    ...list('producer', producers, width),
  ];
  return [`${path}: ${byteOrder}-endian ${kind}, ${count(size)} bytes`, ...indent(facts)];
}
