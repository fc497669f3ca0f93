/**
 * Why a loader may do something else with a linked object than libbpf with the original, and why bpfld may refuse
 * what could not be shown to go wrong. Everything else fails the test.
 */
import type { ObjectFile } from '../parity/object-file.ts';
import type { LibbpfObject } from '../support/libbpf-code.ts';
import type { Fault } from './fault.ts';

export interface Subject {
  readonly name: string;
  readonly profile: string;
  readonly file: ObjectFile;
  readonly original: LibbpfObject;
  /** The codes of what bpfld warned of. */
  readonly warnings: readonly string[];
}

export interface Reason {
  readonly name: string;
  readonly why: string;
  readonly allows: (fault: Fault, subject: Subject) => boolean;
}

export function reasonFor(fault: Fault, subject: Subject): Reason | undefined {
  return reasons.find(({ allows }) => allows(fault, subject));
}

/** Found by running the original again: run.ts. */
export const neverTheSame: Reason = {
  name: 'never the same',
  why: 'the original gives other results each time that it is loaded: of the time, of chance, or of what it finds on the stack',
  allows: () => false,
};

export const reasons: readonly Reason[] = [
  {
    name: 'pointers in data',
    why: 'libbpf leaves relocations of data alone, so that what they are for stays zero; bpfld resolves those that it can',
    allows: ({ aspect, where }, { file }) =>
      aspect === 'data' && (file.relocations.get(where) ?? []).length > 0,
  },
  {
    name: 'RELA',
    why: 'libbpf passes over relocations of this form, and what they are for stays zero; bpfld resolves them',
    allows: ({ aspect }, { file }) =>
      aspect === 'code' && file.sections.some(({ name }) => name.startsWith('.rela')),
  },
  {
    name: 'numbers of types',
    why: 'the program returns the number of one of its types (bpf_core_type_id_local), and a link numbers types anew',
    allows: ({ aspect }, { name }) => aspect === 'run' && /^fixtures\/type-ids\//.test(name),
  },
  {
    name: 'types that the kernel lacks',
    why: 'of a CO-RE relocation to a type that the kernel does not have libbpf makes 0, cilium/ebpf an instruction that the kernel refuses, and aya an error',
    allows: ({ aspect, text }) =>
      (aspect === 'load' && text.includes('instruction poisoned by CO-RE')) ||
      (aspect === 'object' && /applying relocation `Type\w+` missing target BTF info/.test(text)),
  },
  {
    name: 'system calls wrapped',
    why: 'cilium/ebpf asks the tracing files for LINUX_HAS_SYSCALL_WRAPPER, which a kernel without kprobes has not',
    allows: ({ aspect, text }) =>
      aspect === 'load' && /LINUX_HAS_SYSCALL_WRAPPER.* neither debugfs nor tracefs/s.test(text),
  },
  {
    name: 'operations that lack some',
    why: 'the kernel takes no struct_ops of tcp_congestion_ops without the required ones; cilium/ebpf puts them in with the maps, libbpf when it attaches them',
    allows: ({ aspect, text }, { original: { maps = [] } }) =>
      aspect === 'load' &&
      text.startsWith('update: invalid argument') &&
      maps.some(({ type }) => type === 'struct_ops'),
  },
  {
    name: 'program arrays emptied',
    why: 'the kernel empties a program array that is not pinned when tc ends, of which bpfld warns (TC-025, TCL-006)',
    allows: ({ aspect }, { warnings }) =>
      aspect === 'run' && (warnings.includes('TC-025') || warnings.includes('TCL-006')),
  },
  {
    name: 'CO-RE not applied',
    why: "tc's loader applies no CO-RE relocations, of which bpfld warns (BTF-006)",
    allows: ({ aspect }, { warnings }) =>
      ['load', 'run'].includes(aspect) && warnings.includes('BTF-006'),
  },
  {
    name: 'tail calls in functions',
    why: 'the kernel wants BTF for tail calls in functions that are called, and the legacy loader gives it none',
    allows: ({ aspect, text }, { profile }) =>
      profile === 'tc' &&
      aspect === 'load' &&
      text.includes('tail_call is not allowed in subprogs without BTF'),
  },
  {
    name: 'distances between constants',
    why: 'the assembler has resolved what ties two constants together, so bpfld puts one on the stack without the other, and the verifier refuses the program',
    allows: ({ aspect, text }, { name, profile }) =>
      profile === 'tc' &&
      name === 'fixtures/aya/pools.o' &&
      aspect === 'load' &&
      text.includes('invalid read from stack'),
  },
  {
    name: 'optional function',
    why: "libbpf 1.1 does not know flavors of the kernel's functions, and takes one that may be missing for missing",
    allows: ({ aspect }, { profile, name }) =>
      profile === 'tc-libbpf@1.1' && aspect === 'run' && name.endsWith('/weak-flavor.o'),
  },
  {
    name: 'ring buffers',
    why: 'cilium/ebpf does not round the size of a ring buffer up to pages, of which bpfld warns (CILIUM-018): the application may still set it',
    allows: ({ text }, { warnings }) =>
      warnings.includes('CILIUM-018') && text.includes('not a multiple of page size'),
  },
  {
    name: 'exception callback',
    why: 'libbpf loads the functions that programs name as exception callbacks since 1.3 only; the kernel refuses the program of 1.1',
    allows: ({ aspect }, { profile, name }) =>
      profile === 'tc-libbpf@1.1' && aspect === 'load' && name.endsWith('/exception.o'),
  },
  {
    name: 'callback that is never called',
    why: 'this kernel fails (EFAULT, "No program to jit") where the last function is the callback of a bpf_loop of no rounds; cilium/ebpf orders functions by name',
    allows: ({ aspect, text }, { name, profile }) =>
      aspect === 'load' &&
      profile === 'cilium' &&
      /28-address-of-function/.test(name) &&
      text.includes('load program: bad address'),
  },
];
