/**
 * Where bpfld put what the reference puts elsewhere. Three things make it differ, all meant:
 *
 * - The reference rounds each part of a section up to the strictest alignment of the section so far, bpfld to
 *   what the part itself asks for.
 * - bpfld leaves out a function that another definition of its name goes before: a loser.
 * - The reference leaves `.rodata.str1.1` and `.rodata.cst16` as they are, and libbpf makes a map of each.
 *   libbpf.ld lays them into `.rodata`, equal constants once.
 *
 * What moved is learned, not assumed: the first symbol, variable or reference into a part says by how much it has
 * moved, and all others, and its bytes, have to agree. A folded constant has to be found, byte for byte, at
 * every reference to it.
 */
import type { Difference } from './difference.ts';
import { type ObjectFile, sectionNamed, symbolType } from './object-file.ts';
import type { Output, Pair } from './output.ts';
import { type Part, partsOf } from './parts.ts';
import { type Place, referencesOf } from './references.ts';

export class Placement {
  readonly pair: Pair;
  readonly parts: ReadonlyMap<string, readonly Part[]>;
  /** The sections of the reference's output that bpfld laid into `.rodata`. */
  readonly folded: ReadonlySet<string>;
  private readonly moves: Map<Part, number> = new Map();

  constructor(pair: Pair, inputs: readonly ObjectFile[]) {
    this.pair = pair;
    this.parts = partsOf(inputs);
    const names = pair.theirs.file.sections.map(({ name }) => name);
    this.folded = new Set(
      names.filter(
        (name) => /^\.rodata\.(str|cst)\d/.test(name) && !sectionNamed(pair.ours.file, name),
      ),
    );
    this.learnFromNames();
    this.learnFromReferences();
  }

  /** Where a place of the reference's output is in ours; undefined in a function that was left out. */
  moved(place: Place): Place | undefined {
    const part = this.partAt(place);
    if (part === undefined) return place;
    const move = this.moveOf(part);
    return move === undefined ? undefined : { ...place, offset: place.offset + move };
  }

  /** By how much a part has moved; undefined where it was left out. One that nothing tells of went with the last. */
  moveOf(part: Part): number | undefined {
    const known = this.moves.get(part);
    if (known !== undefined) return known;
    if (this.isLoser(part)) return undefined;
    const all = this.parts.get(part.section)!;
    const before = all.slice(0, all.indexOf(part)).findLast((one) => this.moves.has(one));
    return before === undefined ? 0 : this.moves.get(before);
  }

  /** Whether anything told where the part is: nothing does of data that nothing refers to. */
  isKnown(part: Part): boolean {
    return this.moves.has(part);
  }

  /** Whether the section is folded away, or there only for what was folded into it. */
  isFolding(section: string): boolean {
    if (this.folded.has(section)) return true;
    const made = section === '.rodata' && this.folded.size > 0;
    return made && sectionNamed(this.pair.theirs.file, section) === undefined;
  }

  /** Whether ours goes without a function that is taken from elsewhere in the reference's output too. */
  isLoser({ section, start, functions }: Part): boolean {
    const { symbols, sections } = this.pair.theirs.file;
    const size = (file: ObjectFile): number => sectionNamed(file, section)?.size ?? 0;
    return (
      functions.length > 0 &&
      size(this.pair.ours.file) < size(this.pair.theirs.file) &&
      functions.every((name) => {
        const taken = symbols.find((symbol) => symbol.name === name && symbol.section !== 0);
        return taken && !(sections[taken.section]!.name === section && taken.value === start);
      })
    );
  }

  private partAt({ section, offset }: Place): Part | undefined {
    const parts = this.parts.get(section) ?? [];
    return parts.findLast(({ start }) => start <= offset);
  }

  private learn(ours: Place, theirs: Place): void {
    const part = this.partAt(theirs);
    if (part === undefined || ours.section !== theirs.section || this.moves.has(part)) return;
    this.moves.set(part, ours.offset - theirs.offset);
  }

  private learnFromNames(): void {
    const { ours, theirs } = this.pair;
    for (const places of [symbolPlaces, variablePlaces]) {
      const known = places(ours);
      for (const [name, place] of places(theirs)) {
        const own = known.get(name);
        if (place !== undefined && own !== undefined) this.learn(own, place);
      }
    }
  }

  private learnFromReferences(): void {
    const { ours, theirs } = this.pair;
    for (const section of theirs.file.relocations.keys()) {
      if (!sectionNamed(ours.file, section)) continue;
      const known = new Map(referencesOf(ours.file, section).map((one) => [one.at, one]));
      for (const { at, name, to } of referencesOf(theirs.file, section)) {
        const place = this.moved({ section, offset: at });
        const own = place && known.get(place.offset);
        if (own !== undefined && own.name === undefined && name === undefined)
          this.learn(own.to, to);
      }
    }
  }

  /** Whether what the reference has at `theirs`, in a folded section, stands at `ours`. */
  sameConstant(ours: Place, theirs: Place): boolean {
    const section = sectionNamed(this.pair.theirs.file, theirs.section)!;
    const end = theirs.section.startsWith('.rodata.str')
      ? section.bytes.indexOf(0, theirs.offset) + 1
      : theirs.offset + section.entrySize - (theirs.offset % section.entrySize);
    const expected = section.bytes.subarray(theirs.offset, end);
    const found = sectionNamed(this.pair.ours.file, ours.section)?.bytes ?? new Uint8Array();
    return Buffer.from(expected).equals(found.subarray(ours.offset, ours.offset + expected.length));
  }

  /** Whether the section holds other things than the reference's, or the same at other places. */
  differs(section: string): boolean {
    if (section === '.rodata' && this.folded.size > 0) return true;
    return (this.parts.get(section) ?? []).some((part) => this.moveOf(part) !== 0);
  }

  /** The parts that are elsewhere, as differences. */
  differences(): Difference[] {
    const moved = [...this.parts.values()].flat().flatMap((part) => {
      const move = this.moveOf(part);
      if (move === 0 || this.folded.has(part.section)) return [];
      const ours = move === undefined ? undefined : `${part.start + move}`;
      const what = part.functions.length > 0 ? ` (${part.functions.join(', ')})` : '';
      const why = this.isLoser(part) ? ', a loser' : `, aligned to ${part.align}`;
      const where = `${part.section}+${part.start}${what}${why}`;
      return [{ aspect: 'place' as const, where, ours, theirs: `${part.start}` }];
    });
    const folded = [...this.folded].map((section) => ({
      aspect: 'place' as const,
      where: section,
      ours: '.rodata',
      theirs: section,
    }));
    return [...moved, ...folded];
  }
}

/** Places by name; undefined where a name is used more than once. */
type NamedPlaces = Map<string, Place | undefined>;

function addPlace(places: NamedPlaces, name: string, place: Place): void {
  places.set(name, places.has(name) ? undefined : place);
}

function symbolPlaces({ file }: Output): NamedPlaces {
  const places: NamedPlaces = new Map();
  for (const { name, type, section, value } of file.symbols) {
    const home = file.sections[section]?.name;
    if (home === undefined || section === 0 || type === symbolType.section) continue;
    addPlace(places, `${home} ${name}`, { section: home, offset: value });
  }
  return places;
}

function variablePlaces({ types }: Output): NamedPlaces {
  const places: NamedPlaces = new Map();
  for (const [section, { variables }] of types.sections) {
    for (const { offset, type } of variables) {
      addPlace(places, `${section} ${types.types[type]!.name}`, { section, offset });
    }
  }
  return places;
}
