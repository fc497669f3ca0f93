/**
 * Decides which definition each global name means.
 *
 * strong + strong: an error. strong + weak or common: the strong one, in any order. common + weak: the
 * common one; of several commons the largest. weak + weak: the first. A reference never changes what a
 * definition is: an object that only names a weak function does not make it strong.
 */
import { duplicateSymbol } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB, STT, STV } from '../elf/constants.ts';
import type { InputFile, InputSymbol } from '../model/input.ts';
import { mapStyle } from '../model/map-sections.ts';
import { locateSymbol } from '../model/source-lines.ts';
import { type Exclusions, type GlobalSymbol, SymbolTable } from '../model/symbols.ts';

export function resolveSymbols(
  files: readonly InputFile[],
  exclusions: Exclusions,
  sink: DiagnosticSink,
): SymbolTable {
  const table = new SymbolTable();
  for (const file of files) {
    for (const symbol of file.symbols) {
      if (symbol.binding === STB.LOCAL || symbol.type === STT.FILE) continue;
      const global = table.intern(symbol);
      global.visibility = narrower(global.visibility, symbol.visibility);
      if (symbol.place === 'undefined') {
        if (symbol.binding === STB.GLOBAL) global.strongReference = true;
      } else if (!isGone(symbol, exclusions)) {
        define(global, symbol, exclusions, sink);
      }
    }
  }
  return table;
}

/** The most constraining counts (ELF gABI). What INTERNAL adds to HIDDEN, processors would define. */
function narrower(a: number, b: number): number {
  const order: readonly number[] = [STV.DEFAULT, STV.PROTECTED, STV.HIDDEN];
  const rank = (visibility: number): number =>
    visibility === STV.INTERNAL ? 2 : order.indexOf(visibility);
  return order[Math.max(rank(a), rank(b))]!;
}

/** In a section that is left out, and no equal section stands for it. */
function isGone(symbol: InputSymbol, { replacedBy }: Exclusions): boolean {
  const { section } = symbol;
  return section !== undefined && replacedBy.has(section) && replacedBy.get(section) === undefined;
}

const strength = { strong: 3, common: 2, weak: 1, replaced: 0 } as const;

function strengthOf(symbol: InputSymbol, exclusions: Exclusions): number {
  if (symbol.section !== undefined && exclusions.replacedBy.has(symbol.section)) {
    return strength.replaced;
  }
  if (symbol.binding === STB.WEAK) return strength.weak;
  return symbol.place === 'common' ? strength.common : strength.strong;
}

function define(
  global: GlobalSymbol,
  symbol: InputSymbol,
  exclusions: Exclusions,
  sink: DiagnosticSink,
): void {
  const current = global.definition;
  if (current === undefined) {
    global.definition = symbol;
    return;
  }
  const ours = strengthOf(symbol, exclusions);
  const difference = ours - strengthOf(current, exclusions);
  if (difference === 0 && ours === strength.strong) {
    sink.report(
      duplicateSymbol(global.name, kindOf(symbol), locateSymbol(current), locateSymbol(symbol)),
    );
    return;
  }
  const largerCommon = symbol.place === 'common' && symbol.size > current.size;
  const wins = difference > 0 || (difference === 0 && largerCommon);
  global.losers.push(wins ? current : symbol);
  if (wins) global.definition = symbol;
}

function kindOf({ type, section }: InputSymbol): 'function' | 'map' | 'variable' {
  if (section !== undefined && mapStyle(section) !== undefined) return 'map';
  return type === STT.FUNC ? 'function' : 'variable';
}
