/** `bpfld explain CODE...`: what docs/diagnostics/ tells of a code, on the terminal. */
import { unknownCode } from '../diag/catalogue/command-line.ts';
import { type Explanation, explanations, families } from '../diag/explanations.ts';
import { beginCommand, type Command, type CommandDescription } from './command.ts';
import { colorOption, helpOption } from './common-options.ts';
import { renderMarkdown } from './markdown.ts';
import { wantsColor } from './print.ts';

type ExplainOptionName = 'list' | 'color' | 'help';

const description: CommandDescription<ExplainOptionName> = {
  name: 'bpfld explain',
  usage:
    'Usage: bpfld explain [options] [CODE...]\n\nTells what the codes of diagnostics mean, and what to do.',
  epilogue: 'Without a code: the list of all.',
  options: [
    { name: 'list', value: 'none', group: 'Output', help: 'list all codes with their titles' },
    colorOption('Output', 'headings and code'),
    helpOption,
  ],
};

export const run: Command = async (argv, host, tools) => {
  const begun = await beginCommand(argv, host, tools, description);
  if (typeof begun === 'number') return begun;
  const { files: words, given, printer, printing } = begun;
  if (words.length === 0 || given.has('list')) {
    host.out(listAll());
    return 0;
  }
  const known = explanations();
  const found: Explanation[] = [];
  for (const word of words) {
    const explanation = known.get(word.toUpperCase());
    if (explanation !== undefined) found.push(explanation);
    else printer.print([unknownCode(word, [...known.keys()], description.name)]);
  }
  const color = wantsColor(printing.color, host);
  host.out(found.map((one) => renderMarkdown(markdownOf(one), color)).join('\n'));
  return printer.hasErrors ? 2 : 0;
};

function markdownOf({ code, title, text }: Explanation): string {
  return `### ${code}: ${title}\n\n${text}\n`;
}

function listAll(): string {
  return families()
    .map(({ title, explanations: all }) => {
      const lines = all.map(({ code, title: meaning }) => `  ${code.padEnd(10)}  ${meaning}\n`);
      return `${title}\n${lines.join('')}`;
    })
    .join('\n');
}
