/**
 * Runs a program of an object as the kernel would after a loader that can do everything: sections lie in
 * memory, every relocation is applied, functions have frames, the packet is there, and helpers do what
 * matters here. What can be seen from outside is gathered, so that a lowered program can be compared with
 * its original.
 *
 * A run faults where the verifier would have refused the program: an access outside of every object, a read
 * of stack bytes that were not written, a write to read-only data.
 */
import { alignUp, type ByteOrder, ByteView } from '../../../src/base/bytes.ts';
import { Code } from '../../../src/bpf/code.ts';
import { type HelperArgument, helperById } from '../../../src/bpf/helpers.ts';
import { SHF, SHT, STB } from '../../../src/elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../src/elf/types.ts';
import { compute, size, taken } from '../../bpf/machine.ts';

const MASK = (1n << 64n) - 1n;
const FRAME = 512;
const MOST_FRAMES = 8;
const MOST_STEPS = 20_000;
const MOST_SHOWN = 512;
/** What r1 to r5 hold after a call. */
const CLOBBERED = 0xbad_0000n;

export interface Outcome {
  readonly status: 'exited' | 'faulted' | 'endless';
  /** The low 32 bits of r0, which is what a program returns. */
  readonly result: number;
  /** Helper calls with their arguments, memory by its content. */
  readonly events: readonly string[];
  /** Packet, maps and writable sections afterwards, in hex. */
  readonly memory: Readonly<Record<string, string>>;
}

interface Region {
  readonly name: string;
  readonly base: bigint;
  readonly view: ByteView;
  readonly writable: boolean;
  /** Which bytes were written; undefined where all may be read. */
  readonly written: Uint8Array | undefined;
}

interface Frame {
  readonly code: Code;
  readonly section: ElfSection;
  readonly returnTo: number;
  readonly saved: readonly bigint[];
  readonly region: Region;
}

class Fault extends Error {}

/** `spread` moves all data, so that what depends on addresses differs. */
export function run(object: ElfObject, program: string, packet: Uint8Array, spread = 0n): Outcome {
  const section = object.sections.find(
    ({ name, flags }) => name === program && (flags & SHF.EXECINSTR) !== 0,
  );
  if (section === undefined) throw new Error(`no program ${program}`);
  return new Interpreter(object, packet, spread).run(section);
}

class Interpreter {
  readonly #object: ElfObject;
  readonly #order: ByteOrder;
  readonly #regions: Region[] = [];
  readonly #sections = new Map<number, Region>();
  readonly #codes = new Map<number, Code>();
  readonly #elements = new Map<string, Region>();
  readonly #registers: bigint[] = new Array<bigint>(11).fill(0xdead_0000_0000n);
  readonly #frames: Frame[] = [];
  readonly #events: string[] = [];
  readonly #packet: Region;
  readonly #context: Region;
  #next: bigint;
  #seed = 1;

  constructor(object: ElfObject, packet: Uint8Array, spread: bigint) {
    this.#object = object;
    this.#order = object.order;
    this.#next = 0x1000_0000n + spread;
    for (const section of object.sections) {
      if (section.type !== SHT.PROGBITS && section.type !== SHT.NOBITS) continue;
      const bytes = section.type === SHT.NOBITS ? new Uint8Array(section.size) : section.bytes;
      const writable = (section.flags & SHF.WRITE) !== 0 && !section.name.startsWith('maps');
      const region = this.#allocate(section.name, bytes.slice(), writable);
      this.#sections.set(section.index, region);
    }
    this.#packet = this.#allocate('packet', packet.slice(), true);
    this.#context = this.#allocate('context', new Uint8Array(192), true);
    this.#context.view.setU32(0, packet.length);
    for (const section of object.sections) {
      if (section.type === SHT.PROGBITS) this.#relocate(section);
    }
  }

  #allocate(name: string, bytes: Uint8Array, writable: boolean, stack = false): Region {
    const view = new ByteView(bytes, this.#order);
    const written = stack ? new Uint8Array(bytes.length) : undefined;
    const region = { name, base: this.#next, view, writable, written };
    this.#next += BigInt(alignUp(bytes.length, 16) + 0x1000);
    this.#regions.push(region);
    return region;
  }

  #relocate(section: ElfSection): void {
    const { view } = this.#sections.get(section.index)!;
    const executable = (section.flags & SHF.EXECINSTR) !== 0;
    for (const { offset, symbol: index } of this.#object.relocations.get(section.index) ?? []) {
      const symbol = this.#object.symbols[index]!;
      const target = symbol.place === 'section' ? this.#sections.get(symbol.section) : undefined;
      const base = (target?.base ?? 0n) + BigInt(symbol.value);
      const call = executable && view.u8(offset) === 0x85;
      if (call) {
        if (target === undefined) continue;
        const to = target.base + BigInt(symbol.value + (view.i32(offset + 4) + 1) * 8);
        const from = this.#sections.get(section.index)!.base + BigInt(offset + 8);
        view.setU32(offset + 4, Number((to - from) / 8n));
        view.setU8(offset + 1, view.u8(offset + 1) | (this.#order === 'little' ? 0x10 : 0x01));
      } else if (executable) {
        const value = base + BigInt(view.i32(offset + 4));
        view.setInteger(offset + 4, 4, value);
        view.setInteger(offset + 12, 4, value >> 32n);
      } else if (view.has(offset, 8)) {
        const place = this.#sections.get(section.index)!.base + BigInt(offset);
        if (target !== undefined) {
          view.setInteger(offset, 4, base + BigInt(view.i32(offset)) - place);
        }
      }
    }
  }

  run(section: ElfSection): Outcome {
    this.#registers[1] = this.#context.base;
    this.#enter(section, 0);
    const entry = this.#object.symbols.find(
      (symbol) => symbol.section === section.index && symbol.binding === STB.GLOBAL,
    );
    let pc: number | undefined = (entry?.value ?? 0) / 8;
    let status: Outcome['status'] = 'endless';
    try {
      for (let step = 0; step < MOST_STEPS && pc !== undefined; step++) pc = this.#step(pc);
      if (pc === undefined) status = 'exited';
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      status = 'faulted';
      this.#events.push(thrown.message);
    }
    const shown = [this.#packet, ...this.#elements.values(), ...this.#sections.values()].filter(
      ({ writable }) => writable,
    );
    return {
      status,
      result: Number(BigInt.asUintN(32, this.#registers[0]!)),
      events: this.#events,
      memory: Object.fromEntries(shown.map(({ name, view }) => [name, hex(view.bytes)])),
    };
  }

  #enter(section: ElfSection, returnTo: number): void {
    if (this.#frames.length === MOST_FRAMES) throw new Fault('too many frames');
    const region = this.#allocate('frame', new Uint8Array(FRAME).fill(0xee), true, true);
    const saved = this.#registers.slice(6, 11);
    this.#frames.push({ code: this.#codeOf(section), section, returnTo, saved, region });
    this.#registers[10] = region.base + BigInt(FRAME);
  }

  #codeOf(section: ElfSection): Code {
    let code = this.#codes.get(section.index);
    if (code === undefined) {
      const { bytes } = this.#sections.get(section.index)!.view;
      const decoded = Code.decode(bytes, this.#order, { file: 'run', section: section.name });
      if (decoded.code === undefined) throw new Fault('not code');
      code = decoded.code;
      this.#codes.set(section.index, code);
    }
    return code;
  }

  /** Runs the instruction at `pc`; gives the next one, undefined after the last. */
  #step(pc: number): number | undefined {
    const { code } = this.#frames.at(-1)!;
    if (pc < 0 || pc >= code.length) throw new Fault('left the code');
    const registers = this.#registers;
    const instruction = code.at(pc);
    const { opcode, dst, src, offset, imm } = instruction;
    const next = code.next(pc);
    const kind = opcode & 7;
    if (opcode === 0x18) registers[dst] = code.imm64(pc);
    else if (kind === 4 || kind === 7) {
      registers[dst] = compute(instruction, registers[dst]!, registers[src]!, this.#order);
    } else if (kind === 1) {
      const width = size(opcode);
      const value = this.#load(registers[src]!, offset, width);
      const signed = (opcode & 0xe0) === 0x80;
      registers[dst] = signed ? BigInt.asUintN(64, BigInt.asIntN(width * 8, value)) : value;
    } else if (kind === 2) this.#store(registers[dst]!, offset, size(opcode), BigInt(imm));
    else if (kind === 3 && (opcode & 0xe0) === 0xc0) this.#atomic(opcode, dst, src, offset, imm);
    else if (kind === 3) this.#store(registers[dst]!, offset, size(opcode), registers[src]!);
    else if (opcode === 0x85) return this.#call(pc, src, imm);
    else if (opcode === 0x95) return this.#exit();
    else if (opcode === 0x05) return pc + 1 + offset;
    else if (opcode === 0x06) return pc + 1 + imm;
    else if ((kind === 5 || kind === 6) && opcode !== 0xe5) {
      const operand = opcode & 8 ? registers[src]! : BigInt.asUintN(64, BigInt(imm));
      this.#checkOrder(opcode, registers[dst]!, operand);
      if (taken(opcode, registers[dst]!, operand)) return pc + 1 + offset;
    } else throw new Fault(`opcode ${opcode}`);
    return next;
  }

  #exit(): number | undefined {
    const { returnTo, saved } = this.#frames.pop()!;
    this.#regions.pop();
    saved.forEach((value, i) => {
      this.#registers[6 + i] = value;
    });
    this.#registers.fill(CLOBBERED, 1, 6);
    return this.#frames.length === 0 ? undefined : returnTo;
  }

  /** Which of two objects lies before the other is nobody's to know. */
  #checkOrder(opcode: number, left: bigint, right: bigint): void {
    const equality = (opcode & 0xf0) === 0x10 || (opcode & 0xf0) === 0x50;
    const at = (address: bigint) =>
      this.#regions.findLastIndex(({ base }) => address >= base - 512n && address < base + 0x1000n);
    if (equality || at(left) < 0 || at(right) < 0) return;
    if (this.#regions[at(left)] !== this.#packet) throw new Fault('order of addresses');
  }

  #find(address: bigint, width: number): { region: Region; at: number } {
    for (const region of this.#regions) {
      const at = address - region.base;
      if (at >= 0n && at + BigInt(width) <= BigInt(region.view.length)) {
        return { region, at: Number(at) };
      }
    }
    throw new Fault('access outside of everything');
  }

  #load(base: bigint, offset: number, width: 1 | 2 | 4 | 8): bigint {
    const { region, at } = this.#find((base + BigInt(offset)) & MASK, width);
    // The kernel rewrites accesses to data and data_end of struct __sk_buff.
    if (region === this.#context && at === 76) return this.#packet.base;
    if (region === this.#context && at === 80) {
      return this.#packet.base + BigInt(this.#packet.view.length);
    }
    checkWritten(region, at, width);
    return region.view.unsigned(at, width);
  }

  #store(base: bigint, offset: number, width: 1 | 2 | 4 | 8, value: bigint): void {
    const { region, at } = this.#find((base + BigInt(offset)) & MASK, width);
    if (!region.writable) throw new Fault(`write to ${region.name}`);
    region.view.setInteger(at, width, value);
    region.written?.fill(1, at, at + width);
  }

  #atomic(opcode: number, dst: number, src: number, offset: number, imm: number): void {
    const registers = this.#registers;
    const width = size(opcode);
    const narrow = (value: bigint) => BigInt.asUintN(width * 8, value);
    if (imm === 0x100) {
      registers[dst] = this.#load(registers[src]!, offset, width);
      return;
    }
    const operand = registers[src]!;
    const old = imm === 0x110 ? 0n : this.#load(registers[dst]!, offset, width);
    const changed: Record<number, bigint> = {
      0: old + operand,
      64: old | operand,
      80: old & operand,
      160: old ^ operand,
      224: operand,
      272: operand,
      240: old === narrow(registers[0]!) ? operand : old,
    };
    const value = changed[imm & ~1];
    if (value === undefined) throw new Fault('atomic operation');
    this.#store(registers[dst]!, offset, width, value);
    if (imm === 0xf1) registers[0] = old;
    else if ((imm & 1) !== 0) registers[src] = old;
  }

  #call(pc: number, src: number, imm: number): number {
    const registers = this.#registers;
    if (src === 1) {
      const { section } = this.#frames.at(-1)!;
      const to = this.#sections.get(section.index)!.base + BigInt((pc + 1 + imm) * 8);
      const { region, at } = this.#find(to, 8);
      const [index] = [...this.#sections].find(([, one]) => one === region) ?? [0];
      this.#enter(this.#object.sections[index]!, pc + 1);
      return at / 8;
    }
    registers[0] = this.#helper(imm);
    registers.fill(CLOBBERED, 1, 6);
    return pc + 1;
  }

  #helper(id: number): bigint {
    const helper = helperById(id);
    if (helper === undefined) throw new Fault(`helper ${id}`);
    const map = this.#mapAt(this.#registers[1]!) ?? this.#mapAt(this.#registers[2]!);
    const takesMap = helper.arguments.some(({ kind }) => kind === 'map');
    if (takesMap && map === undefined) throw new Fault('no map');
    const shown = helper.arguments.map((argument, i) => this.#show(argument, i + 1, map));
    // What stands in the registers that a format does not ask for is nobody's business.
    if (id === 6) shown.splice(2 + (shown[0]!.match(/25/g) ?? []).length);
    this.#events.push(`${helper.name}(${shown.join(', ')})`);
    if (id === 1 && map !== undefined) return this.#element(map, shown[1]!).base;
    if (id === 2 && map !== undefined) {
      const { view } = this.#element(map, shown[1]!);
      const { region, at } = this.#find(this.#registers[3]!, view.length);
      checkWritten(region, at, view.length);
      view.bytes.set(region.view.bytes.subarray(at, at + view.length));
    }
    if (id === 9) {
      const [from, length] = [this.#registers[3]!, Number(this.#registers[4]!)];
      const to = Number(this.#registers[2]!);
      if (to + length > this.#packet.view.length) return MASK;
      const { region, at } = this.#find(from, length);
      this.#packet.view.bytes.set(region.view.bytes.subarray(at, at + length), to);
    }
    if (id === 26) {
      const length = Number(this.#registers[4]!);
      for (let i = 0; i < length; i++) this.#store(this.#registers[3]!, i, 1, BigInt(i * 29 + 7));
    }
    return id === 5 || id === 7 ? BigInt(this.#seed++ * 40503) : 0n;
  }

  /** The map whose definition is at the address. */
  #mapAt(address: bigint): { name: string; key: number; value: number } | undefined {
    const index = this.#object.sections.findIndex(({ name }) => name === 'maps');
    const region = this.#sections.get(index);
    if (region === undefined || address < region.base) return undefined;
    const at = Number(address - region.base);
    if (!region.view.has(at, 16)) return undefined;
    const symbol = this.#object.symbols.find(
      ({ section, value, name }) => section === index && value === at && name !== '',
    );
    const name = symbol?.name ?? `map+${at}`;
    return { name, key: region.view.u32(at + 4), value: region.view.u32(at + 8) };
  }

  #element(map: { name: string; value: number }, key: string): Region {
    const name = `${map.name}[${key}]`;
    let region = this.#elements.get(name);
    if (region === undefined) {
      region = this.#allocate(name, new Uint8Array(map.value), true);
      this.#elements.set(name, region);
      // Frames stay last, since they are popped.
      const own = this.#regions.pop()!;
      this.#regions.unshift(own);
    }
    return region;
  }

  #show(
    argument: HelperArgument,
    register: number,
    map: { key: number; value: number } | undefined,
  ): string {
    const value = this.#registers[register]!;
    if (argument.kind === 'number') return `${value}`;
    if (argument.kind === 'map') return this.#mapAt(value)?.name ?? 'map';
    if (argument.kind !== 'memory') {
      return this.#regions.some((region) => value >= region.base && value < region.base + 0x1000n)
        ? 'address'
        : `${value}`;
    }
    const { size: how } = argument;
    const length =
      how?.kind === 'bytes'
        ? how.bytes
        : how?.kind === 'argument'
          ? Number(this.#registers[how.argument]!)
          : how?.kind === 'map-key'
            ? (map?.key ?? 0)
            : (map?.value ?? 0);
    if (!(length <= MOST_SHOWN)) throw new Fault('size of an argument');
    if (length === 0) return 'nothing';
    const { region, at } = this.#find(value, length);
    if (argument.access === 'write') return `${length} bytes`;
    checkWritten(region, at, length);
    return hex(region.view.bytes.subarray(at, at + length));
  }
}

function checkWritten({ written }: Region, at: number, width: number): void {
  if (written?.subarray(at, at + width).includes(0)) throw new Fault('read of unwritten stack');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
