/** Rules of tc built with libbpf: what tc adds to libbpf's own. */
import { type Diagnostic, error, type Location, quote, warning } from '../diagnostic.ts';

type Places = readonly Location[];

const tcSays = quote('tc');
const libbpfSays = quote('libbpf');

/** TCL-001 */
export const sectionWithoutProgram = (section: string, at: Places): Diagnostic =>
  error('TCL-001', `section '${section}' has code but no function symbol, so tc finds no program`, {
    at,
    notes: [
      tcSays(`object file doesn't contain sec ${section}`),
      'in assembly, write `.globl NAME`, `.type NAME, @function` and `.size NAME, . - NAME`',
    ],
  });

/** TCL-002 */
export const slotNotLoaded = (
  map: string,
  slot: number,
  program: string,
  section: string,
  at: Places,
): Diagnostic =>
  error(
    'TCL-002',
    `slot ${slot} of '${map}' holds '${program}', which tc loads only when it is asked for '${section}'`,
    {
      at,
      notes: [
        libbpfSays(`map '${map}': failed to initialize slot [${slot}] to prog '${program}' fd=`),
        'leave the slot empty and pin the map (LIBBPF_PIN_BY_NAME); then: tc exec bpf graft m:globals/NAME key SLOT obj FILE sec SECTION',
      ],
    },
  );

/** TCL-003; `words` are the whole message. */
export const mapRefused = (
  map: string,
  { words, isInner }: { readonly words: string; readonly isInner: boolean },
  at: Places,
): Diagnostic =>
  error('TCL-003', words, {
    at,
    notes: [
      libbpfSays(`map '${map}': failed to create${isInner ? ' inner map' : ''}: `),
      'an application could still set it before it loads the object; tc cannot, and creates all maps',
    ],
  });

/** TCL-004 */
export const neverLoaded = (section: string, program: string, at: Places): Diagnostic =>
  error('TCL-004', `'${program}' in section '${section}' is not to be loaded unasked`, {
    at,
    notes: [
      libbpfSays(`prog '${program}': skipped loading`),
      `tc asks for no program in this way, even if it is to attach it: name the section '${section.slice(1)}'`,
    ],
  });

/** TCL-005 */
export const foreignSection = (section: string, type: string, at: Places): Diagnostic =>
  warning(
    'TCL-005',
    `section '${section}' is for programs of type ${type}, which tc does not load`,
    {
      at,
      notes: ['tc loads the section that it is asked for, so the rest of the object is all right'],
    },
  );

/** TCL-005 */
export const nothingToLoad = (sections: readonly string[]): Diagnostic =>
  error(
    'TCL-005',
    `no section holds a program that tc or ip can load: ${sections.map((name) => `'${name}'`).join(', ')}`,
    {
      notes: [
        tcSays("object file doesn't contain sec classifier"),
        'they load programs of type sched_cls, sched_act, xdp and lwt_*; for other programs there is bpftool',
      ],
    },
  );

/** TCL-006 */
export const programArrayEmptied = (map: string, at: Places): Diagnostic =>
  warning('TCL-006', `program array '${map}' is not pinned: the kernel empties it when tc ends`, {
    at,
    notes: [
      'every tail call through it then goes on behind the call, and nothing says so',
      'write __uint(pinning, LIBBPF_PIN_BY_NAME) into its definition',
    ],
  });
