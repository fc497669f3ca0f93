/**
 * References to the inside of a function, after code was rebuilt: those that name the function and a
 * distance have kept the distance, and those to a loser's inside have nowhere to go.
 */
import { insideLeftOut, insideRewritten } from '../diag/catalogue/lowering.ts';
import type { Location } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import { isExecutable, type Relocation } from '../model/input.ts';
import { inputsOf } from '../model/plan.ts';
import { locate } from '../model/source-lines.ts';
import type { LoweringContext } from './context.ts';
import { type BpfFunction, locateSlot } from './functions.ts';
import type { LoweredFunction } from './lower-function.ts';

export function checkInside(
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const { plan, request } = context;
  for (const [fn, { references }] of lowered) {
    if (request.calls === 'keep' && plan.outputOf(fn.section) === undefined) continue;
    const left = new Set(references.values());
    for (const [slot, reference] of fn.references) {
      if (left.has(reference)) check(reference.relocation, () => locateSlot(fn, slot), context);
    }
  }
  for (const section of plan.sections.flatMap(inputsOf)) {
    if (isExecutable(section)) continue;
    for (const relocation of section.relocations) {
      check(relocation, () => locate(section, relocation.offset), context);
    }
  }
}

function check(
  relocation: Relocation,
  at: () => readonly Location[],
  { state, functions, sink }: LoweringContext,
): void {
  const { symbol, addend } = relocation;
  const named = symbol.type !== STT.SECTION;
  const definition = named ? state.symbols.definitionOf(symbol) : symbol;
  if (definition?.section === undefined || state.targetOf(relocation).kind === 'script') return;
  const section = state.exclusions.replacedBy.get(definition.section) ?? definition.section;
  if (!isExecutable(section) || !state.redirects.has(section)) return;
  const offset = definition.value + addend;
  const fn = functions.at({ section, offset });
  const now = state.resolve(section, offset);
  if (fn !== undefined && now === undefined && functions.isLoser(fn)) {
    sink.report(insideLeftOut(fn.name, offset - fn.start, at()));
    return;
  }
  if (!named || addend === 0) return;
  const start = state.placeOf(definition);
  if (start === undefined) return;
  if (now?.section === start.section && now.offset === start.offset + addend) return;
  sink.report(insideRewritten(definition.name, addend, at()));
}
