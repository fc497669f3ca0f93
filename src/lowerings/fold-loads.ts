/**
 * Loads from constants, done at link time:
 *
 *     r1 = limit ll                     (deleted)
 *     r2 = *(u32 *)(r1 + 4)             w2 = 1500
 *
 * A load is folded where its address is exactly known and its bytes are final. What is left over is code
 * that computed an address nobody uses; compilers leave no dead code of their own, so all of it goes.
 */

import { ByteView } from '../base/bytes.ts';
import {
  type AddressUse,
  type CallTarget,
  type Code,
  CodeEdits,
  type Edited,
  isAlu,
  Liveness,
  loadConstant,
} from '../bpf/index.ts';
import type { LoweringContext } from './context.ts';
import type { DataObject } from './objects.ts';

type Load = Extract<AddressUse, { kind: 'load' }>;

/** Records the replacement of every load that can be folded; gives their slots. */
export function foldLoads(
  uses: readonly AddressUse[],
  edits: CodeEdits,
  context: LoweringContext,
  isConstant: (object: DataObject) => boolean,
): Set<number> {
  const folded = new Set<number>();
  for (const use of uses) {
    if (use.kind !== 'load') continue;
    const value = constantAt(use, context, isConstant);
    if (value === undefined) continue;
    edits.replace(use.slot, 1, [loadConstant(use.result, value)]);
    folded.add(use.slot);
  }
  return folded;
}

/** What the load gives, as 64 bits; undefined where that is not known. */
function constantAt(
  load: Load,
  context: LoweringContext,
  isConstant: (object: DataObject) => boolean,
): bigint | undefined {
  const { base, offset, width, signed } = load;
  const [id] = base.targets.ids;
  if (!base.pure || offset === undefined || id === undefined || id === 0) return undefined;
  const object = context.objects.get(id);
  const start = object.start + offset;
  const inside = offset >= 0 && start + width <= object.end;
  if (!inside || !isConstant(object)) return undefined;
  const relocated = object.section.relocations.some(
    ({ offset: at, form }) => at < start + width && at + (form === 'abs64' ? 8 : 4) > start,
  );
  if (relocated) return undefined;
  const bytes = context.state.sliceOf(object.section, start, start + width);
  const value = new ByteView(bytes, context.state.order).unsigned(0, width);
  return signed ? BigInt.asUintN(64, BigInt.asIntN(width * 8, value)) : value;
}

/** Deletes instructions that only compute what nobody reads, or what only such instructions read. */
export function deleteDeadCode(
  code: Code,
  call: (slot: number) => CallTarget | undefined,
): Edited | undefined {
  const liveness = new Liveness(code, { call, faint: (slot) => isPure(code, slot) });
  const edits = new CodeEdits(code);
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (!isPure(code, slot)) continue;
    if ((liveness.liveAfter(slot) & (1 << code.dst[slot]!)) !== 0) continue;
    edits.delete(slot, code.isWide(slot) ? 2 : 1);
  }
  return edits.isEmpty ? undefined : edits.commit();
}

/** Whether all that the instruction does is to set its destination. */
function isPure(code: Code, slot: number): boolean {
  return code.isWide(slot) || isAlu(code.opcode[slot]!);
}
