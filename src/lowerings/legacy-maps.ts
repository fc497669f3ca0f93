/**
 * Puts the definitions of the `maps` section into the one form that tc's loader reads.
 *
 * tc divides the section's size by the number of its global symbols and takes each part for a map
 * (TC-005), and it finds a map by dividing the symbol's value by that stride (TC-006). So objects whose
 * structures differ in length cannot be put behind one another as they are, a second symbol for a map
 * halves the stride, and a local one does not count:
 *
 *     clang, bpf_elf_map  36 bytes    rustc, bpf_map_def  28 bytes, local
 *     output: two definitions of 36 bytes, the second padded with zeros, two global symbols
 */
import * as diagnose from '../diag/catalogue/tc.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, SHT, STB, STT } from '../elf/constants.ts';
import type { InputSection, InputSymbol } from '../model/input.ts';
import { LEGACY_MAP_MIN_SIZE, LEGACY_MAP_SIZE } from '../model/legacy-map.ts';
import { inputsOf, type Plan } from '../model/plan.ts';
import { locate } from '../model/source-lines.ts';
import type { AddedSymbol, LinkState } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';

interface MapDefinition {
  readonly section: InputSection;
  readonly symbol: InputSymbol;
  /** In the input section. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function normaliseLegacyMaps(state: LinkState, plan: Plan, sink: DiagnosticSink): void {
  const output = plan.sections.find(({ name }) => name === 'maps');
  if (output === undefined) return;
  const inputs = inputsOf(output).filter((section) => !isBtfMaps(section, sink));
  const maps = inputs.flatMap((section) => definitionsIn(section, state, sink));
  const [first] = inputs;
  if (first === undefined || maps.length === 0) return;

  const stride = maps.reduce((largest, map) => Math.max(largest, map.bytes.length), 0);
  const bytes = new Uint8Array(stride * maps.length);
  const merged = syntheticSection(first, {
    bytes,
    name: output.name,
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: 4,
    entsize: 0,
  });
  const symbols = new Map<number, AddedSymbol>();
  const taken = new Set(state.symbols.definedNames());
  maps.forEach((map, index) => {
    bytes.set(map.bytes, index * stride);
    symbols.set(index * stride, {
      name: uniqueName(map.symbol, taken),
      type: STT.OBJECT,
      binding: STB.GLOBAL,
      section: merged,
      offset: index * stride,
      size: stride,
    });
  });
  plan.rebuild(output, (section) => (section === first ? [merged] : []));
  state.ownSymbols.set(merged, symbols);
  for (const section of inputs) {
    state.redirects.set(section, (offset) => {
      const index = maps.findIndex(
        (map) =>
          map.section === section && map.offset <= offset && offset < map.offset + map.bytes.length,
      );
      const map = maps[index];
      return map && { section: merged, offset: index * stride + offset - map.offset };
    });
  }
  checkReferences(merged, symbols, state, sink);
}

/** Definitions that only BTF tells the meaning of; their bytes are zero. */
function isBtfMaps(section: InputSection, sink: DiagnosticSink): boolean {
  if (!section.name.startsWith('.maps')) return false;
  const maps = section.file.symbols.filter(
    (symbol) => symbol.section === section && symbol.type !== STT.SECTION,
  );
  const names = maps.map(({ name }) => name);
  sink.report(diagnose.btfMaps(section.name, names, locate(section, 0)));
  return true;
}

/** A program names a map; tc would silently take a reference to a field of one for the map itself. */
function checkReferences(
  merged: InputSection,
  symbols: ReadonlyMap<number, AddedSymbol>,
  state: LinkState,
  sink: DiagnosticSink,
): void {
  for (const section of state.sections()) {
    for (const relocation of section.relocations) {
      const target = state.targetOf(relocation);
      if (target.kind !== 'place' || target.section !== merged) continue;
      if (symbols.has(target.offset)) continue;
      const map = [...symbols.values()].findLast(({ offset }) => offset <= target.offset);
      const { name, offset } = map ?? { name: relocation.symbol.name, offset: 0 };
      const at = locate(section, relocation.offset);
      sink.report(diagnose.insideMap(name, target.offset - offset, at));
    }
  }
}

/** A local map's name may be in use elsewhere; tc, which needs it global, never looks at it. */
function uniqueName({ name, binding }: InputSymbol, taken: Set<string>): string {
  let unique = name;
  for (let i = 1; binding === STB.LOCAL && taken.has(unique); i++) unique = `${name}.${i}`;
  taken.add(unique);
  return unique;
}

function definitionsIn(
  section: InputSection,
  state: LinkState,
  sink: DiagnosticSink,
): MapDefinition[] {
  const symbols = section.file.symbols
    .filter((symbol) => symbol.section === section && symbol.type !== STT.SECTION)
    .sort((a, b) => a.value - b.value || b.binding - a.binding);
  // A map whose weak alias gave way is still there under its other names.
  const byOffset = new Map<number, InputSymbol>();
  for (const symbol of symbols) {
    if (symbol.value >= section.size) continue;
    const known = byOffset.get(symbol.value);
    const better = known !== undefined && lost(known, state) && !lost(symbol, state);
    if (known === undefined || better) byOffset.set(symbol.value, symbol);
  }
  const starts = [...byOffset.keys()];
  const bytes = state.bytesOf(section);
  const covered = starts[0] === 0;
  if (!covered) sink.report(diagnose.mapWithoutSymbol(0, locate(section, 0)));
  return starts.flatMap((offset, i): MapDefinition[] => {
    const symbol = byOffset.get(offset)!;
    if (lost(symbol, state)) return [];
    const end = symbol.size > 0 ? offset + symbol.size : (starts[i + 1] ?? section.size);
    const definition = trimmed(bytes.subarray(offset, end));
    if (
      definition.length % 4 !== 0 ||
      definition.length < LEGACY_MAP_MIN_SIZE ||
      definition.length > LEGACY_MAP_SIZE
    ) {
      sink.report(diagnose.mapOfBadSize(symbol.name, definition.length, locate(section, offset)));
    }
    return [{ section, symbol, offset, bytes: definition }];
  });
}

/** Another object's definition of the name was taken. */
function lost(symbol: InputSymbol, state: LinkState): boolean {
  return symbol.binding !== STB.LOCAL && state.symbols.definitionOf(symbol) !== symbol;
}

/** Without what is beyond the fields that tc knows, where it says nothing. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const beyond = bytes.subarray(LEGACY_MAP_SIZE);
  return beyond.every((byte) => byte === 0) ? bytes.subarray(0, LEGACY_MAP_SIZE) : bytes;
}
