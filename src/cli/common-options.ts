/** Options that several commands have, each once. */
import type { Option } from './options.ts';

export const helpOption: Option<'help'> = {
  name: 'help',
  letters: ['h'],
  value: 'none',
  group: 'Information',
  help: 'print this help and stop',
};

/** `what` is coloured, as told in `group`. */
export function colorOption(group: Option['group'], what: string): Option<'color'> {
  return {
    name: 'color',
    aliases: ['colour'],
    value: 'optional',
    placeholder: 'WHEN',
    choices: ['auto', 'always', 'never'],
    group,
    help: `colour ${what} (alone: always; default: auto)`,
  };
}
