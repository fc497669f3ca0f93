/**
 * Programs as a loader is about to hand them to the kernel, in a form in which two loaders' can be compared: what
 * each instruction is by itself, and, apart from that, what it refers to.
 */

/** What an instruction refers to; places in code are indices into the same `Code`. */
export type Reference =
  | { readonly kind: 'map'; readonly name: string }
  | { readonly kind: 'data'; readonly section: string; readonly offset: number }
  | { readonly kind: 'call' | 'address'; readonly to: number }
  /** A function or variable of the kernel, by a number or a name of the loader's own. */
  | { readonly kind: 'kernel'; readonly what: string };

export interface Instruction {
  /** In hex, without what the reference says. */
  readonly text: string;
  readonly reference?: Reference;
  /** The loader rewrites it for the running kernel (CO-RE) only later, so it says nothing yet. */
  readonly unfinished?: true;
  /** The loader puts a variable's address of the kernel here only later, or it is a plain 0. */
  readonly mayBeKernel?: true;
}

/** By slots of eight bytes; undefined is the second half of a wide instruction. */
export type Code = readonly (Instruction | undefined)[];

const WIDE = 0x18;
const CALL = 0x85;

/** `BPF_PSEUDO_...` of wide loads, and of calls. */
export const pseudo = { map: 1, data: 2, kernelVariable: 3, address: 4 } as const;
export const pseudoCall = { local: 1, kernel: 2 } as const;

/** What a descriptor in code stands for: a map's name, or the section of data that a map was made of. */
export type Descriptors = ReadonlyMap<number, { readonly map: string } | { readonly data: string }>;

/** Code of which all references are resolved, in hex. */
export function readCode(hex: string, descriptors: Descriptors): Code {
  const bytes = Buffer.from(hex, 'hex');
  const code: (Instruction | undefined)[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const wide = bytes[at] === WIDE && at + 16 <= bytes.length;
    code.push(readInstruction(bytes.subarray(at, at + (wide ? 16 : 8)), at / 8, descriptors));
    if (!wide) continue;
    code.push(undefined);
    at += 8;
  }
  return code;
}

function readInstruction(bytes: Buffer, index: number, descriptors: Descriptors): Instruction {
  const source = bytes[1]! >> 4;
  const imm = bytes.readInt32LE(4);
  const without = bytes.toString('hex', 0, 4);
  if (bytes.length === 16) {
    if (source === pseudo.address) {
      return { text: without, reference: { kind: 'address', to: index + 1 + imm } };
    }
    if (source === pseudo.kernelVariable) {
      return { text: without.slice(0, 2), reference: { kind: 'kernel', what: `${imm}` } };
    }
    if (source === 0 && isKernelAddress(bytes)) {
      return { text: without, reference: { kind: 'kernel', what: bytes.toString('hex', 4) } };
    }
    if (source === pseudo.map || source === pseudo.data) {
      const found = descriptors.get(imm);
      const reference = found && mapReference(found, bytes.readInt32LE(12));
      // The same for sections of data whichever way they are referred to: the text has the source register.
      if (reference !== undefined) return { text: without, reference };
    }
  }
  if (bytes[0] === CALL && source === pseudoCall.local) {
    return { text: without, reference: { kind: 'call', to: index + 1 + imm } };
  }
  if (bytes[0] === CALL && source === pseudoCall.kernel) {
    return { text: without.slice(0, 4), reference: { kind: 'kernel', what: `${imm}` } };
  }
  return { text: bytes.toString('hex') };
}

/** Addresses of the kernel's image and modules, as constants of programs hardly are. */
function isKernelAddress(bytes: Buffer): boolean {
  return bytes.readUInt32LE(12) === 0xffffffff && bytes.readUInt32LE(4) >= 0x80000000;
}

function mapReference(
  found: { readonly map: string } | { readonly data: string },
  offset: number,
): Reference {
  return 'map' in found
    ? { kind: 'map', name: found.map }
    : { kind: 'data', section: found.data, offset };
}

/** The section of which libbpf made an internal map: `.rodata` of `object.rodata`; undefined of other maps. */
export function sectionOfMap(name: string): string | undefined {
  if (name.startsWith('.')) return name;
  return /\.(rodata|data|bss|kconfig)$/.exec(name)?.[0];
}
