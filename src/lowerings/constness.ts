/**
 * Which variables are constants in fact: nothing in the link writes them, and no address of theirs gets
 * where somebody else could. A loader without `.data` gives user space no way to change them either, so
 * they may be folded and put on the stack like `.rodata`.
 */
import { type AddressUse, helperById, STACK_TARGET, widthOf } from '../bpf/index.ts';
import { SHF, STB } from '../elf/constants.ts';
import { COMMON, isExecutable, type Relocation } from '../model/input.ts';
import { inputsOf, type OutputSection } from '../model/plan.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import type { FunctionFacts } from './analysis.ts';
import { type LoweringContext, loweredObject } from './context.ts';
import type { BpfFunction } from './functions.ts';
import { type DataObject, type ObjectTable, relocationsIn } from './objects.ts';

/** Where an object is written, and how: as in "it is written". */
export interface Write {
  readonly fn: BpfFunction;
  readonly slot: number;
  readonly how: string;
}

/** The first write of each object that has one; objects without an entry are constant. */
export function findWrites(
  facts: Iterable<FunctionFacts>,
  objects: ObjectTable,
): Map<DataObject, Write> {
  const writes = new Map<DataObject, Write>();
  for (const { fn, uses, resultUsed } of facts) {
    for (const use of uses) {
      if (use.kind === 'return' && !resultUsed) continue;
      const { ids } = 'base' in use ? use.base.targets : use.value.targets;
      for (const id of ids) {
        if (id === STACK_TARGET) continue;
        const object = objects.get(id);
        const how = writeOf(fn, use, object);
        if (how !== undefined && !writes.has(object))
          writes.set(object, { fn, slot: use.slot, how });
      }
    }
  }
  return writes;
}

/**
 * Adds what data gives away: variables whose address stands in data that stays in the output or that the
 * code refers to, and in an open link global variables, which a later object may write.
 */
export function addHeldAddresses(
  writes: Map<DataObject, Write>,
  facts: Iterable<FunctionFacts>,
  unreferenced: ReadonlySet<OutputSection>,
  context: LoweringContext,
): void {
  const references = [...facts].flatMap(({ fn }) =>
    [...fn.references].flatMap(([slot, { target }]) => {
      const object = loweredObject(target, context)?.object;
      return object === undefined ? [] : [{ fn, slot, object }];
    }),
  );
  const reached = new Set(references.map(({ object }) => object));
  const held = heldObjects(reached, unreferenced, context);
  for (const { fn, slot, object } of references) {
    if (!object.writable || writes.has(object)) continue;
    if (held.has(object)) {
      writes.set(object, { fn, slot, how: 'pointed to by other data' });
    } else if (context.profile.keepUndefined && isGlobal(object)) {
      writes.set(object, { fn, slot, how: 'global, and code that is linked later may write it' });
    }
  }
}

/** The objects that relocations of data refer to. */
function heldObjects(
  reached: ReadonlySet<DataObject>,
  unreferenced: ReadonlySet<OutputSection>,
  { state, plan, objects }: LoweringContext,
): Set<DataObject> {
  const held = new Set<DataObject>();
  const open = new Set(reached);
  const hold = (relocation: Relocation): void => {
    const target = state.targetOf(relocation);
    const data = target.kind === 'place' && !isExecutable(target.section);
    const object = data ? objects.at(target) : undefined;
    if (object === undefined) return;
    held.add(object);
    open.add(object);
  };
  for (const output of plan.sections) {
    if (unreferenced.has(output)) continue;
    for (const section of inputsOf(output)) {
      const loaded = (section.flags & SHF.ALLOC) !== 0;
      if (loaded && !isExecutable(section)) section.relocations.forEach(hold);
    }
  }
  for (const { section, start, end } of open) relocationsIn(section, start, end).forEach(hold);
  return held;
}

function isGlobal({ section, start, end }: DataObject): boolean {
  if (section.name === COMMON) return true;
  return symbolsOf(section).some(
    ({ binding, value }) => binding !== STB.LOCAL && value >= start && value < end,
  );
}

function writeOf(fn: BpfFunction, use: AddressUse, object: DataObject): string | undefined {
  switch (use.kind) {
    case 'store':
    case 'atomic':
      // Through an address that may be another's, read-only data is not written: it would fault.
      return object.writable || use.base.pure ? 'written' : undefined;
    case 'escape': {
      // Part of an address gives nobody access: it is a number (see check-uses.ts).
      if (widthOf(fn.code.opcode[use.slot]!) < 8) return undefined;
      const inFrame = use.into?.targets.ids.every((id) => id === STACK_TARGET);
      return object.writable && inFrame !== true ? 'stored where others can reach it' : undefined;
    }
    case 'helper': {
      const argument = helperById(use.helper)?.arguments[use.argument - 1];
      const access = argument?.kind === 'memory' ? argument.access : undefined;
      // What has to be in a map is refused for that (see check-uses.ts).
      const elsewhere = argument?.kind === 'memory' && argument.only !== undefined;
      if (access === 'write' && use.value.pure && !elsewhere)
        return 'passed to a helper that writes to it';
      const mayWrite = object.writable && access !== 'read';
      return mayWrite ? 'passed to a helper that may write to it' : undefined;
    }
    case 'function':
      return object.writable && use.callee.kind !== 'function'
        ? 'passed to a kernel function'
        : undefined;
    case 'indirect':
      return object.writable ? 'passed to a call inside of another object' : undefined;
    case 'return':
      return object.writable ? 'returned by address' : undefined;
    default:
      return undefined;
  }
}
