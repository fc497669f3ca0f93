/** Sections, symbols and relocations, as readelf shows them. */
import { hex, loaderDefines, placeName } from '../targets.ts';
import type { RelocationReport, SectionReport, SymbolReport, TargetReport } from '../types.ts';
import { part, table } from './layout.ts';

/** The letters of readelf. */
const flagLetters: Readonly<Record<string, string>> = {
  write: 'W',
  alloc: 'A',
  execinstr: 'X',
  merge: 'M',
  strings: 'S',
  info_link: 'I',
  link_order: 'L',
  group: 'G',
  compressed: 'C',
  exclude: 'E',
};

export function sectionsText(sections: readonly SectionReport[]): readonly string[] {
  const blank = (value: number): string => (value === 0 ? '' : `${value}`);
  const lines = table(
    [
      { title: '#', align: 'right' },
      { title: 'name' },
      { title: 'type' },
      { title: 'flags' },
      { title: 'size', align: 'right' },
      { title: 'align', align: 'right' },
      { title: 'entry', align: 'right' },
      { title: 'link', align: 'right' },
      { title: 'info', align: 'right' },
      { title: 'relocations', align: 'right' },
    ],
    sections.map((section) => [
      `${section.index}`,
      section.name,
      section.type,
      section.flags.map((flag) => flagLetters[flag] ?? ` ${flag}`).join(''),
      `${section.size}`,
      `${section.align}`,
      blank(section.entsize),
      blank(section.link),
      blank(section.info),
      blank(section.relocations),
    ]),
  );
  return part(`Sections (${sections.length})`, lines);
}

const places = { undefined: 'UNDEF', absolute: 'ABS', common: 'COMMON' } as const;

export function symbolsText(symbols: readonly SymbolReport[]): readonly string[] {
  const lines = table(
    [
      { title: '#', align: 'right' },
      { title: 'value', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'type' },
      { title: 'binding' },
      { title: 'visibility' },
      { title: 'section' },
      { title: 'name' },
    ],
    symbols.map(({ place, ...symbol }) => [
      `${symbol.index}`,
      hex(symbol.value),
      `${symbol.size}`,
      symbol.type,
      symbol.binding,
      symbol.visibility,
      place === 'section' ? (symbol.section ?? '') : places[place],
      symbol.name,
    ]),
  );
  return part(`Symbols (${symbols.length})`, lines);
}

export function relocationsText(relocations: readonly RelocationReport[]): readonly string[] {
  const bySection = new Map<string, RelocationReport[]>();
  for (const relocation of relocations) {
    const known = bySection.get(relocation.section);
    if (known === undefined) bySection.set(relocation.section, [relocation]);
    else known.push(relocation);
  }
  return [...bySection].flatMap(([section, list]) =>
    part(
      `Relocations of ${section} (${list.length})`,
      table(
        [
          { title: 'offset', align: 'right' },
          { title: 'type' },
          { title: 'S + A' },
          { title: 'in place', align: 'right' },
          { title: 'leads to' },
        ],
        list.map((relocation) => [
          hex(relocation.offset),
          relocation.type,
          sum(relocation),
          inPlace(relocation),
          leadsTo(relocation),
        ]),
      ),
    ),
  );
}

function sum({ symbol, addend }: RelocationReport): string {
  if (addend === null || addend === 0) return symbol;
  return `${symbol} ${addend < 0 ? '-' : '+'} ${hex(Math.abs(addend))}`;
}

/** A call's counts instructions, all others bytes. */
function inPlace({ stored, form }: RelocationReport): string {
  if (stored === null) return '';
  if (form === 'call') return `${stored}`;
  return stored < 0 ? `-${hex(-stored)}` : hex(stored);
}

function leadsTo({ target, form, symbol, addend }: RelocationReport): string {
  if (target === null) return '?';
  const known = sum({ symbol, addend } as RelocationReport);
  const name = placeName(target);
  const words = [target.kind === 'undefined' ? '' : name === known ? '' : name, kindText(target)];
  const distance = form === 'pcrel32' ? 'as a distance (S + A - P)' : '';
  return [...words, distance].filter((word) => word !== '').join(', ');
}

function kindText(target: TargetReport): string {
  const { kind, content } = target;
  const what = kind === 'section' ? '' : (loaderDefines(target) ?? kind);
  return content === null ? what : `${what} ${content}`;
}
