/** `--help`. Loads all of yargs, so only this file imports it, and only `--help` imports this file. */
import yargs from 'yargs';
import { formsOf, type Option } from './options.ts';

/** The text of `--help`, without a newline at the end; the same whatever the terminal and the locale. */
export async function renderHelp(options: readonly Option[]): Promise<string> {
  let parser = yargs([])
    .scriptName('bpfld')
    .locale('en')
    .detectLocale(false)
    .help(false)
    .version(false)
    .wrap(100)
    .usage('Usage: bpfld [options] FILE...\n\nLinks BPF objects into one.')
    .epilogue(
      'FILE is an object, or a text that names objects with INPUT or GROUP.\n@FILE stands for the arguments in FILE; -- ends the options.',
    );
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
