/**
 * Which bytes belong together: a data object is what a pointer may move about in. A lowering that puts a
 * constant on the stack takes the whole object, and one that folds a load looks up its bytes.
 *
 * ELF does not say it for unnamed data, so it is put together from what there is:
 * - an entry of a merged section is an object;
 * - a symbol with a size covers one (overlapping ones are one object);
 * - the bytes between those are cut where references point, because LLVM never refers to the inside of
 *   an object (its BPF backend folds no offset into a global's address). GCC does, so the gaps of its
 *   objects stay whole.
 */
import { showBytes } from '../base/bytes.ts';
import { SHF, STT } from '../elf/constants.ts';
import {
  COMMON,
  type InputFile,
  type InputSection,
  isExecutable,
  type Relocation,
} from '../model/input.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import type { Extent, LinkState, Place } from '../model/state.ts';

/** How many bytes of a nameless constant a diagnostic shows. */
const SHOWN = 24;

export interface DataObject {
  /** Dense, from 1. */
  readonly id: number;
  readonly section: InputSection;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
  readonly name: string | undefined;
  readonly writable: boolean;
}

interface Span extends Extent {
  readonly name: string | undefined;
}

export class ObjectTable {
  readonly #state: LinkState;
  readonly #objects: DataObject[] = [];
  readonly #bySection = new Map<InputSection, DataObject[]>();
  readonly #references = new Map<InputFile, Map<InputSection, Set<number>>>();
  readonly #copies = new Map<unknown, Map<DataObject, number>>();

  constructor(state: LinkState) {
    this.#state = state;
  }

  /** `id` is the object's own or that of a copy. */
  get(id: number): DataObject {
    return this.#objects[id - 1]!;
  }

  /**
   * An id for the copy of an object that a function has in its frame. Each function has one of its own,
   * so what is passed to a subprogram is no address in the subprogram's copy.
   */
  copyOf(object: DataObject, owner: unknown): number {
    let copies = this.#copies.get(owner);
    if (copies === undefined) {
      copies = new Map();
      this.#copies.set(owner, copies);
    }
    const known = copies.get(object);
    if (known !== undefined) return known;
    const id = this.#objects.push(object);
    copies.set(object, id);
    return id;
  }

  /** The object at a place; its end also counts where nothing else begins. Undefined outside the section. */
  at(place: Place): DataObject | undefined {
    const { section, offset } = place;
    if (!(offset >= 0 && offset <= section.size)) return undefined;
    const objects = this.#objectsOf(section);
    let found: DataObject | undefined;
    for (let low = 0, high = objects.length; low < high; ) {
      const middle = (low + high) >> 1;
      const object = objects[middle]!;
      if (object.start <= offset) {
        found = object;
        low = middle + 1;
      } else high = middle;
    }
    return found !== undefined && offset <= found.end ? found : undefined;
  }

  bytesOf({ section, start, end }: DataObject): Uint8Array {
    return this.#state.sliceOf(section, start, end);
  }

  /** How diagnostics name it: by its symbol, or by what it holds. */
  describe(object: DataObject): string {
    if (object.name !== undefined) return `'${object.name}'`;
    const { section, start, end } = object;
    return `constant ${showBytes(this.#state.sliceOf(section, start, Math.min(end, start + SHOWN + 1)), SHOWN)}`;
  }

  #objectsOf(section: InputSection): DataObject[] {
    const known = this.#bySection.get(section);
    if (known !== undefined) return known;
    const pieces = this.#state.pieces.get(section);
    const spans = pieces?.map((piece) => ({ ...piece, name: undefined })) ?? this.#spans(section);
    const objects = [...spans]
      .sort((a, b) => a.start - b.start || a.end - b.end)
      .map((span) => this.#add(section, span));
    this.#bySection.set(section, objects);
    return objects;
  }

  #add(section: InputSection, span: Span): DataObject {
    const relro = section.name.startsWith('.data.rel.ro');
    const object: DataObject = {
      id: this.#objects.length + 1,
      section,
      start: span.start,
      end: span.end,
      name: span.name,
      writable: (section.flags & SHF.WRITE) !== 0 && !relro,
    };
    this.#objects.push(object);
    return object;
  }

  #spans(section: InputSection): Span[] {
    const named = namedSpans(section, this.#state);
    const cuts = [...this.#referencesTo(section)].sort((a, b) => a - b);
    const spans: Span[] = [];
    let end = 0;
    let nextCut = 0;
    const fillTo = (next: number): void => {
      let from = end;
      for (; nextCut < cuts.length && cuts[nextCut]! < next; nextCut++) {
        const cut = cuts[nextCut]!;
        if (cut <= from) continue;
        spans.push({ start: from, end: cut, name: undefined });
        from = cut;
      }
      if (from < next) spans.push({ start: from, end: next, name: undefined });
    };
    for (const span of named) {
      fillTo(span.start);
      spans.push(span);
      end = span.end;
    }
    fillTo(section.size);
    return spans;
  }

  /** Where the code of the section's file refers into it through its section symbol; data may refer to the inside. */
  #referencesTo(section: InputSection): ReadonlySet<number> {
    const { file } = section;
    if (!file.startReferences) return new Set();
    let references = this.#references.get(file);
    if (references === undefined) {
      references = new Map();
      this.#references.set(file, references);
      for (const from of file.sections) {
        if (from === undefined || !isExecutable(from)) continue;
        for (const { symbol, addend } of from.relocations) {
          if (symbol.type !== STT.SECTION || symbol.section === undefined) continue;
          const offsets = references.get(symbol.section) ?? new Set();
          references.set(symbol.section, offsets.add(symbol.value + addend));
        }
      }
    }
    return references.get(section) ?? new Set();
  }
}

/** The bytes that sized symbols cover, overlapping ones joined under the first one's name. */
function namedSpans(section: InputSection, state: LinkState): Span[] {
  const spans: Span[] = [];
  const commons =
    section.name === COMMON
      ? section.file.symbols.filter((symbol) => state.commons.get(symbol) === section)
      : [];
  const symbols = [...commons, ...symbolsOf(section)]
    .filter((symbol) => symbol.size > 0)
    .map(({ section: own, value, size, name }) => {
      const start = own === section ? value : 0;
      return { start, end: start + size, name };
    })
    .sort((a, b) => a.start - b.start || b.end - a.end);
  for (const symbol of symbols) {
    const last = spans.at(-1);
    if (last === undefined || symbol.start >= last.end) spans.push(symbol);
    else if (symbol.end > last.end) {
      spans[spans.length - 1] = { ...last, end: symbol.end };
    }
  }
  return spans;
}

/** The relocations that begin in bytes `[start, end)` of a section. */
export function relocationsIn(
  { relocations }: InputSection,
  start: number,
  end: number,
): readonly Relocation[] {
  const firstFrom = (offset: number): number => {
    let low = 0;
    for (let high = relocations.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (relocations[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return relocations.slice(firstFrom(start), firstFrom(end));
}
