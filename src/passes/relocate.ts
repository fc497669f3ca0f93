/**
 * Fills the output sections with bytes and applies relocations.
 *
 * A reference is resolved here where its value no longer depends on the loader (an absolute symbol, a
 * distance within one output section) and preserved otherwise. A preserved one keeps the symbol it
 * names and its addend, so that loaders which look at the symbol see the same as before. Only a
 * reference through a section symbol changes: its addend counts from the start of the output section.
 *
 *     a.o: ld_imm64 against .rodata + 0x18        output: against .rodata + 0x48
 */
import { ByteView } from '../base/bytes.ts';
import * as diagnose from '../diag/catalogue/layout.ts';
import {
  discardedReference,
  referenceOutsideSection,
  undefinedSymbol,
} from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { R_BPF, SHT, STB, STT } from '../elf/constants.ts';
import type { ImageRelocation, ImageSymbol } from '../elf/write.ts';
import type { InputSection, InputSymbol, Relocation, RelocationForm } from '../model/input.ts';
import { JUMP_TABLES } from '../model/jump-tables.ts';
import type { Filling, Layout, PlacedSection, RelocatedSection } from '../model/layout.ts';
import { mapStyle } from '../model/map-sections.ts';
import type { OutputSymbols } from '../model/output-symbols.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import { locate } from '../model/source-lines.ts';
import type { LinkState, Place, Target } from '../model/state.ts';

export interface RelocateOptions {
  /**
   * Whether references that nothing defines, and distances from one section to another, stay in the
   * output, for a later link or the loader.
   */
  readonly keepUndefined: boolean;
  /** Functions and data go by the symbol of their section, maps by their own. */
  readonly referencesBySection: boolean;
}

export function relocate(
  state: LinkState,
  layout: Layout,
  symbols: OutputSymbols,
  options: RelocateOptions,
  sink: DiagnosticSink,
): RelocatedSection[] {
  return layout.sections.map((placed) => {
    if (placed.type === SHT.NOBITS) return { placed, bytes: undefined, relocations: [] };
    const view = new ByteView(new Uint8Array(placed.size), state.order);
    for (const filling of placed.fillings) fill(view.bytes, filling);
    const relocations: ImageRelocation[] = [];
    for (const [section, offset] of placed.offsets) {
      view.bytes.set(state.bytesOf(section), offset);
      if (section.relocations.length === 0) continue;
      const relocator = new Relocator(section, view, offset, placed, {
        state,
        layout,
        symbols,
        options,
        sink,
      });
      for (const relocation of section.relocations) {
        const preserved = relocator.apply(relocation);
        if (preserved !== undefined) relocations.push(preserved);
      }
    }
    return { placed, bytes: view.bytes, relocations };
  });
}

/** By doubling: a location counter that jumps leaves gaps of up to a gigabyte. */
function fill(bytes: Uint8Array, { offset, size, pattern }: Filling): void {
  const end = offset + size;
  bytes.set(pattern.subarray(0, size), offset);
  for (let done = pattern.length; done < size; done *= 2) {
    bytes.copyWithin(offset + done, offset, Math.min(offset + done, end - done));
  }
}

interface Context {
  readonly state: LinkState;
  readonly layout: Layout;
  readonly symbols: OutputSymbols;
  readonly options: RelocateOptions;
  readonly sink: DiagnosticSink;
}

/** Applies the relocations of one input section, which begins at `base` of the output section. */
class Relocator {
  readonly #section: InputSection;
  readonly #view: ByteView;
  readonly #base: number;
  readonly #placed: PlacedSection;
  readonly #context: Context;

  constructor(
    section: InputSection,
    view: ByteView,
    base: number,
    placed: PlacedSection,
    context: Context,
  ) {
    this.#section = section;
    this.#view = view;
    this.#base = base;
    this.#placed = placed;
    this.#context = context;
  }

  /** Undefined where the reference is resolved (or in error). */
  apply(relocation: Relocation): ImageRelocation | undefined {
    const { state, symbols, sink, options } = this.#context;
    const target = state.targetOf(relocation);
    switch (target.kind) {
      case 'place':
        return this.#toPlace(relocation, target);
      case 'absolute':
        return this.#toValue(relocation, target.value);
      case 'script': {
        const { section, value } = target.symbol;
        if (section === undefined) return this.#toValue(relocation, value + target.addend);
        return this.#preserve(relocation, symbols.script(target.symbol), relocation.addend);
      }
      case 'undefined':
        if (options.keepUndefined) {
          return this.#preserve(relocation, symbols.undefined(target.symbol), relocation.addend);
        }
        if (target.weak && relocation.form !== 'call') return this.#toValue(relocation, 0);
        sink.report(
          undefinedSymbol(
            target.symbol.name,
            relocation.form === 'call' ? 'function' : 'symbol',
            this.#places(relocation),
            state.symbols.definedNames(),
          ),
        );
        return undefined;
      case 'gone':
        this.#reportGone(relocation, target.symbol.section);
        return undefined;
    }
  }

  #toPlace(
    relocation: Relocation,
    target: Extract<Target, { kind: 'place' }>,
  ): ImageRelocation | undefined {
    const { state, layout, symbols, options, sink } = this.#context;
    const found = layout.find(target.section, target.offset);
    if (found === undefined) {
      this.#reportGone(relocation, target.section);
      return undefined;
    }
    if (relocation.form === 'pcrel32' && found.placed === this.#placed) {
      this.#write(relocation, found.offset - (this.#base + relocation.offset));
      return undefined;
    }
    if (relocation.form === 'pcrel32' && !options.keepUndefined) {
      const name = relocation.symbol.name;
      const places = this.#places(relocation);
      sink.report(
        diagnose.relativeLeavesSection(name, this.#placed.name, found.placed.name, places),
      );
      return undefined;
    }
    if (this.#placed.name === JUMP_TABLES && relocation.form === 'abs64') {
      this.#write(relocation, found.offset);
      return undefined;
    }
    // Where a pass has made the symbols of a section, they alone name what is there.
    const named = state.ownSymbols.get(target.section)?.get(target.offset);
    if (named !== undefined) return this.#preserve(relocation, symbols.added(named), 0);
    const name = this.#nameFor(relocation, target, found.placed);
    const own = name && symbols.of(name.symbol);
    if (own !== undefined) return this.#preserve(relocation, own, name!.addend);
    return this.#preserve(relocation, symbols.section(found.placed), found.offset);
  }

  /**
   * The symbol that a preserved reference names; undefined for the section's own, with an offset. As a rule
   * what the input has, but loaders know maps and callbacks by name only, and static functions by offset;
   * and what one loader finds by name, another finds by offset alone.
   */
  #nameFor(
    { symbol, form, addend }: Relocation,
    { section, offset }: Place,
    to: PlacedSection,
  ): { readonly symbol: InputSymbol; readonly addend: number } | undefined {
    const { referencesBySection } = this.#context.options;
    const named = mapStyle(to) !== undefined || isTableOfNames(this.#placed.name);
    if (referencesBySection && !named && isOfInstruction(form)) return undefined;
    if (symbol.type !== STT.SECTION && !(referencesBySection && named)) {
      const offsetOnly =
        form === 'imm64' && symbol.type === STT.FUNC && symbol.binding === STB.LOCAL;
      return offsetOnly ? undefined : { symbol, addend };
    }
    if (!named) return undefined;
    const there = symbolsOf(section).filter(
      ({ value, type }) => value === offset && (type === STT.OBJECT || type === STT.FUNC),
    );
    const global = there.find(({ binding }) => binding !== STB.LOCAL);
    const own = global ?? (referencesBySection ? there[0] : undefined);
    return own && { symbol: own, addend: 0 };
  }

  #toValue(relocation: Relocation, value: number): undefined {
    if (relocation.form === 'call') {
      const { sink } = this.#context;
      sink.report(diagnose.callWithoutTarget(relocation.symbol.name, this.#places(relocation)));
    } else if (isNarrow(relocation.form) && !(value >= -(2 ** 31) && value < 2 ** 32)) {
      const { name } = relocation.symbol;
      const places = this.#places(relocation);
      this.#context.sink.report(diagnose.fieldOverflow(name, value, 32, places));
    } else {
      writeField(this.#view, this.#base + relocation.offset, relocation.form, BigInt(value));
    }
    return undefined;
  }

  #preserve(relocation: Relocation, symbol: ImageSymbol, addend: number): ImageRelocation {
    this.#write(relocation, addend);
    return {
      offset: this.#base + relocation.offset,
      type: relocationType(relocation.form),
      symbol,
    };
  }

  /** Writes an addend or a distance, in bytes, in the form's own unit. */
  #write(relocation: Relocation, value: number): void {
    const at = this.#base + relocation.offset;
    const bits = relocation.form === 'abs64' ? 53 : 32;
    if (!(Math.abs(value) < 2 ** (bits - 1))) {
      const places = this.#places(relocation);
      this.#context.sink.report(
        diagnose.fieldOverflow(relocation.symbol.name, value, bits, places),
      );
      return;
    }
    if (relocation.form === 'call' && value % 8 !== 0) {
      const places = this.#places(relocation);
      this.#context.sink.report(
        diagnose.callInsideInstruction(relocation.symbol.name, value, places),
      );
    } else if (relocation.form === 'call') this.#view.setU32(at + 4, value / 8 - 1);
    else if (relocation.form === 'imm64') {
      // Loaders read the low half alone, as compilers write it.
      this.#view.setU32(at + 4, value);
      this.#view.setU32(at + 12, 0);
    } else writeField(this.#view, at, relocation.form, BigInt(value));
  }

  #places(relocation: Relocation): Location[] {
    return locate(this.#section, relocation.offset);
  }

  #reportGone(relocation: Relocation, section: InputSection | undefined): void {
    const { state, sink } = this.#context;
    const { symbol, addend } = relocation;
    const places = this.#places(relocation);
    const name = section?.name ?? 'no section';
    if (symbol.type === STT.SECTION && section !== undefined) {
      // Constants of a pool move one by one: a byte outside of the section went nowhere.
      const offset = symbol.value + addend;
      if (offset < 0 || offset > section.size) {
        sink.report(referenceOutsideSection(name, offset, section.size, places));
        return;
      }
    }
    const excluded =
      symbol.section !== undefined && state.exclusions.replacedBy.has(symbol.section);
    const why = excluded
      ? 'another copy of its COMDAT group was kept, without an equal section'
      : 'the script discards it, or nothing may refer to it there';
    sink.report(discardedReference(symbol.name, name, places, why));
  }
}

function isOfInstruction(form: RelocationForm): boolean {
  return form === 'call' || form === 'imm64';
}

/** Sections whose pointers libbpf binds by the names of programs and maps. */
function isTableOfNames(section: string): boolean {
  return section === '.maps' || /^\??\.struct_ops(\.link)?$/.test(section);
}

/** The type that LLVM gives the form, and by which `ingest` knows it again. */
export function relocationType(form: RelocationForm): number {
  switch (form) {
    case 'imm64':
      return R_BPF.LD_IMM64;
    case 'call':
      return R_BPF.CALL32;
    case 'abs64':
      return R_BPF.ABS64;
    case 'abs32':
      return R_BPF.NODYLD32;
    case 'pcrel32':
      return R_BPF.ABS32;
  }
}

/** Of 32 bits. A number has no distance from anything, so `pcrel32` takes it as it is. */
function isNarrow(form: RelocationForm): boolean {
  return form === 'abs32' || form === 'pcrel32';
}

/** Writes a final value. */
export function writeField(view: ByteView, at: number, form: RelocationForm, value: bigint): void {
  if (form === 'imm64') {
    view.setInteger(at + 4, 4, value);
    view.setInteger(at + 12, 4, value >> 32n);
  } else {
    view.setInteger(at, form === 'abs64' ? 8 : 4, value);
  }
}
