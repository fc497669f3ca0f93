/**
 * What pairs of instructions of an object refer to beside functions. A link moves data, so one pair of places says
 * little; all of an object's together say whether every variable is still itself:
 *
 * - the bytes of a section move as one, by the same distance wherever they are referred to;
 * - they are the same bytes after the link;
 * - no two variables fell onto each other.
 *
 * Constants of sections that are merged (`.rodata.str1.1`) move one by one: what has to be the same is the constant.
 */

export interface Place {
  readonly section: string;
  readonly offset: number;
}

/** Contents of sections of data; undefined where the loader does not say. */
export type Contents = ReadonlyMap<string, Uint8Array | undefined>;

export interface DataFault {
  readonly section: string;
  readonly text: string;
}

/** Names or numbers of two loaders that stand for the same. */
class Partners {
  readonly #linked = new Map<string, string>();
  readonly #original = new Map<string, string>();

  /** False where one of the two has another partner. */
  add(original: string, linked: string): boolean {
    const known = this.#linked.get(original) ?? linked;
    const other = this.#original.get(linked) ?? original;
    this.#linked.set(original, linked);
    this.#original.set(linked, original);
    return known === linked && other === original;
  }
}

export class References {
  readonly #data = new Map<string, readonly [Place, Place]>();
  readonly #kernel = new Partners();
  readonly #constants = new Partners();
  readonly #hasTypeNumbers: boolean;

  /** `hasTypeNumbers`: the program has numbers of its own types for constants, and a link numbers types anew. */
  constructor(hasTypeNumbers: boolean) {
    this.#hasTypeNumbers = hasTypeNumbers;
  }

  addData(original: Place, linked: Place): void {
    this.#data.set([...placeWords(original), ...placeWords(linked)].join(' '), [original, linked]);
  }

  /** False where one of the two has another partner. */
  addKernel(original: string, linked: string): boolean {
    return this.#kernel.add(original, linked);
  }

  /** The same for 64-bit constants, given as instructions. */
  addConstant(original: string, linked: string): boolean {
    if (original === linked) return true;
    return this.#hasTypeNumbers && this.#constants.add(original, linked);
  }

  /** By section of the original. `isMerged` tells sections of which the link merges the constants. */
  faults(
    original: Contents,
    linked: Contents,
    isMerged: (section: string) => boolean,
  ): DataFault[] {
    const faults: DataFault[] = [];
    const moves = new Map<string, readonly [Place, Place]>();
    for (const pair of this.#data.values()) {
      const [from, to] = pair;
      // Values of the kernel's configuration, which the loader lays out as it likes.
      if (from.section === '.kconfig' && to.section === '.kconfig') continue;
      if (isMerged(from.section)) {
        const fault = compareConstant(pair, original, linked);
        if (fault !== undefined) faults.push({ section: from.section, text: fault });
        continue;
      }
      const first = moves.get(from.section) ?? pair;
      moves.set(from.section, first);
      if (first[1].section !== to.section || distance(first) !== distance(pair)) {
        faults.push({ section: from.section, text: `${text(first)}, but ${text(pair)}` });
      }
    }
    const moved = [...moves.values()];
    faults.push(...moved.flatMap((pair) => compareContents(pair, original, linked)));
    return [...faults, ...overlaps(moved, original)];
  }
}

function placeWords({ section, offset }: Place): string[] {
  return [section, `${offset}`];
}

function distance([from, to]: readonly [Place, Place]): number {
  return to.offset - from.offset;
}

function text([from, to]: readonly [Place, Place]): string {
  return `${from.section}+${from.offset} is at ${to.section}+${to.offset}`;
}

/** The constant at the place: up to the end of a string, or as many bytes as its section has for each. */
function compareConstant(
  pair: readonly [Place, Place],
  original: Contents,
  linked: Contents,
): string | undefined {
  const [from, to] = pair;
  const bytes = original.get(from.section)?.subarray(from.offset);
  const others = linked.get(to.section)?.subarray(to.offset);
  if (bytes === undefined || others === undefined) return `${text(pair)}, which has no contents`;
  const isString = from.section.includes('.str');
  const fixed = Number(/\.cst(\d+)/.exec(from.section)?.[1] ?? 0);
  const size = isString ? bytes.indexOf(0) + 1 : Math.min(fixed, bytes.length);
  const [one, two] = [bytes, others].map((all) =>
    Buffer.from(all.subarray(0, size)).toString('hex'),
  );
  return one === two ? undefined : `${text(pair)}: ${one}, linked ${two}`;
}

/** The whole of a section where its first reference says that it is now. */
function compareContents(
  pair: readonly [Place, Place],
  original: Contents,
  linked: Contents,
): DataFault[] {
  const [{ section }, to] = pair;
  const bytes = original.get(section);
  const others = linked.get(to.section);
  if (bytes === undefined || others === undefined) return [];
  const start = distance(pair);
  if (start < 0 || start + bytes.length > others.length) {
    return [{ section, text: `${text(pair)}, and leaves it` }];
  }
  const same = Buffer.compare(bytes, others.subarray(start, start + bytes.length)) === 0;
  return same ? [] : [{ section, text: `not the same at ${to.section}+${start}` }];
}

/** Sections of the original of which parts are now at one place. */
function overlaps(moves: readonly (readonly [Place, Place])[], original: Contents): DataFault[] {
  const ranges = moves.map((pair) => {
    const start = distance(pair);
    const size = original.get(pair[0].section)?.length ?? 0;
    return { from: pair[0].section, to: pair[1].section, start, end: start + size };
  });
  return ranges.flatMap((one, i) =>
    ranges
      .slice(i + 1)
      .filter((two) => one.to === two.to && one.start < two.end && two.start < one.end)
      .map((two) => ({
        section: one.from,
        text: `with ${two.from} at ${one.to}+${two.start}`,
      })),
  );
}
