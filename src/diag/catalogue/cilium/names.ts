/** CILIUM-001 to CILIUM-003, CILIUM-017: the file, and the names of its sections and programs. */
import { type Diagnostic, error, type Location, quote, warning } from '../../diagnostic.ts';

type Places = readonly Location[];

const says = quote('cilium/ebpf');

/** CILIUM-001; `taken` is what the loader takes the section for. */
export const misreadCode = (
  section: string,
  taken: string,
  programs: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-001',
    `section '${section}' has code, and for its name cilium/ebpf takes it for ${taken}`,
    {
      at,
      notes: [
        programs.length === 0
          ? undefined
          : `not loaded, and nothing says so: ${programs.map((name) => `'${name}'`).join(', ')}`,
        'give the section a name that does not begin with license, version, maps, .data or .rodata',
      ],
    },
  );

/** CILIUM-001; `instead` is the section that is meant for it, if there is one. */
export const misreadText = (
  section: string,
  taken: 'license' | 'version',
  instead: string | undefined,
  at: Places,
): Diagnostic =>
  error('CILIUM-001', `for its name cilium/ebpf takes section '${section}' for the ${taken}`, {
    at,
    notes: [
      instead === undefined ? undefined : `of such sections the last counts, not '${instead}'`,
      `give the section a name that does not begin with '${taken}'`,
    ],
  });

/** CILIUM-001 */
export const shortVersion = (section: string, size: number, at: Places): Diagnostic =>
  error('CILIUM-001', `section '${section}' has ${size} bytes, a version is 4`, {
    at,
    notes: [
      says(`load version: section ${section}: ${size === 0 ? 'EOF' : 'unexpected EOF'}`),
      'write `__u32 version SEC("version") = ...`, or leave it out: kernels since 5.0 do not ask',
    ],
  });

/** CILIUM-001 */
export const sameName = (section: string, isCode: boolean, at: Places): Diagnostic =>
  (isCode ? warning : error)('CILIUM-001', `there is more than one section '${section}'`, {
    at,
    notes: [
      isCode
        ? 'cilium/ebpf finds function info, line info and CO-RE relocations by the name of the section, and mixes those of the two up'
        : says(`assembling contents of map ${section}: ...`),
      'link the object, which makes one section of them',
    ],
  });

/** CILIUM-001 */
export const dataType = (section: string, type: number, at: Places): Diagnostic =>
  error(
    'CILIUM-001',
    `section '${section}' is data by its name, and its type is 0x${type.toString(16)}`,
    {
      at,
      notes: [
        says(`load data sections: data section ${section}: unknown section type ...`),
        'data is of type PROGBITS or NOBITS; give the section another name',
      ],
    },
  );

/** CILIUM-002 */
export const codeWithoutSymbols = (section: string, at: Places): Diagnostic =>
  error('CILIUM-002', `section '${section}' has code, and no symbol of a function`, {
    at,
    notes: [
      says(`load programs: section ${section}: missing symbols`),
      'in assembly write `.globl NAME`, `.type NAME, @function` and `.size NAME, . - NAME`',
    ],
  });

/** CILIUM-002; before 0.21 */
export const startsWithoutSymbol = (section: string, at: Places): Diagnostic =>
  error('CILIUM-002', `section '${section}' does not begin with a function`, {
    at,
    notes: [
      says('insns must start with a Symbol'),
      'link the object with `--profile cilium`, or use cilium/ebpf 0.21 or newer',
    ],
  });

/** CILIUM-002; before 0.21 */
export const codeBehindFunction = (
  name: string,
  section: string,
  gap: number,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-002',
    `${gap} bytes behind '${name}' in section '${section}' belong to no function`,
    {
      at,
      notes: [
        'cilium/ebpf before 0.21 takes them for part of it, and the kernel refuses code that is never reached',
        'link what the object was made of with `--profile cilium`, which leaves no gaps; in assembly give all code a symbol',
      ],
    },
  );

/** CILIUM-002; `lost` is a program that is not loaded, or a function that references name. */
export const aliasedFunction = (
  name: string,
  by: string,
  lost: 'program' | 'callee',
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-002',
    `'${name}' and '${by}' are one function, of which cilium/ebpf knows '${by}' only`,
    {
      at,
      notes: [
        lost === 'callee'
          ? says(`Call at insn N: symbol "${name}": unsatisfied program reference`)
          : `'${name}' is not loaded, and nothing says so`,
        'make one function that calls the other in place of an alias',
      ],
    },
  );

/** CILIUM-002 */
export const emptyFunction = (name: string, section: string, at: Places): Diagnostic =>
  error('CILIUM-002', `the symbol '${name}' in section '${section}' has no size`, {
    at,
    notes: [
      says(`no instructions found for symbol ${name} in section ${section}`),
      `in assembly write \`.size ${name}, . - ${name}\` behind the function`,
    ],
  });

/** CILIUM-002; `why` in the loader's words. */
export const undecodable = (
  name: string,
  section: string,
  offset: number,
  why: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-002', `the function '${name}' in section '${section}' is no whole instructions`, {
    at,
    notes: [
      says(
        `decoding instructions for symbol ${name} in section ${section}: offset ${offset}: ${why}`,
      ),
      'compile the object again, or mend the size of the symbol',
    ],
  });

/** CILIUM-003 */
export const duplicateName = (name: string, one: string, other: string, at: Places): Diagnostic =>
  error(
    'CILIUM-003',
    one === other
      ? `section '${one}' has two functions '${name}'`
      : `sections '${one}' and '${other}' each have a function '${name}'`,
    {
      at,
      notes: [
        says(
          one === other
            ? `duplicate symbol ${name} in section ${one}`
            : `duplicate program name ${name}`,
        ),
        'static functions count too: link the object with `--profile cilium`, which gives them names of their own, or rename one',
      ],
    },
  );

/** CILIUM-003; `near` is the name that was likely meant. An error where no link comes after (`isLast`). */
export const unknownType = (
  section: string,
  programs: readonly string[],
  near: string | undefined,
  isLast: boolean,
  at: Places,
): Diagnostic =>
  (isLast ? error : warning)(
    'CILIUM-003',
    `cilium/ebpf gives programs in section '${section}' no type${near === undefined ? '' : ` (did you mean '${near}'?)`}`,
    {
      at,
      notes: [
        `not loaded, and nothing says so: ${programs.map((name) => `'${name}'`).join(', ')}`,
        'name the section as docs/profiles.md lists them, or let the application set the type (ProgramSpec.Type); then leave the finding out: --warn=CILIUM-003=off',
      ],
    },
  );

/** CILIUM-003 */
export const guessedType = (
  section: string,
  pattern: string,
  type: string,
  at: Places,
): Diagnostic =>
  warning(
    'CILIUM-003',
    `section '${section}' begins with '${pattern}', so cilium/ebpf takes its programs for ${type}`,
    { at, notes: [`if that is not meant, rename the section; if it is, write '${pattern}'`] },
  );

/** CILIUM-003 */
export const loadedAnyway = (section: string, at: Places): Diagnostic =>
  warning('CILIUM-003', `cilium/ebpf loads the programs of section '${section}' unasked`, {
    at,
    notes: [
      'libbpf leaves out what begins with `?`; here the application has to take it out of the CollectionSpec',
    ],
  });

/** CILIUM-017 */
export const otherByteOrder = (object: 'big' | 'little', host: 'big' | 'little'): Diagnostic =>
  error(
    'CILIUM-017',
    `the object is ${object}-endian, and the machine that loads it ${host}-endian`,
    {
      notes: [
        says(`can't load ${capital(object)}Endian program on ${capital(host)}Endian`),
        `compile with -target ${host === 'little' ? 'bpfel' : 'bpfeb'}`,
      ],
    },
  );

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}

/** CILIUM-004; `certain`: it uses more than the one argument that a program gets. */
export const calledProgram = (
  name: string,
  caller: string,
  section: string,
  certain: boolean,
  at: Places,
): Diagnostic => {
  const make = certain ? error : warning;
  const what = `'${name}', which '${caller}' calls, is a program to cilium/ebpf: it stands in section '${section}'`;
  return make('CILIUM-004', what, {
    at,
    notes: [
      certain ? quote('the kernel')('R2 !read_ok') : undefined,
      'the kernel verifies it as a program that gets the context alone',
      `leave SEC("${section}") out, so that the function comes into .text`,
    ],
  });
};
