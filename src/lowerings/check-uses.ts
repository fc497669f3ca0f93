/**
 * Uses of a constant that the stack cannot serve: helpers that insist on a map, addresses that outlive
 * the frame, and addresses taken for numbers, behind which there usually is the fetch idiom.
 */
import { type AddressUse, helperById, STACK_TARGET, widthOf } from '../bpf/index.ts';
import { Alu, Class, Jump, operationOf, Source } from '../bpf/opcode.ts';
import * as diagnose from '../diag/catalogue/lowering.ts';
import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import type { FunctionFacts } from './analysis.ts';
import type { LoweringContext } from './context.ts';
import { type BpfFunction, locateSlot } from './functions.ts';
import type { DataObject } from './objects.ts';
import { isNumber } from './use-kinds.ts';

/** `entries`: functions that the kernel calls, not other functions. */
export function checkUses(
  { fn, uses, resultUsed }: FunctionFacts,
  entries: ReadonlySet<BpfFunction>,
  isConstant: (object: DataObject) => boolean,
  context: LoweringContext,
): void {
  checkCopies(fn, uses, context);
  for (const use of uses) {
    if ('base' in use) checkAccess(use, fn, context);
    // An address that may also be something else proves nothing; the verifier has the last word there.
    if (!('value' in use) || !use.value.pure) continue;
    if (use.kind === 'return' && !resultUsed) continue;
    for (const id of use.value.targets.ids) {
      if (id === STACK_TARGET) continue;
      const object = context.objects.get(id);
      if (context.refused.has(object)) continue;
      const returned = use.kind === 'return' && entries.has(fn);
      if (!isConstant(object) && !isNumber(use, fn) && !returned) continue;
      const fault = faultOf(use, fn, entries.has(fn), object, context);
      if (fault === undefined) continue;
      context.refused.add(object);
      context.sink.report(fault);
    }
  }
}

/**
 * No function depends on the address of its own copy being that of another function's, nor on where two
 * objects stand: on the stack they do not stand as they did.
 */
function checkCopies(
  fn: BpfFunction,
  uses: readonly AddressUse[],
  { objects, refused, sink }: LoweringContext,
): void {
  let before: ValueUse | undefined;
  for (const use of uses) {
    if (use.kind !== 'compare' && use.kind !== 'number') continue;
    const pair = before?.slot === use.slot ? before : undefined;
    before = use;
    for (const id of pair?.value.targets.ids ?? []) {
      for (const other of use.value.targets.ids) {
        if (id === other || id === STACK_TARGET || other === STACK_TARGET) continue;
        const object = objects.get(id);
        const second = objects.get(other);
        if (refused.has(object)) continue;
        const at = (): Location[] => locateSlot(fn, use.slot);
        if (object === second) {
          refused.add(object);
          sink.report(diagnose.copiesCompared(objects.describe(object), fn.name, at()));
        } else if (dependsOnPlaces(fn, pair!, use, object, second)) {
          refused.add(object).add(second);
          const names = [objects.describe(object), objects.describe(second)] as const;
          sink.report(diagnose.objectsCompared(...names, fn.name, at()));
        }
      }
    }
  }
}

const SUBTRACTION = Class.ALU64 | Alu.SUB | Source.X;

/**
 * Whether the outcome of comparing (or subtracting) addresses in two objects hangs on where these stand.
 * That two known bytes are not the same one holds wherever they are, but one past an object's end may be
 * the next one's start. Values that may be no addresses at all are left to the verifier.
 */
function dependsOnPlaces(
  fn: BpfFunction,
  first: ValueUse,
  second: ValueUse,
  firstObject: DataObject,
  secondObject: DataObject,
): boolean {
  if (!first.value.pure && !second.value.pure) return false;
  const opcode = fn.code.opcode[first.slot]!;
  if (first.kind === 'number') return opcode === SUBTRACTION;
  const equality = operationOf(opcode) === Jump.JEQ || operationOf(opcode) === Jump.JNE;
  const inside = ({ value }: ValueUse, object: DataObject): boolean =>
    value.offset !== undefined && value.offset >= 0 && value.offset < object.end - object.start;
  return !equality || !inside(first, firstObject) || !inside(second, secondObject);
}

/** A load or store whose place is exactly known stays inside its object. */
function checkAccess(
  use: Extract<AddressUse, { base: unknown }>,
  fn: BpfFunction,
  context: LoweringContext,
): void {
  const [id] = use.base.targets.ids;
  const { offset, width } = use;
  if (id === undefined || id === STACK_TARGET || offset === undefined) return;
  const object = context.objects.get(id);
  const size = object.end - object.start;
  if (offset >= 0 && offset + width <= size) return;
  const at = locateSlot(fn, use.slot);
  context.sink.report(
    diagnose.accessOutside(context.objects.describe(object), offset, width, size, at),
  );
}

type ValueUse = Extract<AddressUse, { value: unknown }>;

function faultOf(
  use: ValueUse,
  fn: BpfFunction,
  isEntry: boolean,
  object: DataObject,
  context: LoweringContext,
): Diagnostic | undefined {
  const at = locateSlot(fn, use.slot);
  const shown = context.objects.describe(object);
  switch (use.kind) {
    case 'helper': {
      const helper = helperById(use.helper);
      const argument = helper?.arguments[use.argument - 1];
      if (helper === undefined || argument?.kind !== 'memory' || argument.only === undefined) {
        return undefined;
      }
      const needs =
        argument.only === 'map-value' ? 'a map value' : 'a constant string in a read-only map';
      const size = object.end - object.start;
      const name = `bpf_${helper.name}`;
      return diagnose.helperNeedsMapValue(shown, size, name, use.argument, needs, at);
    }
    case 'number':
      return diagnose.addressUsedAsNumber(shown, object.name, 'arithmetic is done on it', at);
    case 'return':
      return isEntry
        ? diagnose.addressUsedAsNumber(shown, object.name, 'the program returns it', at)
        : diagnose.addressReturned(shown, fn.name, at);
    case 'escape': {
      const width = widthOf(fn.code.opcode[use.slot]!);
      if (width < 8) {
        const how = `it is stored in ${width} byte${width === 1 ? '' : 's'}`;
        return diagnose.addressUsedAsNumber(shown, object.name, how, at);
      }
      const inFrame = use.into?.targets.ids.every((id) => id === STACK_TARGET) === true;
      return inFrame ? undefined : diagnose.addressEscapes(shown, at);
    }
    default:
      return undefined;
  }
}
