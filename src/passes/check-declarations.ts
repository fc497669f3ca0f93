/**
 * Compares what the objects declare under one name, so that a mistake is an error here and no riddle in
 * the kernel: each declaration with the definition that won, or with the first where nothing defines it.
 */
import { incompatibility } from '../btf/compatible.ts';
import { mapDifference, printMapDefinition, readMapDefinition } from '../btf/map-definition.ts';
import { printType } from '../btf/print-c.ts';
import { declarationsDiffer, externSectionsDiffer, mapsDiffer } from '../diag/catalogue/btf.ts';
import type { DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { locate, locateSymbol } from '../model/source-lines.ts';
import type { LinkState } from '../model/state.ts';
import { type Declaration, isEphemeral } from '../model/types.ts';

export function checkDeclarations(state: LinkState, sink: DiagnosticSink): void {
  for (const { name, definition } of state.symbols.all()) {
    const [first, ...others] = state.types.declarationsOf(name);
    if (first === undefined || others.length === 0) continue;
    const all = [first, ...others];
    const chosen = all.find(({ symbol }) => symbol === definition) ?? first;
    for (const other of all) if (other !== chosen) compare(chosen, other, sink);
    if (definition === undefined) checkSections(all, sink);
  }
}

function compare(chosen: Declaration, other: Declaration, sink: DiagnosticSink): void {
  const [earlier, later] =
    chosen.types.file.id <= other.types.file.id ? [chosen, other] : [other, chosen];
  const { name } = chosen;
  if (isMap(earlier) && isMap(later)) {
    const difference = compareMaps(earlier, later);
    if (difference !== undefined) sink.report(mapsDiffer(name, difference, places(earlier, later)));
    return;
  }
  const difference = incompatibility(typeOf(earlier), typeOf(later));
  if (difference !== undefined) {
    sink.report(declarationsDiffer(name, difference, places(earlier, later)));
  }
}

function typeOf({ types, id }: Declaration): { btf: Declaration['types']['btf']; id: number } {
  return { btf: types.btf, id };
}

/** What an earlier link left open is listed nowhere; of that the type has to tell. */
function isMap({ listed, kind, types, id }: Declaration): boolean {
  if (listed !== undefined) return listed.section === '.maps';
  return kind === 'variable' && readMapDefinition(types.btf, id).fault === undefined;
}

function compareMaps(a: Declaration, b: Declaration): string | undefined {
  const one = readMapDefinition(a.types.btf, a.id);
  const other = readMapDefinition(b.types.btf, b.id);
  if (one.fault !== undefined) return `in ${a.types.file.path} it ${one.fault}`;
  if (other.fault !== undefined) return `in ${b.types.file.path} it ${other.fault}`;
  return mapDifference(one.map, other.map);
}

/** An extern of the kernel cannot be one of its configuration too. */
function checkSections(all: readonly Declaration[], sink: DiagnosticSink): void {
  const special = all.filter(({ listed }) => listed !== undefined && isEphemeral(listed.section));
  const [first] = special;
  const other = special.find(({ listed }) => listed?.section !== first?.listed?.section);
  if (first === undefined || other === undefined) return;
  const sections = [first.listed!.section, other.listed!.section] as const;
  sink.report(externSectionsDiffer(first.name, sections, places(first, other)));
}

function inC(declaration: Declaration): string {
  const { types, id, name } = declaration;
  const map = isMap(declaration) ? readMapDefinition(types.btf, id).map : undefined;
  return map === undefined ? printType(types.btf, id) : printMapDefinition(map, name);
}

/** Both declarations in C, each at its place. */
function places(...declarations: readonly Declaration[]): Location[] {
  return declarations.flatMap((declaration) => {
    const { types, symbol } = declaration;
    const text = inC(declaration);
    if (symbol?.section !== undefined) return locateSymbol(symbol, text);
    return usedAt(declaration, text) ?? [{ kind: 'object', file: types.file.path, what: text }];
  });
}

/** The first reference to an extern: declarations have no place of their own in an object. */
function usedAt({ types, symbol }: Declaration, text: string): Location[] | undefined {
  for (const section of types.file.sections) {
    const use = section?.relocations.find((relocation) => relocation.symbol === symbol);
    if (section !== undefined && use !== undefined) return locate(section, use.offset, text);
  }
  return undefined;
}
