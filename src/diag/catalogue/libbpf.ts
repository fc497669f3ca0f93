/**
 * Rules of libbpf's loader (1.0 and newer). What it says itself is quoted, because that is what users search
 * for. What is only unfinished, and a later link may mend, is a warning.
 */
import { type Diagnostic, error, type Location, quote, warning } from '../diagnostic.ts';
import { undefinedRemedy } from './symbols.ts';

type Places = readonly Location[];

const says = quote('libbpf');

/** What to do about the sections that compilers give to single functions. */
const ownSection = 'link the object with libbpf.ld, which puts .text.* into .text';

/** LIBBPF-001 */
export const noSymbolTable = (): Diagnostic =>
  error('LIBBPF-001', 'the object has no symbol table', {
    notes: [
      says("couldn't find symbol table in FILE, stripped object file?"),
      'to remove debug sections only, use llvm-strip -g',
    ],
  });

/** LIBBPF-002; `near` is the name that was likely meant. */
export const unknownProgramSection = (
  section: string,
  program: string,
  near: string | undefined,
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-002',
    `libbpf gives programs in section '${section}' no type${near === undefined ? '' : ` (did you mean '${near}'?)`}`,
    {
      at,
      notes: [
        says(`prog '${program}': missing BPF prog type, check ELF section name '${section}'`),
        'name the section as docs/profiles.md lists them, or let the application set the type before it loads the object',
      ],
    },
  );

/** LIBBPF-003 */
export const corruptedProgram = (
  name: string,
  section: string,
  start: number,
  size: number,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-003',
    `the function '${name}' is ${size} bytes at ${start}, no whole instructions`,
    {
      at,
      notes: [
        says(`sec '${section}': corrupted program '${name}', offset ${start}, size ${size}`),
        size === 0 ? `in assembly, write \`.size ${name}, . - ${name}\` behind it` : undefined,
      ],
    },
  );

/** LIBBPF-003 */
export const staticProgram = (name: string, section: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-003',
    `'${name}' in section '${section}' is static, and libbpf loads no static programs`,
    {
      at,
      notes: [
        says(`sec '${section}': program '${name}' is static and not supported`),
        section.startsWith('.text.')
          ? ownSection
          : 'remove `static`; for a function that is no program, remove SEC() too, so that it comes into .text',
      ],
    },
  );

/** LIBBPF-003 */
export const codeWithoutFunction = (section: string, at: Places): Diagnostic =>
  warning(
    'LIBBPF-003',
    `section '${section}' has code but no function symbol, so libbpf sees no program`,
    {
      at,
      notes: [
        'in assembly, write `.globl NAME`, `.type NAME, @function` and `.size NAME, . - NAME`',
      ],
    },
  );

/** LIBBPF-004 */
export const callOutsideText = (
  name: string,
  section: string,
  caller: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-004',
    `call of '${name}' in section '${section}'; libbpf has subprograms in .text only`,
    {
      at,
      notes: [
        says(`prog '${caller}': bad call relo against '${name}' in section '${section}'`),
        section.startsWith('.text.')
          ? ownSection
          : `remove SEC("${section}") from the function, or let the script put the section into .text`,
      ],
    },
  );

/** LIBBPF-004 */
export const callWithinSection = (section: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-004',
    `a call within section '${section}' has no relocation; libbpf takes its distance for a place in .text`,
    {
      at,
      notes: [
        says("prog 'NAME': no .text section found yet sub-program call exists"),
        'it may also call the wrong function and say nothing; put the function that is called into .text',
      ],
    },
  );

/** LIBBPF-004 */
export const callOfNoFunction = (to: number, caller: string, at: Places): Diagnostic =>
  error('LIBBPF-004', `'${caller}' calls .text+0x${to.toString(16)}, where no function is`, {
    at,
    notes: [
      says(`prog '${caller}': no .text section found yet sub-program call exists`),
      'a function needs a symbol of type FUNC that covers it: in assembly `.type NAME, @function` and `.size`',
    ],
  });

/** LIBBPF-004 */
export const callInsideFunction = (
  name: string,
  offset: number,
  kind: 'call' | 'address',
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-004',
    `${kind === 'call' ? 'call of' : 'address of'} the inside of '${name}', ${offset} bytes after its start`,
    { at, notes: ['libbpf would silently take the start of the function'] },
  );

/** LIBBPF-004 */
export const callInsideInstruction = (
  symbol: string,
  offset: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-004', `call of '${symbol}', byte ${offset} of .text, where no instruction begins`, {
    at,
    notes: [says(`prog '${inside}': bad call relo against '${symbol}' at offset ${offset}`)],
  });

/** LIBBPF-005 */
export const relocatedInstruction = (
  symbol: string,
  opcode: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-005',
    `relocation against '${symbol}' at opcode 0x${opcode.toString(16).padStart(2, '0')}, which is neither a call nor a ld_imm64`,
    { at, notes: [says(`prog '${inside}': invalid relo against '${symbol}' for insns[N].code`)] },
  );

/** LIBBPF-005 */
export const misplacedRelocation = (section: string, offset: number): Diagnostic =>
  error(
    'LIBBPF-005',
    `relocation of '${section}' at 0x${offset.toString(16)}, where no instruction is`,
    { notes: [says(`sec '.rel${section}': invalid offset 0x${offset.toString(16)} for relo #N`)] },
  );

/** LIBBPF-005 */
export const relocatedHelperCall = (symbol: string, inside: string, at: Places): Diagnostic =>
  error('LIBBPF-005', `relocation against '${symbol}' at a call that is not one of a subprogram`, {
    at,
    notes: [
      says(`prog '${inside}': incorrect bpf_call opcode`),
      'a call of a function has 1 as its source register',
    ],
  });

/** LIBBPF-005 */
export const relaIgnored = (section: string): Diagnostic =>
  error(
    'LIBBPF-005',
    `the relocations of '${section}' are RELA, which libbpf skips and says nothing`,
    { notes: ['link the object: bpfld writes REL'] },
  );

/** LIBBPF-005; `targets` are what the addresses are of, one at least. */
export const dataNotRelocated = (
  section: string,
  variable: string | undefined,
  targets: readonly string[],
  at: Places,
): Diagnostic => {
  const holder = variable === undefined ? `'${section}'` : `'${variable}' in '${section}'`;
  const what =
    targets.length === 1
      ? `the address of '${targets[0]}'`
      : `${targets.length} addresses (of ${firstOf(targets)})`;
  return warning('LIBBPF-005', `${holder} holds ${what}, which libbpf does not fill in`, {
    at,
    notes: [
      says(`elf: skipping relo section(N) .rel${section} for section(M) ${section}`),
      'programs would read the offset instead; choose by a switch, or let the application fill the table in',
    ],
  });
};

/** Each name once, and no more than a few. */
function firstOf(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, 4).map((name) => `'${name}'`);
  const left = different.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
}

/** LIBBPF-006 */
export const notData = (
  symbol: string,
  section: string,
  inside: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-006',
    `'${inside}' refers to '${symbol}' in section '${section}', no data to libbpf`,
    {
      at,
      notes: [
        says(`prog '${inside}': bad map relo against '${symbol}' in section '${section}'`),
        remedy,
      ],
    },
  );

/** LIBBPF-006 */
export const emptyData = (
  symbol: string,
  section: string,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-006', `'${inside}' refers to '${symbol}' in section '${section}', which is empty`, {
    at,
    notes: [says(`prog '${inside}': data relo failed to find map for section '${section}'`)],
  });

/** LIBBPF-006 */
export const writeToReadOnly = (
  variable: string,
  section: string,
  inside: string,
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-006',
    `'${inside}' writes to '${variable}' in '${section}', a map that programs can only read`,
    {
      at,
      notes: [
        quote('the kernel')('write into map forbidden'),
        'put the variable into .data or .bss; in a script: .bss : { *(.bss .bss.* COMMON) }',
      ],
    },
  );

/** LIBBPF-007 */
export const specialSymbol = (
  symbol: string,
  kind: 'common' | 'absolute',
  at: Places,
): Diagnostic =>
  error('LIBBPF-007', `reference to the ${kind} symbol '${symbol}'`, {
    at,
    notes: [
      says('sec SECTION: corrupted symbol #N pointing to invalid section'),
      kind === 'common'
        ? 'link the object, which places it in .bss, or compile with -fno-common'
        : 'link the object: bpfld puts the value into the instruction',
    ],
  });

/** LIBBPF-007 */
export const typedUndefined = (
  symbol: string,
  inside: string,
  call: boolean,
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-007',
    `undefined symbol '${symbol}' has a type, so libbpf does not take it for an extern`,
    {
      at,
      notes: [
        call
          ? says(`prog '${inside}': bad call relo against '${symbol}' in section ''`)
          : says(`prog '${inside}': invalid relo against '${symbol}' in special section 0x0`),
        undefinedRemedy(symbol),
      ],
    },
  );

/** LIBBPF-008 */
export const functionAddress = (
  symbol: string,
  section: string,
  inside: string,
  why: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-008', `'${inside}' takes the address of the function '${symbol}': ${why}`, {
    at,
    notes: [says(`prog '${inside}': bad map relo against '${symbol}' in section '${section}'`)],
  });

/** LIBBPF-008 */
export const functionAddressOffset = (symbol: string, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-008',
    `'${inside}' takes the address of the middle of an instruction of '${symbol}'`,
    {
      at,
      notes: [says(`prog '${inside}': bad subprog addr relo against '${symbol}' at offset N`)],
    },
  );

/** LIBBPF-008 */
export const addressWithoutInfo = (name: string, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-008',
    `'${inside}' takes the address of the function '${name}', and there is no function info for it`,
    { at, notes: [quote('the kernel')('missing btf func_info'), 'compile with -g'] },
  );

/** LIBBPF-009; `definition` is the same map as libbpf wants it. */
export const legacyMaps = (
  maps: readonly { readonly name: string; readonly definition: string; readonly at: Places }[],
): Diagnostic =>
  error(
    'LIBBPF-009',
    `section 'maps'${maps.length === 0 ? '' : ` (${maps.map(({ name }) => `'${name}'`).join(', ')})`}: libbpf refuses map definitions of this kind`,
    {
      at: maps.flatMap(({ at }) => at),
      notes: [
        says("elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+"),
        ...maps.map(({ definition }) => `write: ${definition}`),
        'for a loader that reads this section, link with its profile: --profile tc, or generic',
      ],
    },
  );

/** LIBBPF-009 */
export const btfNeeded = (section: string, fault: string | undefined): Diagnostic =>
  error(
    'LIBBPF-009',
    fault === undefined
      ? `'${section}' needs BTF, and the object has none`
      : `'${section}' needs BTF, and that of the object is ill-formed: ${fault}`,
    { notes: [says('BTF is required, but is missing or corrupted.'), 'compile with -g'] },
  );

/** LIBBPF-009 */
export const btfUnreadable = (fault: string): Diagnostic =>
  warning('LIBBPF-009', `ill-formed BTF: ${fault}`, {
    notes: [says('Error loading ELF section .BTF: ERROR'), 'it goes on without any types'],
  });

/** LIBBPF-010; `quoted` is what libbpf says, if anything. */
export const badMap = (
  map: string,
  fault: string,
  quoted: string | undefined,
  remedy: string | undefined,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `map '${map}' ${fault}`, {
    at,
    notes: [quoted === undefined ? undefined : says(`map '${map}': ${quoted}`), remedy],
  });

/** LIBBPF-010 */
export const noMapsSection = (): Diagnostic =>
  error('LIBBPF-010', "the BTF does not describe the section '.maps'", {
    notes: [says("DATASEC '.maps' not found."), 'compile the file that defines the maps with -g'],
  });

/** LIBBPF-010 */
export const notAMap = (symbol: string, offset: number, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-010',
    `'${inside}' refers to '${symbol}', .maps+0x${offset.toString(16)}, where no map begins`,
    {
      at,
      notes: [
        says(`prog '${inside}': map relo failed to find map for section '.maps', off ${offset}`),
        'a program can name a map, not a field of its definition',
      ],
    },
  );

/** LIBBPF-010 */
export const mapWithOffset = (
  symbol: string,
  offset: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `'${inside}' refers to ${offset} bytes behind '${symbol}' in .maps`, {
    at,
    notes: [
      'libbpf would silently take the map that begins at the symbol',
      'refer to the map by its own symbol: it must not be static',
    ],
  });

/** LIBBPF-010 */
export const badMapSlot = (
  map: string,
  target: string,
  fault: string,
  quoted: string | undefined,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `map '${map}' is initialised with '${target}', ${fault}`, {
    at,
    notes: [
      quoted === undefined
        ? 'libbpf only returns an error number'
        : says(`.maps relo #N: ${quoted}`),
    ],
  });

/** LIBBPF-011 */
export const variableWithoutSymbol = (variable: string, section: string): Diagnostic =>
  error(
    'LIBBPF-011',
    `the BTF has a variable '${variable}' in '${section}', and no global symbol is of that name`,
    { notes: ['libbpf only returns "No such file or directory"; build the object again'] },
  );

/** LIBBPF-011 */
export const sectionWithoutBytes = (section: string): Diagnostic =>
  error(
    'LIBBPF-011',
    `the BTF has a section '${section}' of no size, and the object has none of that name`,
    { notes: ['libbpf only returns "No such file or directory"; build the object again'] },
  );

/** LIBBPF-012; `near` is what was likely meant. */
export const unresolvedExtern = (
  name: string,
  quoted: string,
  near: string | undefined,
  kind: 'helper' | 'map' | 'other',
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-012',
    `undefined ${kind === 'map' ? 'map' : 'symbol'}: ${name}${near === undefined ? '' : ` (did you mean '${near}'?)`}`,
    { at, notes: [says(quoted), ...remediesForExtern[kind](name)] },
  );

const remediesForExtern: Readonly<
  Record<Parameters<typeof unresolvedExtern>[3], (name: string) => string[]>
> = {
  helper: (name) => [`${name} is a helper of the kernel: include <bpf/bpf_helpers.h>`],
  map: () => ['one file must define the map, without `extern`: link its object too'],
  other: (name) => [
    undefinedRemedy(name),
    'a function or variable of the kernel is declared with __ksym, a setting of it with __kconfig, and compiled with -g',
  ],
};

/** LIBBPF-012 */
export const badExtern = (
  name: string,
  fault: string,
  quoted: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-012', `extern '${name}' ${fault}`, { at, notes: [says(quoted), remedy] });

/** LIBBPF-014 */
export const infoMissing = (
  kind: 'function' | 'line',
  subprogram: string,
  program: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-014',
    `'${subprogram}' has no ${kind} info, and the program '${program}', which reaches it, has`,
    {
      at,
      notes: [
        says(`prog '${subprogram}': missing .BTF.ext ${kind} info.`),
        'compile both with -g; for a subprogram in assembly, compile the programs without -g, or write it in C',
      ],
    },
  );

/** LIBBPF-015 */
export const badVersion = (size: number, bytes: boolean): Diagnostic =>
  error(
    'LIBBPF-015',
    bytes ? `section 'version' has ${size} bytes, not 4` : "section 'version' has no bytes",
    { notes: [says('invalid kver section in FILE'), 'no kernel since 5.0 asks for it: remove it'] },
  );

/** LIBBPF-015 */
export const badLicense = (): Diagnostic =>
  error('LIBBPF-015', "section 'license' has no bytes", {
    notes: [
      says('invalid license section in FILE'),
      'write: char _license[] SEC("license") = "GPL";',
    ],
  });

/** LIBBPF-016 */
export const badStructOps = (
  what: string,
  quoted: string,
  remedy: string | undefined,
  at: Places,
): Diagnostic => error('LIBBPF-016', what, { at, notes: [says(quoted), remedy] });

/** LIBBPF-016 */
export const structOpsUnused = (program: string, at: Places): Diagnostic =>
  warning('LIBBPF-016', `no .struct_ops variable refers to the program '${program}'`, {
    at,
    notes: [
      says(
        `prog '${program}': SEC("struct_ops") program isn't referenced anywhere, did you forget to use it?`,
      ),
      'let a variable in SEC(".struct_ops.link") refer to it, or link the object that has it',
    ],
  });

/** LIBBPF-016 */
export const noArena = (at: Places): Diagnostic =>
  warning('LIBBPF-016', 'variables of the arena (.addr_space.1), and no map of type ARENA', {
    at,
    notes: [
      says("prog 'NAME': bad arena data relocation at insn N, no arena maps defined"),
      'define the arena in SEC(".maps"), or link the object that does',
    ],
  });

/** LIBBPF-016 */
export const severalArenas = (first: string, second: string, at: Places): Diagnostic =>
  error('LIBBPF-016', `two maps of type ARENA: '${first}' and '${second}'`, {
    at,
    notes: [
      says(`map '${second}': only single ARENA map is supported (map '${first}' is also ARENA)`),
    ],
  });

/** LIBBPF-016 */
export const badJumpTable = (name: string, offset: number, size: number, at: Places): Diagnostic =>
  error(
    'LIBBPF-016',
    `the jump table '${name}' is ${size} bytes at ${offset}, no entries of 8 bytes`,
    { at, notes: [says("map '.jumptables': jumptable size N should be multiple of 8")] },
  );

/** LIBBPF-017 */
export const unknownCoreRelocation = (kind: number, at: Places): Diagnostic =>
  error('LIBBPF-017', `CO-RE relocation of the unknown kind ${kind}`, {
    at,
    notes: [
      'libbpf knows 0 to 12; relink with a newer bpfld if the compiler is newer than this one',
    ],
  });

/** LIBBPF-017 */
export const coreAtInstruction = (opcode: number, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-017',
    `CO-RE relocation at opcode 0x${opcode.toString(16).padStart(2, '0')}, which has no place for its value`,
    { at, notes: [says(`prog '${inside}': relo #N: failed to patch insn #M`)] },
  );
