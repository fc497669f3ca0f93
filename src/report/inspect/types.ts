/**
 * What `inspect` says of an object. It is plain data, and the document that `bpfld inspect --json` prints:
 * docs/inspect.md describes it, so a change here is a change there.
 *
 * Sizes and offsets are in bytes. What is not known or does not apply is null; no field is ever left out.
 */

export interface Inspection {
  /** As it was given. */
  readonly path: string;
  readonly size: number;
  readonly byteOrder: 'little' | 'big';
  /** Null for a file of BTF alone, such as /sys/kernel/btf/vmlinux: of it there are types and nothing else. */
  readonly machine: 'EM_BPF' | 'EM_NONE' | null;
  /** The compilers and assemblers that `.comment` names. */
  readonly producers: readonly string[];
  /** Whose rules the addends follow: GNU as counts the symbol's value in, LLVM does not. */
  readonly assembler: 'llvm' | 'gnu' | 'unknown';
  /** The text of section `license`. */
  readonly license: string | null;
  /** In the order of the section table, then of their offsets; programs and what they call alike. */
  readonly functions: readonly FunctionReport[];
  readonly maps: readonly MapReport[];
  readonly data: readonly DataSectionReport[];
  readonly externs: readonly ExternReport[];
  readonly sections: readonly SectionReport[];
  readonly symbols: readonly SymbolReport[];
  /** In the order of sections, then of offsets. */
  readonly relocations: readonly RelocationReport[];
  /** Null where the object has no BTF, or a damaged one. */
  readonly btf: BtfReport | null;
  /** All code, cut into functions; null where it was not asked for. */
  readonly code: readonly CodeReport[] | null;
}

export type Binding = 'local' | 'global' | 'weak';
export type Visibility = 'default' | 'internal' | 'hidden' | 'protected';

export interface FunctionReport {
  /** Code without a symbol is called by its place: `.text+0x40`. */
  readonly name: string;
  /** A program is for a loader to load, a subprogram for programs to call. */
  readonly role: 'program' | 'subprogram';
  readonly section: string;
  readonly offset: number;
  readonly size: number;
  /** As the kernel counts them: an `ld_imm64` is two. */
  readonly instructions: number;
  /** Null without a symbol. */
  readonly binding: Binding | null;
  readonly visibility: Visibility | null;
  /** Other names of the same place. */
  readonly aliases: readonly string[];
  readonly program: ProgramReport | null;
  /** The C prototype, from BTF. */
  readonly declaration: string | null;
  /** Where it begins, from line info. */
  readonly source: SourceReport | null;
  /** Functions of this and other objects. */
  readonly calls: readonly FunctionReference[];
  /** Functions whose address it takes. */
  readonly callbacks: readonly FunctionReference[];
  /** `bpf_map_lookup_elem`; `helper#999` for a number that the kernel's header does not have. */
  readonly helpers: readonly string[];
  readonly kfuncs: readonly string[];
  readonly maps: readonly string[];
  /** Variables and constants that it refers to. */
  readonly data: readonly string[];
  readonly stack: StackReport;
}

export interface FunctionReference {
  readonly name: string;
  /** Where it begins; null for a function that another object is to define. */
  readonly section: string | null;
  readonly offset: number | null;
}

/** What libbpf makes of a program by the name of its section; null for a name that it does not know. */
export interface ProgramReport {
  /** `enum bpf_prog_type` in lower case: `sched_cls`. */
  readonly type: string;
  /** `enum bpf_attach_type` in lower case, where the name says it. */
  readonly attach: string | null;
  readonly sleepable: boolean;
  /** False for names that begin with `?`. */
  readonly autoload: boolean;
}

export interface StackReport {
  /** Of the function's own frame. */
  readonly own: number;
  /** False where it may reach deeper than that: an offset is not known, or an undefined function has its address. */
  readonly known: boolean;
  /** With the deepest chain of calls, frames rounded up to 32 as the kernel does; null for recursion. */
  readonly withCalls: number | null;
}

export interface SourceReport {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line's text, trimmed; empty where BTF does not carry it. */
  readonly text: string;
}

export interface MapReport {
  readonly name: string;
  readonly section: string;
  readonly offset: number;
  /** `btf`: a variable of `.maps` whose type is the definition; `legacy`: a struct bpf_map_def or bpf_elf_map. */
  readonly style: 'btf' | 'legacy';
  /** Null where the definition cannot be read (`.maps` without BTF). */
  readonly definition: MapDefinitionReport | null;
}

export interface MapDefinitionReport {
  /** Of `enum bpf_map_type`. */
  readonly type: number;
  /** `hash`; null for a number that is not known. */
  readonly typeName: string | null;
  readonly key: MapSideReport;
  readonly value: MapSideReport;
  readonly maxEntries: number;
  readonly flags: number;
  /** `BPF_F_NO_PREALLOC`; a bit without a name is `0x...`. */
  readonly flagNames: readonly string[];
  readonly pinning: number;
  readonly numaNode: number;
  readonly mapExtra: number;
  /** What the slots of a map of maps hold, where the definition says so. */
  readonly inner: MapDefinitionReport | null;
  /** What slots hold from the start: maps or programs, by slot. */
  readonly initial: readonly InitialSlot[];
  /** tc's fields. */
  readonly legacy: LegacyReport | null;
}

export interface MapSideReport {
  readonly size: number;
  /** In C, where BTF says it. */
  readonly type: string | null;
}

export interface InitialSlot {
  readonly index: number;
  readonly name: string;
}

export interface LegacyReport {
  readonly id: number;
  readonly innerId: number;
  readonly innerIndex: number;
}

export interface DataSectionReport {
  readonly name: string;
  readonly size: number;
  readonly writable: boolean;
  /** Takes no room in the file. */
  readonly zero: boolean;
  /** By offset. */
  readonly variables: readonly VariableReport[];
}

export interface VariableReport {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly binding: Binding;
  /** In C, where BTF says it. */
  readonly declaration: string | null;
  /** All its bytes in hexadecimal, as they stand in the file; null where all are zeroes. */
  readonly initial: string | null;
  /**
   * The same in C: `-3`, `{.port = 80, .name = "eth0"}`, with names for addresses; a string or bytes in quotes
   * where BTF does not tell its type. `...` stands for what is behind about 4,096 characters. Null for runs of
   * zeroes that are no number, and for addresses without a type.
   */
  readonly value: string | null;
  /** The addresses that it holds from the start. */
  readonly addresses: readonly AddressReport[];
}

export interface AddressReport {
  /** In the variable. */
  readonly offset: number;
  /** Of what is there: `my_function`, `.rodata+0x18`. */
  readonly name: string;
}

export interface ExternReport {
  readonly name: string;
  readonly kind: 'function' | 'variable' | 'unknown';
  /** `.ksyms`, `.kconfig`, another section that BTF says it is in, or null: another object has to define it. */
  readonly section: string | null;
  readonly weak: boolean;
  readonly declaration: string | null;
}

export interface SectionReport {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** `SHF_ALLOC` and so on, without the prefix, in lower case. */
  readonly flags: readonly string[];
  readonly size: number;
  readonly align: number;
  readonly entsize: number;
  readonly link: number;
  readonly info: number;
  /** How many relocations apply to it. */
  readonly relocations: number;
}

export interface SymbolReport {
  readonly index: number;
  /** A section symbol has the name of its section. */
  readonly name: string;
  /** Offset in the section; the alignment of a common symbol. */
  readonly value: number;
  readonly size: number;
  readonly type: string;
  readonly binding: Binding;
  readonly visibility: Visibility;
  readonly place: 'undefined' | 'section' | 'absolute' | 'common';
  /** Where `place` is `section`. */
  readonly section: string | null;
}

export interface RelocationReport {
  /** The section that is relocated. */
  readonly section: string;
  readonly offset: number;
  /** `R_BPF_64_64`. */
  readonly type: string;
  readonly typeNumber: number;
  readonly symbol: string;
  readonly symbolIndex: number;
  /**
   * What it asks for: `imm64`, `abs64`, `abs32` are S + A, `call` is (S + A - P) / 8 - 1, `pcrel32` is
   * S + A - P, `branch` is a jump inside the section. Null where it makes no sense, which a diagnostic explains.
   */
  readonly form: 'imm64' | 'call' | 'abs64' | 'abs32' | 'pcrel32' | 'branch' | null;
  /** A, in bytes. */
  readonly addend: number | null;
  /** Whether A stands in the entry (RELA), not in the place. */
  readonly explicit: boolean;
  /** What stands in the place where A is implicit; a call's counts instructions. */
  readonly stored: number | null;
  readonly target: TargetReport | null;
}

/** What is at S + A. */
export interface TargetReport {
  /** `string`: text in read-only data. */
  readonly kind:
    | 'map'
    | 'function'
    | 'variable'
    | 'constant'
    | 'string'
    | 'section'
    | 'undefined'
    | 'absolute'
    | 'common';
  /** Of what is undefined `.ksyms`, `.kconfig`, where BTF says so. */
  readonly section: string | null;
  /** In the section. */
  readonly offset: number | null;
  /** The symbol that covers the place, and how far into it the place is. */
  readonly symbol: string | null;
  readonly symbolOffset: number | null;
  /** The value there, of strings and constants: as `value` of variables, and long ones are cut. */
  readonly content: string | null;
}

export interface BtfReport {
  readonly size: number;
  readonly typeCount: number;
  readonly stringSize: number;
  /** How many types of each kind: `{ "struct": 12, ... }`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** DATASECs. */
  readonly sections: readonly BtfSectionReport[];
  /** Numbers of records in `.BTF.ext`; null without it. */
  readonly ext: BtfExtReport | null;
  /** All types as C; null where it was not asked for. */
  readonly c: string | null;
}

export interface BtfSectionReport {
  readonly name: string;
  readonly size: number;
  readonly variables: readonly BtfVariableReport[];
}

export interface BtfVariableReport {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly linkage: 'static' | 'global' | 'extern';
  readonly declaration: string;
}

export interface BtfExtReport {
  readonly functions: number;
  readonly lines: number;
  readonly coreRelocations: number;
}

/** The code of one function. */
export interface CodeReport {
  readonly name: string;
  readonly section: string;
  readonly offset: number;
  readonly size: number;
  readonly instructions: readonly InstructionReport[];
}

export interface InstructionReport {
  /** In the section. */
  readonly offset: number;
  /** In hexadecimal, as they stand in the object: 16 digits, or 32 for an `ld_imm64`. */
  readonly bytes: string;
  readonly text: string;
  /** A name for the place, where a branch leads here. */
  readonly label: string | null;
  /** The source line, where it is another than that of the instruction before. */
  readonly source: SourceReport | null;
  /** Remarks: what a relocation refers to, what CO-RE puts in. */
  readonly notes: readonly string[];
}
