/** Whether an object that bpfld refuses to link for a loader would really go wrong there. */
import { writeFileSync } from 'node:fs';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import type { CorpusObject } from '../parity/corpus.ts';
import type { LibbpfObject } from '../support/libbpf-code.ts';
import type { Packet } from '../support/packets.ts';
import { judge, resolvedPrograms } from './judge.ts';
import { linkFor, linkWithoutRules } from './links.ts';
import type { TargetLoader } from './loader.ts';

export interface Refusal {
  readonly codes: readonly string[];
  /** How it was shown to be right; undefined where the loader does with it what libbpf does. */
  readonly shown: keyof typeof proofs | undefined;
}

export const proofs = {
  'the loader refuses': 'the object in user space, linked without the rules of bpfld or not at all',
  'the kernel refuses': 'a map or program that it takes from libbpf',
  'goes wrong': 'code, data or a result is not what it is with libbpf',
  'the loader says so':
    'its message is the one that bpfld foretells, where this kernel takes no such program from libbpf either',
  'slots stay empty':
    'aya does not fill the slots of maps of maps and programs that the source fills',
  'asks what is meant':
    'code uses an address as a number, which may mean the word that stands there: the user has to say',
  'calls its neighbour':
    'tc takes two programs in one section for one, which is right where the first calls the second and nothing else; bpfld does not look so far',
  'wrong with libbpf as well':
    'what the others are held to is wrong itself: libbpf calls a function at its beginning where the code calls the middle (LIBBPF-004)',
  'not the first of its section':
    'tc takes the first program of a section, and others that libbpf takes are not to be had',
  'not whole with libbpf':
    'some programs of the object are refused from libbpf too, and what bpfld refuses is theirs',
  'no link at all': 'bpfld does not link it for any loader',
  'nothing to load':
    'this kernel takes none of its programs from libbpf either, and in user space all is well',
} as const;

export function examineRefusal(
  object: CorpusObject,
  errors: readonly Diagnostic[],
  original: LibbpfObject,
  path: string,
  loader: TargetLoader,
  packets: readonly Packet[],
): Refusal {
  const codes = [...new Set(errors.map(({ code }) => code))];
  const { bytes } = linkWithoutRules(loader.profile, object);
  if (bytes === undefined && linkFor('generic', object).bytes === undefined) {
    return { codes, shown: 'no link at all' };
  }
  if (bytes !== undefined) writeFileSync(path, bytes);
  const read = bytes === undefined ? object.path : path;
  const { faults } = judge(original, read, loader, packets);
  const aspects = new Set(faults.map(({ aspect }) => aspect));
  if (aspects.has('object')) return { codes, shown: 'the loader refuses' };
  if (aspects.has('load') || aspects.has('map')) return { codes, shown: 'the kernel refuses' };
  if (faults.length > 0) return { codes, shown: 'goes wrong' };
  const messages = messagesOf(original, read, loader);
  if (errors.some((error) => isSaid(error, messages))) {
    return { codes, shown: 'the loader says so' };
  }
  if (errors.every(isAboutSlots)) return { codes, shown: 'slots stay empty' };
  const isLoadable = resolvedPrograms(original).some(({ loaded }) => loaded);
  return { codes, shown: isLoadable ? undefined : 'nothing to load' };
}

/** Of the whole object and of each program, also those that this kernel never takes. */
function messagesOf(original: LibbpfObject, path: string, loader: TargetLoader): string[] {
  const all = resolvedPrograms(original).map(({ name }) => ({ name, runs: false }));
  const { message, programs } = loader.examine(path, { programs: all, packets: [] });
  return [message, ...programs.values()].filter((one) => typeof one === 'string');
}

/** Whether a message has the words that bpfld quotes, of which `...` stands for what may be anything. */
function isSaid({ says }: Diagnostic, messages: readonly string[]): boolean {
  if (says === undefined) return false;
  const words = says.text.split('...').map((part) => part.replace(/[^\w\s]/g, '\\$&'));
  const pattern = new RegExp(words.join('.*'), 's');
  return messages.some((message) => pattern.test(message));
}

function isAboutSlots({ code, message }: Diagnostic): boolean {
  return code === 'AYA-027' && message.includes("in '.maps'");
}
