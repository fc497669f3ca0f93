/** `--help`. Loads all of yargs, so only this file imports it, and only `--help` imports this file. */
import yargs from 'yargs';
import { formsOf, type Option } from './options.ts';

export interface HelpTexts {
  readonly usage: string;
  readonly epilogue: string;
}

const link: HelpTexts = {
  usage: 'Usage: bpfld [options] FILE...\n\nLinks BPF objects into one.',
  epilogue: [
    'FILE is an object, or a text that names objects with INPUT or GROUP.',
    '@FILE stands for the arguments in FILE; -- ends the options.',
    '',
    'Commands, each with its own --help:',
    '  bpfld check FILE...    what loaders would say about objects',
    '  bpfld inspect FILE...  what is in objects',
    '  bpfld explain CODE     what the code of a diagnostic means',
    '  bpfld doctor           which loaders there are here, and the profile for each',
  ].join('\n'),
};

/** The text of `--help`, without a newline at the end; the same whatever the terminal and the locale. */
export async function renderHelp(
  options: readonly Option[],
  { usage, epilogue }: HelpTexts = link,
): Promise<string> {
  let parser = yargs([])
    .scriptName('bpfld')
    .locale('en')
    .detectLocale(false)
    .help(false)
    .version(false)
    .wrap(100)
    .usage(usage)
    .epilogue(epilogue);
  for (const option of options) {
    const [first, ...others] = formsOf(option).map((form) => form.replace(/^--?/, ''));
    const value = option.placeholder === undefined ? '' : `${option.placeholder}: `;
    parser = parser.option(first!, {
      alias: others,
      describe: `${value}${option.help}`,
      group: `${option.group}:`,
      ...(option.choices === undefined ? {} : { choices: option.choices }),
    });
  }
  return parser.getHelp();
}
