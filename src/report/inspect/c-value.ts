/**
 * Bytes of a known type as a C initialiser:
 *
 *     struct c { u16 port; char name[8]; int (*hook)(void); }
 *     50 00 | 65 74 68 30 00 ...  | (relocated)         ->      {.port = 80, .name = "eth0", .hook = answer}
 *
 * As in C, members that are zero are left out, and so are zeroes at an array's end. Of a union the largest
 * member is shown. Arrays of `char` are strings, and arrays of other bytes where they hold text. What C
 * cannot say (floating point, bit-fields in the form of old compilers) is bytes in quotes, or `?`.
 */
import { ByteView, showBytes } from '../../base/bytes.ts';
import { INT_BOOL, INT_SIGNED, KIND } from '../../btf/format.ts';
import { peel, sizeOf } from '../../btf/query.ts';
import { type Btf, FIELD } from '../../btf/types.ts';
import { textOf } from './strings.ts';

export interface ValueOptions {
  /** About how many characters it may have: then `...` stands for the rest. */
  readonly limit: number;
  /** What addresses are of, by their offsets in the value. */
  readonly addresses?: ReadonlyMap<number, string>;
}

/** Types that nest deeper are `...`. */
const DEEPEST = 32;

/** Undefined for what is no value: void, functions, and where the bytes are fewer than the type needs. */
export function printValue(
  btf: Btf,
  id: number,
  view: ByteView,
  options: ValueOptions,
): string | undefined {
  const type = peel(btf, id);
  const size = sizeOf(btf, type);
  const flexible = btf.kind(type) === KIND.ARRAY && btf.field(type, FIELD.arrayCount) === 0;
  if (size === undefined || (size === 0 && !flexible)) return undefined;
  if (!isAggregate(btf, type) && !view.has(0, size)) return undefined;
  return new ValuePrinter(btf, view, options).print(type, 0, view.length, 0);
}

/** Whether the type is an array of numbers of one byte. */
export function isByteArray(btf: Btf, id: number): boolean {
  return byteElement(btf, peel(btf, id)) !== undefined;
}

/** What is at byte `offset` in a value of the type, and how far into that: an element, a member. */
export function partAt(
  btf: Btf,
  id: number,
  offset: number,
): { readonly type: number; readonly offset: number } {
  let type = peel(btf, id);
  for (let depth = 0; offset > 0 && depth < DEEPEST; depth++) {
    const inner = innerAt(btf, type, offset);
    if (inner === undefined) break;
    type = peel(btf, inner.type);
    offset = inner.offset;
  }
  return { type, offset };
}

function innerAt(
  btf: Btf,
  type: number,
  offset: number,
): { readonly type: number; readonly offset: number } | undefined {
  if (byteElement(btf, type) !== undefined) return undefined;
  if (btf.kind(type) === KIND.ARRAY) {
    const element = btf.field(type, FIELD.arrayElement);
    const size = sizeOf(btf, element) ?? 0;
    return size === 0 ? undefined : { type: element, offset: offset % size };
  }
  if (btf.kind(type) !== KIND.STRUCT && btf.kind(type) !== KIND.UNION) return undefined;
  for (let i = 0; i < btf.vlen(type); i++) {
    const { type: member, offsetBits, sizeBits } = btf.member(type, i);
    const within = offset - offsetBits / 8;
    if (sizeBits > 0 || within < 0 || within >= (sizeOf(btf, member) ?? 0)) continue;
    return { type: member, offset: within };
  }
  return undefined;
}

function isAggregate(btf: Btf, type: number): boolean {
  const kind = btf.kind(type);
  return kind === KIND.ARRAY || kind === KIND.STRUCT || kind === KIND.UNION;
}

/** The element of an array of bytes. */
function byteElement(btf: Btf, type: number): number | undefined {
  if (btf.kind(type) !== KIND.ARRAY) return undefined;
  const element = peel(btf, btf.field(type, FIELD.arrayElement));
  if (btf.kind(element) !== KIND.INT || btf.size(element) !== 1) return undefined;
  return (encodingOf(btf, element) & INT_BOOL) === 0 ? element : undefined;
}

function encodingOf(btf: Btf, int: number): number {
  return btf.field(int, FIELD.first) >>> 24;
}

/** Where the places of addresses are not zero, as those are that a linker has yet to write. */
function marked(view: ByteView, addresses: ReadonlyMap<number, string>): ByteView {
  const bytes = view.bytes.slice();
  for (const at of addresses.keys()) bytes[at] = 1;
  return new ByteView(bytes, view.order);
}

class ValuePrinter {
  readonly #btf: Btf;
  readonly #view: ByteView;
  readonly #addresses: ReadonlyMap<number, string>;
  /** Characters that may still be shown; whatever is looked at costs one at least. */
  #left: number;
  /** By type, names by value. */
  readonly #enumerators = new Map<number, ReadonlyMap<string, string>>();

  constructor(btf: Btf, view: ByteView, { limit, addresses = new Map() }: ValueOptions) {
    this.#btf = btf;
    this.#view = addresses.size === 0 ? view : marked(view, addresses);
    this.#addresses = addresses;
    this.#left = limit;
  }

  /** `type` is peeled; `end`: how far an array of unknown length may reach. */
  print(type: number, offset: number, end: number, depth: number): string {
    if (depth > DEEPEST) return '...';
    const btf = this.#btf;
    switch (btf.kind(type)) {
      case KIND.ARRAY:
        return this.#array(type, offset, end, depth);
      case KIND.STRUCT:
      case KIND.UNION:
        return `{${this.#members(type, offset, end, depth).join(', ')}}`;
      default:
        return this.#spend(this.#scalar(type, offset * 8, (sizeOf(btf, type) ?? 0) * 8));
    }
  }

  #spend(text: string): string {
    this.#left -= text.length + 2;
    return text;
  }

  #array(type: number, offset: number, end: number, depth: number): string {
    const btf = this.#btf;
    const element = peel(btf, btf.field(type, FIELD.arrayElement));
    const size = sizeOf(btf, element) ?? 0;
    if (size === 0) return '{}';
    const declared = btf.field(type, FIELD.arrayCount) || Math.floor((end - offset) / size);
    const count = Math.min(declared, Math.floor((this.#view.length - offset) / size));
    const text = this.#text(type, offset, count);
    if (text !== undefined) return this.#spend(declared > count ? `${text}...` : text);
    const cut = declared > count;
    const shown = cut ? count : Math.ceil(this.#usedBytes(offset, offset + count * size) / size);
    const items: string[] = [];
    for (let i = 0; i < shown && this.#left > 0; i++) {
      const at = offset + i * size;
      items.push(this.print(element, at, at + size, depth + 1));
    }
    if (cut || items.length < shown) items.push('...');
    return `{${items.join(', ')}}`;
  }

  /** Of an array of bytes that is best read as a string. */
  #text(array: number, offset: number, count: number): string | undefined {
    const element = byteElement(this.#btf, array);
    if (element === undefined) return undefined;
    const bytes = this.#view.bytes.subarray(offset, offset + count);
    const used = this.#usedBytes(offset, offset + count);
    const found = textOf(bytes.subarray(0, used), this.#left);
    if (found !== undefined || this.#btf.name(element) !== 'char') return found;
    return showBytes(bytes.subarray(0, used), Math.max(1, this.#left));
  }

  #members(type: number, offset: number, end: number, depth: number): string[] {
    const btf = this.#btf;
    const count = btf.vlen(type);
    const union = btf.kind(type) === KIND.UNION;
    const items: string[] = [];
    for (let i = union ? this.#largest(type) : 0; i < count; i++) {
      if (this.#left-- <= 0) return [...items, '...'];
      const { name, type: id, offsetBits, sizeBits } = btf.member(type, i);
      const member = peel(btf, id);
      const bit = offset * 8 + offsetBits;
      const bits = sizeBits || (sizeOf(btf, member) ?? 0) * 8;
      const at = Math.floor(bit / 8);
      const next = union || i === count - 1 ? end : offset + btf.member(type, i + 1).offsetBits / 8;
      const last = bits === 0 ? next : Math.ceil((bit + bits) / 8);
      const zero = sizeBits === 0 ? this.#usedBytes(at, last) === 0 : this.#bits(bit, bits) === 0n;
      if (!zero && name === '' && isAggregate(btf, member) && depth < DEEPEST) {
        items.push(...this.#members(member, at, next, depth + 1));
      } else if (!zero) {
        this.#spend(name);
        const value =
          isAggregate(btf, member) && bit % 8 === 0
            ? this.print(member, at, next, depth + 1)
            : this.#spend(this.#scalar(member, bit, bits));
        items.push(name === '' ? value : `.${name} = ${value}`);
      }
      if (union) break;
    }
    return items;
  }

  /** The first of the largest members. */
  #largest(union: number): number {
    const btf = this.#btf;
    let [found, most] = [0, -1];
    for (let i = 0; i < btf.vlen(union) && this.#left-- > 0; i++) {
      const size = sizeOf(btf, btf.member(union, i).type) ?? 0;
      if (size > most) [found, most] = [i, size];
    }
    return found;
  }

  #scalar(type: number, bit: number, bits: number): string {
    const btf = this.#btf;
    const address = this.#addresses.get(bit / 8);
    if (address !== undefined) return address;
    const value = this.#bits(bit, bits);
    if (value === undefined) return '?';
    const show = (signed: boolean): string => `${signed ? BigInt.asIntN(bits, value) : value}`;
    switch (btf.kind(type)) {
      case KIND.INT: {
        // A bit-field as old compilers describe it: its INT has fewer bits than bytes.
        if (bit % 8 !== 0 && bits === btf.size(type) * 8) return '?';
        const encoding = encodingOf(btf, type);
        if ((encoding & INT_BOOL) !== 0 && value < 2n) return value === 1n ? 'true' : 'false';
        return show((encoding & INT_SIGNED) !== 0);
      }
      case KIND.ENUM:
      case KIND.ENUM64: {
        const shown = show(btf.flag(type));
        return this.#enumeratorsOf(type).get(shown) ?? shown;
      }
      case KIND.PTR:
        return value === 0n ? '0' : `0x${value.toString(16)}`;
      default: {
        const at = Math.floor(bit / 8);
        return showBytes(this.#view.bytes.subarray(at, at + bits / 8));
      }
    }
  }

  #enumeratorsOf(type: number): ReadonlyMap<string, string> {
    let names = this.#enumerators.get(type);
    if (names === undefined) {
      const all = this.#btf.enumerators(type);
      // Of several names for a value the first.
      names = new Map(all.reverse().map(({ name, value }) => [`${value}`, name]));
      this.#enumerators.set(type, names);
    }
    return names;
  }

  /** Undefined where they are not there, or no number that C has. */
  #bits(bit: number, count: number): bigint | undefined {
    const { bytes, order } = this.#view;
    const first = Math.floor(bit / 8);
    const end = Math.ceil((bit + count) / 8);
    if (count === 0 || count > 128 || end > bytes.length) return undefined;
    let value = 0n;
    for (let i = first; i < end; i++) {
      const at = order === 'big' ? i : end - 1 - (i - first);
      value = (value << 8n) | BigInt(bytes[at]!);
    }
    // Big-endian bit-fields are counted from the highest bit.
    const shift = order === 'big' ? end * 8 - bit - count : bit - first * 8;
    return BigInt.asUintN(count, value >> BigInt(shift));
  }

  /** Bytes from `start` up to the last that is not zero, before `end`. */
  #usedBytes(start: number, end: number): number {
    const { bytes } = this.#view;
    let used = Math.min(end, bytes.length);
    while (used > start && bytes[used - 1] === 0) used--;
    return Math.max(0, used - start);
  }
}
