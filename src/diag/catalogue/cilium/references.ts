/** CILIUM-005 to CILIUM-008: references of code that cilium/ebpf refuses, or binds to something else. */
import { type Diagnostic, error, type Location, quote } from '../../diagnostic.ts';

type Places = readonly Location[];

const says = quote('cilium/ebpf');

const link =
  'link the object with `--profile cilium`, which refers to functions and data by their sections';

const hex = (offset: number | bigint): string => `0x${offset.toString(16)}`;

/** CILIUM-005 */
export const neitherCallNorLoad = (
  name: string,
  opcode: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-005',
    `'${inside}' refers to the function '${name}' at an instruction of opcode ${hex(opcode)}`,
    {
      at,
      notes: [
        says('relocating instruction: neither a call nor a load instruction: ...'),
        'functions can be called, and their addresses taken by ld_imm64',
      ],
    },
  );

/** CILIUM-005 */
export const calledAsHelper = (name: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-005', `the call of '${name}' in '${inside}' is encoded as that of a helper`, {
    at,
    notes: [
      says(`call: ${name}: incorrect source register`),
      'the source register of the call of a function is 1; compile with clang',
    ],
  });

/** CILIUM-005; `binding` is `STB_LOCAL` or, before 0.21, `STB_WEAK`. */
export const calleeBinding = (
  name: string,
  binding: 'STB_LOCAL' | 'STB_WEAK',
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-005',
    `'${inside}' calls the ${binding === 'STB_LOCAL' ? 'static' : 'weak'} function '${name}' by its own symbol`,
    { at, notes: [says(`call: ${name}: unsupported binding: ${binding}`), link] },
  );

/** CILIUM-005 */
export const calleeType = (name: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-005', `'${inside}' calls '${name}', whose symbol is no function's`, {
    at,
    notes: [
      says(`call: ${name}: invalid symbol type ...`),
      `in assembly write \`.type ${name}, @function\``,
    ],
  });

/** CILIUM-005 */
export const calleeAddend = (name: string, imm: bigint, inside: string, at: Places): Diagnostic =>
  error(
    'CILIUM-005',
    `the call of '${name}' in '${inside}' has the immediate ${imm}, so cilium/ebpf leaves it as it is`,
    {
      at,
      notes: [
        'it goes that many instructions ahead in the finished program, or the kernel says: "call to invalid destination"',
        'beside the symbol of a function the immediate is -1; link the object, which makes it so',
      ],
    },
  );

/** CILIUM-005; `resolved`: by the assembler. */
export const callOfNoFunction = (
  section: string,
  to: number,
  resolved: boolean,
  inside: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-005', `'${inside}' calls ${section}+${hex(to)}, where no function begins`, {
    at,
    notes: [
      says(
        resolved
          ? `resolving relative jump: no jump target found at offset ${to}`
          : `call: no symbol at offset ${to}`,
      ),
      'a function needs a symbol: in assembly `.type NAME, @function` and `.size`, and a name that is not local',
    ],
  });

/** CILIUM-005 */
export const callsItself = (name: string, at: Places): Diagnostic =>
  error('CILIUM-005', `something in the program '${name}' calls it, or takes its address`, {
    at,
    notes: [
      says(`program ${name}: duplicate symbol ${name}`),
      'cilium/ebpf puts the program behind itself once more; move what is called into a function without SEC()',
    ],
  });

/** CILIUM-006; `taken` is the function that the loader finds at the immediate alone. */
export const wrongAddress = (
  name: string,
  taken: string | undefined,
  imm: bigint,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-006',
    taken === undefined
      ? `'${inside}' takes the address of '${name}' by its symbol, which cilium/ebpf does not look at`
      : `'${inside}' takes the address of '${name}', and cilium/ebpf that of '${taken}'`,
    {
      at,
      notes: [
        taken === undefined
          ? says(`load: no symbol at offset ${imm}`)
          : 'it looks for the function at the immediate of the instruction and says nothing: the wrong one is called',
        link,
      ],
    },
  );

/** CILIUM-006 */
export const addressBinding = (
  name: string,
  binding: 'STB_LOCAL' | 'STB_WEAK',
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-006',
    `'${inside}' takes the address of the ${binding === 'STB_LOCAL' ? 'static' : 'weak'} function '${name}' by its own symbol`,
    { at, notes: [says(`load: ${name}: unsupported binding: ${binding}`), link] },
  );

/** CILIUM-006 */
export const addressType = (name: string, inside: string, at: Places): Diagnostic =>
  error(
    'CILIUM-006',
    `'${inside}' takes the address of '${name}' in a section with code, whose symbol is no function's`,
    {
      at,
      notes: [
        says(`load: ${name}: invalid symbol type ...`),
        `in assembly write \`.type ${name}, @function\``,
      ],
    },
  );

/** CILIUM-006 */
export const addressOfNoFunction = (
  section: string,
  to: bigint,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-006',
    `'${inside}' takes the address of ${section}+${hex(to)}, where no function begins`,
    {
      at,
      notes: [
        says(`load: no symbol at offset ${to}`),
        'only addresses of functions can be taken; a function needs a symbol',
      ],
    },
  );

/** CILIUM-007 */
export const withoutSymbol = (section: string, at: Places): Diagnostic =>
  error('CILIUM-007', `a relocation of section '${section}' names no symbol`, {
    at,
    notes: [
      'cilium/ebpf panics: "runtime error: index out of range [-1]"',
      'compile the object again, without what strips symbols',
    ],
  });

/** CILIUM-007; `place` is a section's name, `COMMON` or `ABS`. */
export const unknownTarget = (
  section: string,
  name: string,
  place: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-007',
    `section '${section}' refers to '${name}' in ${place}, which cilium/ebpf does not know`,
    {
      at,
      notes: [
        says(
          `load relocations: section "${section}": reference to "..." in section ...: not supported`,
        ),
        "data stands in '.bss', or in sections whose names begin with '.data' or '.rodata'; link the object with `--profile cilium`, or put the section there by a script",
      ],
    },
  );

/** CILIUM-007; `value` is what the symbol says. */
export const droppedAddend = (
  name: string,
  value: number,
  addend: bigint,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-007',
    `'${inside}' means the byte ${addend} behind '${name}', and cilium/ebpf drops the ${addend}`,
    {
      at,
      notes: [
        `it takes the symbol's place, ${value}, and says nothing: the program reads something else`,
        link,
      ],
    },
  );

/** CILIUM-007 */
export const dataBinding = (
  name: string,
  binding: string,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-007',
    `'${inside}' refers to '${name}' by a symbol that cilium/ebpf does not take for data`,
    { at, notes: [says(`direct load: ${name}: unsupported binding: ${binding}`), link] },
  );

/** CILIUM-007 */
export const dataSymbolType = (name: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-007', `'${inside}' refers to '${name}' in data, which is a function's symbol`, {
    at,
    notes: [says('incorrect relocation type ... for direct map load'), link],
  });

/** CILIUM-007 and CILIUM-008 */
export const referenceElsewhere = (
  code: 'CILIUM-007' | 'CILIUM-008',
  name: string,
  opcode: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    code,
    `'${inside}' refers to '${name}' at an instruction of opcode ${hex(opcode)}, no ld_imm64`,
    {
      at,
      notes: [
        'cilium/ebpf changes its source register all the same, and the kernel refuses the program or it computes something else',
        'maps and data are referred to by ld_imm64; compile with clang',
      ],
    },
  );

/** CILIUM-007 */
export const structOpsReference = (section: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-007', `'${inside}' refers to section '${section}'`, {
    at,
    notes: [
      says(`relocation to "${section}": not supported`),
      'keep what programs read apart from the struct_ops tables',
    ],
  });

/** CILIUM-008 */
export const staticMap = (name: string, symbol: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-008', `'${inside}' refers to the map '${name}' by a local symbol`, {
    at,
    notes: [
      says(`possible erroneous static qualifier on map definition: found reference to "${symbol}"`),
      'remove `static` from the definition of the map',
    ],
  });

/** CILIUM-008 */
export const weakMap = (name: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-008', `'${inside}' refers to the weak map '${name}'`, {
    at,
    notes: [
      says(`map "${name}": unsupported binding: STB_WEAK`),
      'remove `__weak` from the definition of the map, or link the object with `--profile cilium`',
    ],
  });

/** CILIUM-008 */
export const aliasedMap = (
  name: string,
  by: string | undefined,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-008',
    by === undefined
      ? `'${inside}' refers to '${name}', where no map begins`
      : `'${inside}' refers to the map '${name}', which cilium/ebpf knows as '${by}' only`,
    {
      at,
      notes: [says(`program ${inside}: missing map ${name}`), 'give each map one name'],
    },
  );

/** CILIUM-008 */
export const mapAddend = (name: string, imm: bigint, inside: string, at: Places): Diagnostic =>
  error('CILIUM-008', `'${inside}' refers to what is ${imm} bytes behind the map '${name}'`, {
    at,
    notes: [
      says(`program ${inside}: instruction N: unsatisfied map reference`),
      'programs can refer to a map, not to what is in its definition',
    ],
  });

/** CILIUM-008 */
export const mapSymbolType = (name: string, inside: string, at: Places): Diagnostic =>
  error('CILIUM-008', `'${inside}' refers to '${name}' among maps, which is a function's symbol`, {
    at,
    notes: [
      says('map load: incorrect relocation type ...'),
      'the symbol of a map is of type OBJECT',
    ],
  });
