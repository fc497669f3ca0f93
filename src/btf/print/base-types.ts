/**
 * The C that stands for INT and FLOAT types. Their names are those of the source language: `long unsigned
 * int` is C as it is, `u32` of Rust or a `long double` of another machine is not, and gets a substitute of
 * the same size.
 */

/** A C type of BPF's ABI. */
export interface BaseType {
  readonly text: string;
  /** Bytes. */
  readonly align: number;
}

/** Sizes of what standard names mean on BPF, by their words in alphabetical order without `signed`. */
const INTEGER_SIZES: ReadonlyMap<string, number> = new Map([
  ['_Bool', 1],
  ['char', 1],
  ['short', 2],
  ['int short', 2],
  ['int', 4],
  ['', 4],
  ['long', 8],
  ['int long', 8],
  ['long long', 8],
  ['int long long', 8],
  ['__int128', 16],
]);

/** Whether C means an integer of `size` bytes by `name`, in any order of its words. */
export function isStandardInteger(name: string, size: number, signed: boolean): boolean {
  const words = name.split(' ').sort();
  const signs = words.filter((word) => word === 'signed' || word === 'unsigned');
  const rest = words.filter((word) => word !== 'signed' && word !== 'unsigned').join(' ');
  if (name === '' || signs.length > 1 || (rest === '_Bool' && signs.length > 0)) return false;
  // Whether a plain `char` has a sign is a matter of the compiler.
  const either = rest === '_Bool' || (rest === 'char' && signs.length === 0);
  const fits = either || (signs[0] !== 'unsigned') === signed;
  return fits && INTEGER_SIZES.get(rest) === size;
}

export function isStandardFloat(name: string, size: number): boolean {
  return (name === 'float' && size === 4) || (name === 'double' && size === 8);
}

export function substituteInteger(size: number, signed: boolean, bool: boolean): BaseType {
  if (bool && size === 1) return { text: '_Bool', align: 1 };
  const name = { 1: 'char', 2: 'short', 4: 'int', 8: 'long', 16: '__int128' }[size];
  if (name === undefined) return bytes(size);
  return { text: `${signed ? 'signed' : 'unsigned'} ${name}`, align: size };
}

/** BPF has no arithmetic for floats, so only their place matters. */
export function substituteFloat(size: number): BaseType {
  if (size === 4) return { text: 'float', align: 4 };
  if (size === 8) return { text: 'double', align: 8 };
  return size === 2 || size === 16 ? substituteInteger(size, false, false) : bytes(size);
}

function bytes(size: number): BaseType {
  return { text: `struct { unsigned char bytes[${size}]; }`, align: 1 };
}
