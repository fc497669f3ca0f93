/** What a lowering refuses: the loader cannot do it, and neither can the linker. */
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** LOWER-001 */
export const callIntoMiddle = (target: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-001', `call into the middle of ${target}`, {
    at,
    notes: ['a call must lead to the first instruction of a function'],
  });

/** LOWER-002 */
export const callOfData = (symbol: string, section: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-002', `call of '${symbol}' in ${section}, which holds no code`, {
    at,
    notes: ['functions stand in executable sections; define it with SEC(".text"), or without SEC'],
  });

/** LOWER-003 */
export const recursion = (chain: readonly string[], at: readonly Location[]): Diagnostic =>
  error('LOWER-003', `recursive call: ${chain.join(' -> ')}`, {
    at,
    notes: ['the kernel allows no recursion; use a bounded loop or a tail call'],
  });

/** LOWER-004 */
export const frameTooLarge = (
  fn: string,
  needed: number,
  own: number,
  constants: readonly string[],
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-004',
    `function '${fn}' needs ${needed} bytes of stack for itself and its constants; there are 512`,
    {
      at,
      notes: [
        `the function itself uses ${own} bytes; its constants: ${constants.join(', ')}`,
        'constants of this size do not fit on the stack; keep them in a map, or load with libbpf, which supports .rodata',
      ],
    },
  );

/** LOWER-005 */
export const chainTooDeep = (
  chain: readonly string[],
  depth: number,
  limit: number,
  constants: readonly string[],
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-005',
    `the call chain ${chain.join(' -> ')} needs ${depth} bytes of stack; there are ${limit}`,
    {
      at,
      notes: [
        constants.length > 0
          ? `constants that were put on the stack: ${constants.join(', ')}`
          : undefined,
        limit < 512
          ? 'a subprogram that tail-calls may be called with at most 256 bytes of stack in use; make the tail call from the program itself'
          : 'make the chain shorter, or keep large constants and buffers in a map',
      ],
    },
  );

/** LOWER-006 */
export const helperNeedsMapValue = (
  constant: string,
  size: number,
  helper: string,
  argument: number,
  needs: 'a constant string in a read-only map' | 'a map value',
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-006',
    `${helper} wants ${needs} as argument ${argument}, and ${constant} (${size} bytes) can only be put on the stack`,
    {
      at,
      notes: [
        needs === 'a map value'
          ? 'keep the object in a map of your own'
          : 'do without this helper (compare in a loop over the bytes), or load with libbpf, which supports .rodata',
      ],
    },
  );

/** LOWER-007 */
export const addressUsedAsNumber = (
  object: string,
  name: string | undefined,
  how: string,
  at: readonly Location[],
): Diagnostic =>
  error('LOWER-007', `the address of ${object} is used as a number: ${how}`, {
    at,
    notes: [
      name === undefined
        ? 'a constant without a name has no other use than to be read'
        : `if the code means the word that is stored there (the (__u32)&${name} idiom), say so with --fetch ${name}`,
    ],
  });

/** LOWER-008 */
export const addressReturned = (object: string, fn: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-008', `'${fn}' returns the address of ${object}, which would be on its own stack`, {
    at,
    notes: ['return the value instead of its address, or let the compiler inline the function'],
  });

/** LOWER-009 */
export const addressEscapes = (object: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-009', `the address of ${object} is stored outside of the function's own stack`, {
    at,
    notes: [
      'a constant on the stack is gone when its function returns; store its value, or let the function that wants it refer to it',
    ],
  });

/** LOWER-010 */
export const pointerInConstant = (
  object: string,
  slot: number,
  target: string,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-010',
    `${object} holds the address of ${target} at byte ${slot}, which no loader fills in`,
    {
      at,
      notes: [
        'hold values instead of pointers, or choose with a switch; tables that GCC makes of a switch go away with -fno-tree-switch-conversion',
      ],
    },
  );

/** LOWER-011 */
export const unknownFetch = (name: string, near: string, at: Location | undefined): Diagnostic =>
  error('LOWER-011', `fetch ${name}: no variable or data section of this name is linked${near}`, {
    at: [at],
  });

/** LOWER-012 */
export const fetchOutside = (name: string, size: number, at: readonly Location[]): Diagnostic =>
  error('LOWER-012', `--fetch ${name}: the four bytes to fetch lie outside its ${size} bytes`, {
    at,
    notes: ['--fetch reads one 32-bit word; give the variable that size, or put padding behind it'],
  });

/** LOWER-013 */
export const functionAddress = (name: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-013', `the address of function '${name}' is taken, and its calls are to be copied`, {
    at,
    notes: ['a copied function has no address; leave LOWER(calls: copy) out of the script'],
  });

/** LOWER-014 */
export const forbiddenReference = (
  section: string,
  object: string,
  why: string,
  at: readonly Location[],
): Diagnostic =>
  error('LOWER-014', `relocation against ${section}, which PERMIT_RELOCATIONS does not name`, {
    at,
    notes: [object, why],
  });

/** LOWER-015 */
export const tooManyFrames = (chain: readonly string[], at: readonly Location[]): Diagnostic =>
  error('LOWER-015', `${chain.length} nested calls: ${chain.join(' -> ')}; the kernel allows 8`, {
    at,
    notes: ['let the compiler inline some of them (static inline __attribute__((always_inline)))'],
  });

/** LOWER-016 */
export const accessOutside = (
  object: string,
  offset: number,
  width: number,
  size: number,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-016',
    `access to bytes ${offset} to ${offset + width} of ${object}, which has ${size}`,
    {
      at,
      notes: [
        'what stands behind a constant is up to the linker; if the bytes belong together, give them one symbol with their size',
      ],
    },
  );

/** LOWER-017 */
export const noProgram = (subprograms: string): Diagnostic =>
  error('LOWER-017', `there is no program: no section but ${subprograms} holds code`, {
    notes: [
      `the loader takes a section for a program: put one in a section of its own, as in SEC("classifier")`,
    ],
  });

/** LOWER-018 */
export const copiesCompared = (object: string, fn: string, at: readonly Location[]): Diagnostic =>
  error(
    'LOWER-018',
    `'${fn}' compares an address in ${object} that it was given with one that it takes itself`,
    {
      at,
      notes: [
        'each function has its own copy on the stack, so equal addresses would differ; pass an index, or compare what is stored there',
      ],
    },
  );

/** LOWER-019 */
export const fetchedAndRead = (object: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-019', `${object} is to be fetched, but the same function also reads it`, {
    at,
    notes: [
      'where the address stands for the word, it cannot be an address too; read the variable in one way only',
    ],
  });

/** LOWER-020 */
export const fetchedInPart = (name: string, size: number, at: readonly Location[]): Diagnostic =>
  warning('LOWER-020', `fetch ${name}: 4 of its ${size} bytes are fetched`, {
    at,
    notes: [
      '(__u32)&x stands for one word; read the variable in the ordinary way to have all of it',
    ],
  });

/** LOWER-021 */
export const insideLeftOut = (name: string, byte: number, at: readonly Location[]): Diagnostic =>
  error('LOWER-021', `reference to byte ${byte} of '${name}', whose code gave way to another`, {
    at,
    notes: [
      `another object's definition of '${name}' is used, and the code at that byte is another there`,
    ],
  });

/** LOWER-022 */
export const insideRewritten = (name: string, byte: number, at: readonly Location[]): Diagnostic =>
  error('LOWER-022', `reference to byte ${byte} of '${name}', whose code was rewritten`, {
    at,
    notes: ['instructions have moved; give the place a local label and refer to that'],
  });

/** LOWER-023 */
export const fetchedAddress = (name: string, target: string, at: readonly Location[]): Diagnostic =>
  error('LOWER-023', `--fetch ${name}: the word holds the address of ${target}, not a number`, {
    at,
    notes: ['no address is known at link time; fetch the variable that holds the value'],
  });

/** LOWER-024 */
export const objectsCompared = (
  first: string,
  second: string,
  fn: string,
  at: readonly Location[],
): Diagnostic =>
  error('LOWER-024', `'${fn}' compares an address in ${first} with one in ${second}`, {
    at,
    notes: [
      'on the stack they do not stand as they did, so order and distance differ; bound a loop by a count, not by a label behind the data',
    ],
  });

/** LOWER-025 */
export const frameNotBounded = (
  fn: string,
  constant: string,
  callee: string | undefined,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-025',
    `'${fn}' cannot have ${constant} on its stack: it is not known how far down ${
      callee === undefined ? 'it writes there' : `'${callee}' gets from an address there`
    }`,
    {
      at,
      notes: [
        callee === undefined
          ? 'an index that may be negative, or a pointer that goes down in a loop, could reach the constant; mask or check the index before it is added, or index upward from the start'
          : `pass '${callee}' the start of the buffer and an index that is masked or checked, and each address as an argument of its own instead of inside of a structure; or let the compiler inline it`,
      ],
    },
  );
