/** The rule of aya's loader about functions that are global in the BTF. */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { kernelSays, linkRemedy, type Places } from './quotes.ts';

/** What the kernel cannot verify by itself: what it calls back, a result, an argument passed by value, a pointer to what has no size. */
export type SubprogramRefusal =
  | { readonly is: 'result' }
  | { readonly is: 'callback' }
  | { readonly is: 'value' | 'size'; readonly index: number };

const remedy = `make the function static; of hidden functions a link does: ${linkRemedy}`;

/** AYA-039 */
export const refusedSubprogram = (
  fn: string,
  program: string,
  refusal: SubprogramRefusal,
  at: Places,
): Diagnostic => {
  const { what, quoted } = describe(fn, refusal);
  return error(
    'AYA-039',
    `'${fn}', which '${program}' reaches, is global in the BTF, and the kernel cannot verify it by itself: ${what}`,
    { at, notes: [kernelSays(quoted), remedy] },
  );
};

function describe(fn: string, refusal: SubprogramRefusal): { what: string; quoted: string } {
  if (refusal.is === 'callback') {
    return { what: 'its address is taken', quoted: 'callback function not static' };
  }
  if (refusal.is === 'result') {
    return {
      what: 'its result is no number',
      quoted: `Global function ${fn}() doesn't return scalar. Only those are supported.`,
    };
  }
  const { index } = refusal;
  return refusal.is === 'value'
    ? {
        what: `argument ${index + 1} is passed by value`,
        quoted: `Arg#${index} type STRUCT in ${fn}() is not supported yet.`,
      }
    : {
        what: `argument ${index + 1} points to what has no size`,
        quoted: `arg#${index} reference type('UNKNOWN ') size cannot be determined: -22`,
      };
}

/** AYA-039 */
export const hiddenSubprogram = (fn: string, program: string, at: Places): Diagnostic =>
  warning(
    'AYA-039',
    `'${fn}', which '${program}' reaches, is hidden, and global in the BTF: the kernel verifies it by itself`,
    {
      at,
      notes: [
        kernelSays(`Caller passes invalid args into func#N ('${fn}')`),
        'its arguments may be anything then, pointers also null, and of its result nothing is known; libbpf makes it static, aya does not',
        remedy,
      ],
    },
  );
