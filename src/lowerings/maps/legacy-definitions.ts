/** The definitions that sections such as `maps` consist of: one structure for each variable. */
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import { STB, STT } from '../../elf/constants.ts';
import type { InputSection, InputSymbol } from '../../model/input.ts';
import { LEGACY_MAP_MIN_SIZE, LEGACY_MAP_SIZE } from '../../model/legacy-map.ts';
import { symbolsOf } from '../../model/section-symbols.ts';
import { locate } from '../../model/source-lines.ts';
import type { LinkState } from '../../model/state.ts';

export interface LegacyDefinition {
  readonly section: InputSection;
  readonly symbol: InputSymbol;
  /** In the input section. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What is said of bytes that are no definition. */
export interface LegacyFaults {
  readonly mapOfBadSize: (map: string, size: number, at: readonly Location[]) => Diagnostic;
  readonly mapWithoutSymbol: (offset: number, at: readonly Location[]) => Diagnostic;
}

export function legacyDefinitionsIn(
  section: InputSection,
  state: LinkState,
  faults: LegacyFaults,
  report: (diagnostic: Diagnostic) => void,
): LegacyDefinition[] {
  const symbols = mapSymbols(section, state);
  const starts = symbols.map(({ value }) => value);
  const bytes = state.bytesOf(section);
  if (starts[0] !== 0) report(faults.mapWithoutSymbol(0, locate(section, 0)));
  return symbols.flatMap((symbol, i): LegacyDefinition[] => {
    if (lost(symbol, state)) return [];
    const offset = symbol.value;
    const end = symbol.size > 0 ? offset + symbol.size : (starts[i + 1] ?? section.size);
    const definition = trimmed(bytes.subarray(offset, end));
    if (
      definition.length % 4 !== 0 ||
      definition.length < LEGACY_MAP_MIN_SIZE ||
      definition.length > LEGACY_MAP_SIZE
    ) {
      report(faults.mapOfBadSize(symbol.name, definition.length, locate(section, offset)));
      return [];
    }
    return [{ section, symbol, offset, bytes: definition }];
  });
}

/** One for each map, by offset. A map whose weak alias gave way is still there under its other names. */
export function mapSymbols(section: InputSection, state: LinkState): InputSymbol[] {
  const symbols = symbolsOf(section)
    .filter(({ type }) => type !== STT.SECTION)
    .sort((a, b) => a.value - b.value || b.binding - a.binding);
  const byOffset = new Map<number, InputSymbol>();
  for (const symbol of symbols) {
    if (symbol.value >= section.size) continue;
    const known = byOffset.get(symbol.value);
    const better = known !== undefined && lost(known, state) && !lost(symbol, state);
    if (known === undefined || better) byOffset.set(symbol.value, symbol);
  }
  return [...byOffset.values()];
}

/** Another object's definition of the name was taken. */
export function lost(symbol: InputSymbol, state: LinkState): boolean {
  return symbol.binding !== STB.LOCAL && state.symbols.definitionOf(symbol) !== symbol;
}

/** Gives names for the output, where maps are global whatever they were: a local one's may be in use elsewhere. */
export function uniqueNames(
  state: LinkState,
): (symbol: Pick<InputSymbol, 'name' | 'binding'>) => string {
  const taken = new Set(state.symbols.definedNames());
  return ({ name, binding }) => {
    let unique = name;
    for (let i = 1; binding === STB.LOCAL && taken.has(unique); i++) unique = `${name}.${i}`;
    taken.add(unique);
    return unique;
  };
}

/** Without what is beyond the fields that are known, where it says nothing. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const beyond = bytes.subarray(LEGACY_MAP_SIZE);
  return beyond.every((byte) => byte === 0) ? bytes.subarray(0, LEGACY_MAP_SIZE) : bytes;
}
