/** LIBBPF-002 and LIBBPF-003: which functions are programs. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { ownSection, says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-002; `near` is the name that was likely meant. An error where no link comes after (`isLast`). */
export const unknownProgramSection = (
  section: string,
  program: string,
  near: string | undefined,
  isLast: boolean,
  at: Places,
): Diagnostic =>
  (isLast ? error : warning)(
    'LIBBPF-002',
    `libbpf gives programs in section '${section}' no type${near === undefined ? '' : ` (did you mean '${near}'?)`}`,
    {
      at,
      notes: [
        says(`prog '${program}': missing BPF prog type, check ELF section name '${section}'`),
        'name the section as docs/profiles.md lists them, or let the application set the type before it loads the object (bpf_program__set_type); then leave the finding out: --warn=LIBBPF-002=off',
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

/** LIBBPF-002; `since` is the first version that knows the name. */
export const laterProgramSection = (
  section: string,
  program: string,
  since: string,
  isLast: boolean,
  at: Places,
): Diagnostic =>
  (isLast ? error : warning)(
    'LIBBPF-002',
    `libbpf knows the section name '${section}' since ${since} only`,
    {
      at,
      notes: [
        says(`prog '${program}': missing BPF prog type, check ELF section name '${section}'`),
        'name the section as docs/profiles.md lists them, or let the application set the type before it loads the object (bpf_program__set_type); then leave the finding out: --warn=LIBBPF-002=off',
      ],
    },
  );
