/**
 * Decides what a forward declaration stands for where several types have its name.
 *
 *     a.o: struct node { int a; };    struct list { struct node *first; };     list 1
 *     b.o: struct node { char b; };   struct list { struct node *first; };     list 2
 *     c.o: struct node;               struct list { struct node *first; };     list 3
 *
 * c.o does not look into a node, so list 3 may be taken for list 1 or list 2: it *fits* both. A type fits
 * another if the two are equal but for forward declarations in the first one, which fit what has their name.
 * A struct, union or typedef that fits another becomes an alias of it, and the first such pair decides what
 * the forward declaration is wherever nothing else says so; libbpf does the same (btf_dedup_struct_types).
 * A decided forward declaration in the second type counts as what it was decided to be, so that no two types
 * are joined that differ: list 1 and list 2 stay apart whatever becomes of list 3.
 *
 * Where a type fits several others, the number of types that remain depends on the choice, and to find the
 * best is exponential. So there are a few `STRATEGIES`, of which the best result is taken. Mostly it serves
 * to look at a type before those that it refers to, and to choose as its users have chosen; to prefer what is
 * used in the same ways; and to take what says more before joining two of which each says something that the
 * other does not.
 *
 * Once a type has become an alias of another, those that fit it have to fit the other one too: `#followers`.
 * A forward declaration that no struct, union or typedef decides stays one; only an enum's never does.
 *
 * The work is bounded by `STEPS`: what was not decided by then stays.
 */
import { KIND } from '../format.ts';
import { typeIds } from '../query.ts';
import type { Btf } from '../types.ts';
import { spread } from './edges.ts';
import { eachId } from './entries.ts';
import { OpenTable, usersFirst } from './open-table.ts';

/** Pairs of types to be looked at: so many, and more for each word. Real tables need one for ten words. */
const STEPS = 100_000;
const STEPS_PER_WORD = 4;

/**
 * What is done about forward declarations that are undecided yet:
 * - take: those of the first type fit, and are decided by it;
 * - join: those of the second type are decided by the first, too;
 * - fit: none fit, only those that are decided;
 * - equal: as fit, and those of the first type count as what they were decided to be.
 */
type Mode = 'take' | 'join' | 'fit' | 'equal';

/** In which order types are looked at and tried, and what is done about forward declarations, first and then. */
interface Strategy {
  readonly order: 'users first' | 'ids' | 'last first';
  /** Of the types that a type is compared with; the best are those that are used as it is used. */
  readonly candidates: 'best first' | 'ids' | 'last first';
  readonly modes: readonly Mode[];
}

/** None is best for all tables; the first is for most. */
const STRATEGIES: readonly Strategy[] = [
  { order: 'users first', candidates: 'best first', modes: ['take', 'join'] },
  { order: 'users first', candidates: 'best first', modes: ['join'] },
  { order: 'ids', candidates: 'best first', modes: ['join'] },
  { order: 'ids', candidates: 'ids', modes: ['join'] },
  { order: 'ids', candidates: 'last first', modes: ['join'] },
  { order: 'last first', candidates: 'ids', modes: ['join'] },
];

/**
 * What each strategy makes of a table where no type is twice: by id, the type that it is to be replaced by, or
 * itself. Only what changes something, and each result once.
 */
export function aliasForwards(btf: Btf): Uint32Array[] {
  const table = new OpenTable(btf);
  const results: Uint32Array[] = [];
  for (const strategy of STRATEGIES) {
    const alias = new Matcher(table, strategy).run();
    if (alias === undefined) continue;
    const isKnown = results.some((other) => other.every((to, id) => to === alias[id]));
    if (!isKnown) results.push(alias);
  }
  return results;
}

class Matcher {
  readonly #table: OpenTable;
  /** By id. */
  readonly #alias: Uint32Array;
  /** Pairs of which the first fits the second; and of which it does not. */
  readonly #fitting = new Set<number>();
  readonly #unfit = new Set<number>();
  /** The types that were found to fit a type, besides itself. */
  readonly #followers = new Map<number, number[]>();
  readonly #strategy: Strategy;
  #steps: number;

  constructor(table: OpenTable, strategy: Strategy) {
    this.#table = table;
    this.#strategy = strategy;
    this.#steps = STEPS + STEPS_PER_WORD * table.btf.words.length;
    this.#alias = new Uint32Array(table.shape.length).map((_, id) => id);
  }

  run(): Uint32Array | undefined {
    const { btf, leads } = this.#table;
    const { order, modes } = this.#strategy;
    const ids = order === 'users first' ? usersFirst(btf) : typeIds(btf);
    const leading = [...ids].filter((id) => leads[id] === 1);
    if (order === 'last first') leading.reverse();
    for (const mode of modes) {
      for (const id of leading) if (decides(btf.kind(id))) this.#join(id, mode);
    }
    this.#decideOthers(leading);
    this.#decideEnums();
    if (this.#alias.every((to, id) => to === id)) return undefined;
    for (const id of leading) {
      if (decides(btf.kind(id))) continue;
      // What has an equal now is merged with it in any case.
      if (this.#find(id, 'equal', []) === undefined) this.#join(id, 'fit');
    }
    return this.#alias.map((_, id) => this.#resolve(id));
  }

  /** Makes the type an alias of the first that it fits. */
  #join(id: number, mode: Mode): void {
    const other = this.#find(id, mode, this.#followers.get(id) ?? []);
    if (other !== undefined) this.#alias[id] = other;
  }

  /** A type that this one fits, and those that fit this one. */
  #find(id: number, mode: Mode, followers: readonly number[]): number | undefined {
    if (this.#table.open[id] === 1 || this.#alias[id] !== id) return undefined;
    for (const other of this.#candidates(id)) {
      if (this.#steps < 0) return undefined;
      this.#steps -= followers.length;
      const pairs = [...followers, id].map((one) => [one, other] as const);
      if (this.#fits(pairs, mode)) return other;
    }
    return undefined;
  }

  /** First those that the type was found to fit. */
  #candidates(id: number): number[] {
    const alike = this.#table.alike.get(this.#table.shape[id]!)!;
    this.#steps -= alike.length;
    if (alike.length === 1 || this.#steps < 0) return [];
    const { candidates } = this.#strategy;
    const uses = new Set(candidates === 'best first' ? this.#uses(id) : []);
    const rank = (other: number): number => {
      if (this.#fitting.has(this.#key(id, other))) return Number.MAX_SAFE_INTEGER;
      if (candidates !== 'best first') return candidates === 'ids' ? -other : other;
      return new Set(this.#uses(other).filter((shape) => uses.has(shape))).size;
    };
    return alike
      .filter((other) => other !== id && this.#alias[other] === other)
      .map((other) => ({ other, rank: rank(other) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ other }) => other);
  }

  /** The shapes of what refers to the type. */
  #uses(id: number): number[] {
    const { start, list } = this.#table.users;
    const uses: number[] = [];
    for (let i = start[id]!; i < start[id + 1]!; i++) uses.push(this.#table.shape[list[i]!]!);
    this.#steps -= uses.length;
    return uses;
  }

  #key(one: number, other: number): number {
    return one * this.#alias.length + other;
  }

  /** Those that a type could have been decided by, had it and what it leads to not become others' aliases. */
  #decideOthers(leading: readonly number[]): void {
    const { btf, alike, open, shape, users } = this.#table;
    const undecided = open.map((isOpen, id) => (isOpen === 1 && this.#alias[id] === id ? 1 : 0));
    if (!undecided.includes(1)) return;
    spread(users, undecided);
    for (const id of leading) {
      if (undecided[id] === 0 || !decides(btf.kind(id))) continue;
      for (const other of alike.get(shape[id]!)!) {
        if (--this.#steps < 0) return;
        if (other !== id) this.#fits([[id, other]], 'join');
      }
    }
  }

  /** What is left of them stands for the first enum of the name. */
  #decideEnums(): void {
    const { btf, open } = this.#table;
    const first = new Map<number, number>();
    for (const id of typeIds(btf)) {
      const name = this.#table.name(id);
      if (open[id] === 0 && !first.has(name)) first.set(name, id);
    }
    for (const id of typeIds(btf)) {
      if (open[id] === 0 || this.#alias[id] !== id || btf.kind(id) === KIND.FWD) continue;
      this.#alias[id] = first.get(this.#table.name(id))!;
    }
  }

  /** Whether each first type fits its second, all at once; remembers it if so. */
  #fits(pairs: readonly (readonly [number, number])[], mode: Mode): boolean {
    const { words, starts } = this.#table.btf;
    /** The pairs to look at: first, second, and the place in `path` that led to them. */
    const todo: number[] = [];
    for (const [one, other] of pairs) todo.push(one, other, -1);
    const path: { key: number; from: number; one: number; other: number }[] = [];
    const seen = new Set<number>();
    const decided: number[] = [];
    while (todo.length > 0) {
      const from = todo.pop()!;
      const other = this.#resolve(todo.pop()!);
      const one = mode === 'equal' ? this.#resolve(todo.pop()!) : todo.pop()!;
      if (one === other) continue;
      this.#steps--;
      const key = this.#key(one, other);
      if (seen.has(key) || (mode !== 'equal' && this.#fitting.has(key))) continue;
      const verdict = this.#look(one, other, mode, decided);
      if (verdict === 'unfit' || this.#unfit.has(key) || this.#steps < 0) {
        for (const id of decided) this.#alias[id] = id;
        if (mode === 'join' && decided.length === 0 && this.#steps >= 0) {
          for (let at = from; at >= 0; at = path[at]!.from) this.#unfit.add(path[at]!.key);
        }
        return false;
      }
      if (verdict === 'fits') continue;
      seen.add(key);
      path.push({ key, from, one, other });
      const offset = starts[other]! - starts[one]!;
      eachId(words, starts[one]!, starts[one + 1]!, (place) => {
        todo.push(words[place]!, words[place + offset]!, path.length - 1);
      });
    }
    if (mode !== 'equal') for (const { key, one, other } of path) this.#remember(key, one, other);
    return true;
  }

  /** What the two types say by themselves; decides forward declarations. */
  #look(
    one: number,
    other: number,
    mode: Mode,
    decided: number[],
  ): 'fits' | 'unfit' | 'references' {
    if (this.#table.name(one) !== this.#table.name(other)) return 'unfit';
    if (this.#table.open[one] === 1) {
      if (this.#alias[one] === one) {
        if (mode === 'fit' || mode === 'equal') return 'unfit';
        this.#alias[one] = other;
        decided.push(one);
      }
      return 'fits';
    }
    if (this.#table.open[other] === 1) {
      if (mode !== 'join') return 'unfit';
      this.#alias[other] = one;
      decided.push(other);
      return 'fits';
    }
    return this.#table.shape[one] === this.#table.shape[other] ? 'references' : 'unfit';
  }

  #remember(key: number, one: number, other: number): void {
    this.#fitting.add(key);
    const followers = this.#followers.get(other);
    if (followers === undefined) this.#followers.set(other, [one]);
    else followers.push(one);
  }

  #resolve(id: number): number {
    let to = id;
    while (this.#alias[to] !== to) to = this.#alias[to]!;
    return to;
  }
}

function decides(kind: number): boolean {
  return kind === KIND.STRUCT || kind === KIND.UNION || kind === KIND.TYPEDEF;
}
