import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** Faults of input objects. `file` is the path as the user gave it. */

/** ELF-001 */
export const notElf = (file: string): Diagnostic =>
  error('ELF-001', `${file}: not an ELF object`, {
    notes: ['pass BPF objects, such as clang -O2 -g -target bpf -c makes'],
  });

/** ELF-002 */
export const unsupportedElf = (file: string, why: string): Diagnostic =>
  error('ELF-002', `${file}: not a BPF relocatable object: ${why}`, {
    notes: ['compile with clang -target bpf, bpf-gcc, or rustc for a bpf target'],
  });

/** ELF-003 */
export const truncated = (file: string, what: string): Diagnostic =>
  error('ELF-003', `${file}: truncated or corrupt: ${what}`, {
    notes: ['the file may have been cut short while it was written; build it again'],
  });

/** ELF-004 */
export const mixedByteOrder = (
  file: string,
  order: string,
  first: string,
  firstOrder: string,
): Diagnostic =>
  error('ELF-004', `${file} is ${order}-endian, but ${first} is ${firstOrder}-endian`, {
    notes: ['compile all objects for one target: bpfel or bpfeb'],
  });

/** ELF-005 */
export const unsupportedSection = (file: string, section: string, what: string): Diagnostic =>
  error('ELF-005', `${file}: section ${section} has an unsupported type: ${what}`, {
    at: [{ kind: 'object', file, section }],
  });

/** ELF-006 */
export const symbolOutsideSection = (
  file: string,
  symbol: string,
  section: string,
  value: number,
  size: number,
  sectionSize: number,
): Diagnostic =>
  error(
    'ELF-006',
    `${file}: symbol '${symbol}' covers bytes ${value} to ${value + size} of ${section}, which has ${sectionSize} bytes`,
    { at: [{ kind: 'object', file, section, offset: value, what: `symbol '${symbol}'` }] },
  );

/** ELF-007 */
export const relocationOutsideSection = (
  file: string,
  section: string,
  offset: number,
  symbol: string,
  why: string,
): Diagnostic =>
  error(
    'ELF-007',
    `${file}: relocation against '${symbol}' at ${section}+0x${offset.toString(16)} ${why}`,
    {
      at: [{ kind: 'object', file, section, offset }],
    },
  );

/** ELF-008 */
export const unsupportedRelocation = (
  file: string,
  section: string,
  offset: number,
  symbol: string,
  type: string,
  why: string,
): Diagnostic =>
  error('ELF-008', `${file}: ${type} against '${symbol}' is not supported here: ${why}`, {
    at: [{ kind: 'object', file, section, offset }],
  });

/** ELF-009 */
export const noMachine = (file: string): Diagnostic =>
  warning('ELF-009', `${file}: machine is EM_NONE, taken for BPF`, {
    notes: ['compilers before LLVM 4 wrote it so; a newer one marks its objects as BPF'],
  });

/** ELF-010 */
export const sectionMismatch = (
  name: string,
  property: string,
  a: { readonly file: string; readonly value: string },
  b: { readonly file: string; readonly value: string },
): Diagnostic =>
  error('ELF-010', `sections '${name}' differ in ${property}: ${a.value} and ${b.value}`, {
    at: [
      { kind: 'object', file: a.file, section: name },
      { kind: 'object', file: b.file, section: name },
    ],
    notes: ['give one of them another name, or place them in two output sections'],
  });

/** ELF-011 */
export const copiesDiffer = (name: string, first: string, second: string): Diagnostic =>
  error('ELF-011', `two different '${name}' sections`, {
    at: [
      { kind: 'object', file: first, section: name },
      { kind: 'object', file: second, section: name },
    ],
    notes: [`an object has one ${name}; make the objects agree`],
  });

/** ELF-012 */
export const otherByteOrder = (
  format: string,
  order: string,
  file: string,
  fileOrder: string,
  at: Location,
): Diagnostic =>
  error(
    'ELF-012',
    `OUTPUT_FORMAT(${format}) is ${order}-endian, but ${file} is ${fileOrder}-endian`,
    {
      at: [at],
      notes: ['the byte order of the output is that of the objects; elf64-bpf stands for either'],
    },
  );

/** ELF-013 */
export const ambiguousAddend = (
  file: string,
  symbol: string,
  value: number,
  { section, offset }: { readonly section: string; readonly offset: number },
): Diagnostic =>
  error(
    'ELF-013',
    `${file}: the addend of a reference to '${symbol}' may or may not count the ${value} bytes before it`,
    {
      at: [{ kind: 'object', file, section, offset }],
      notes: [
        'GNU as counts them and LLVM does not, and the object does not tell which it is of; link it as it came from the compiler',
      ],
    },
  );

/** ELF-014 */
export const jumpTableEntry = (
  file: string,
  table: string,
  offset: number,
  code: string,
  value: number,
): Diagnostic =>
  error('ELF-014', `${file}: the jump table '${table}' leads to byte ${value} of ${code}`, {
    at: [{ kind: 'object', file, section: '.jumptables', offset }],
    notes: ['no instruction begins there: compile the object again'],
  });

/** ELF-015 */
export const noSymbols = (file: string): Diagnostic =>
  error('ELF-015', `${file} has no symbol table`, {
    at: [{ kind: 'object', file }],
    notes: [
      'it was stripped, and nothing tells its functions and maps apart any more',
      'link it as it came from the compiler; llvm-strip -g takes away debug information only',
    ],
  });

/** ELF-016 */
export const onlyForLto = (file: string): Diagnostic =>
  error('ELF-016', `${file} has no code: it was compiled with -flto`, {
    at: [{ kind: 'object', file }],
    notes: ["GCC's own linker plugin is needed for it; compile without -flto"],
  });
