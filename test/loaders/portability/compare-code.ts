/**
 * Whether two loaders make the same program of two objects. The functions behind a program stand in another order
 * and at other places, so they are compared by following calls: the first functions of both are a pair, and so are
 * any two that are called, or whose address is taken, at the same place of a pair.
 */
import type { Code, Instruction, Reference } from './code.ts';
import type { References } from './references.ts';

/** The first difference, or undefined. What both refer to beside functions goes to `references`. */
export function compareCode(
  original: Code,
  linked: Code,
  references: References,
): string | undefined {
  const pairs = new Pairs();
  const ends = { original: endsOf(original), linked: endsOf(linked) };
  pairs.add(0, 0);
  for (const [start, other] of pairs.queue) {
    const one = original.slice(start, ends.original.get(start));
    const two = linked.slice(other, ends.linked.get(other));
    const where = (i: number): string => `instruction ${i} of the function at ${start}`;
    if (one.length !== two.length) {
      return `the function at ${start} has ${one.length} instructions, linked ${two.length}`;
    }
    for (const [i, instruction] of one.entries()) {
      if (two[i - 1]?.unfinished && two[i] === undefined) continue;
      const fault = compareInstructions(instruction, two[i], pairs, references);
      if (fault !== undefined) return `${where(i)}: ${fault}`;
    }
  }
  return undefined;
}

/** The functions that belong together, in the order in which they were found. */
class Pairs {
  readonly queue: (readonly [original: number, linked: number])[] = [];
  readonly #partners = { original: new Map<number, number>(), linked: new Map<number, number>() };

  /** False where one of them has another partner. */
  add(original: number, linked: number): boolean {
    const known = this.#partners.original.get(original);
    const other = this.#partners.linked.get(linked);
    if (known !== undefined || other !== undefined) return known === linked && other === original;
    this.#partners.original.set(original, linked);
    this.#partners.linked.set(linked, original);
    this.queue.push([original, linked]);
    return true;
  }
}

/** Where each function of a program ends, by where it begins. */
function endsOf(code: Code): Map<number, number> {
  const starts = new Set([0]);
  for (const instruction of code) {
    const reference = instruction?.reference;
    if (reference?.kind === 'call' || reference?.kind === 'address') starts.add(reference.to);
  }
  const sorted = [...starts].sort((a, b) => a - b);
  return new Map(sorted.map((start, i) => [start, sorted[i + 1] ?? code.length]));
}

function compareInstructions(
  one: Instruction | undefined,
  two: Instruction | undefined,
  pairs: Pairs,
  references: References,
): string | undefined {
  if (one === undefined || two === undefined) {
    return one === two ? undefined : 'one is wide, the other not';
  }
  if (one.unfinished || two.unfinished) return undefined;
  if (one.reference?.kind === 'kernel' && two.mayBeKernel) return undefined;
  if (isMissing(one.text)) {
    return two.reference?.kind === 'kernel' || isMissing(two.text) ? undefined : two.text;
  }
  if (isConstant(one.text) && isConstant(two.text)) {
    return references.addConstant(one.text, two.text)
      ? undefined
      : `${one.text}, linked ${two.text}`;
  }
  if (one.reference === undefined || two.reference === undefined || one.text !== two.text) {
    const [before, after] = [one, two].map(instructionText);
    return before === after ? undefined : `${before}, linked ${after}`;
  }
  return compareReferences(one.reference, two.reference, pairs, references);
}

/** A 64-bit constant, which may be the number of a type. */
function isConstant(text: string): boolean {
  return /^180.0{4}/.test(text) && text.length === 32;
}

/** The call that libbpf puts where the kernel has no function of the name: numbers from 2002000000 on. */
function isMissing(text: string): boolean {
  if (!text.startsWith('85000000')) return false;
  const number = Buffer.from(text, 'hex').readInt32LE(4);
  return number >= 2_002_000_000 && number < 2_003_000_000;
}

function compareReferences(
  one: Reference,
  two: Reference,
  pairs: Pairs,
  references: References,
): string | undefined {
  if ('to' in one && 'to' in two && one.kind === two.kind) {
    return pairs.add(one.to, two.to) ? undefined : 'another function';
  }
  if (one.kind === 'data' && two.kind === 'data') {
    references.addData(one, two);
    return undefined;
  }
  if (one.kind === 'kernel' && two.kind === 'kernel') {
    return references.addKernel(one.what, two.what) ? undefined : 'another name of the kernel';
  }
  const [before, after] = [one, two].map((reference) => JSON.stringify(reference));
  return before === after ? undefined : `${before}, linked ${after}`;
}

function instructionText({ text, reference }: Instruction): string {
  return reference === undefined ? text : `${text} ${JSON.stringify(reference)}`;
}
