/** `bpfld inspect FILE...`. Loaded when it is asked for: a link has no use for reports. */
import { noInputs } from '../diag/catalogue/command-line.ts';
import { inspect } from '../report/inspect/inspect.ts';
import { type Part, parts, renderText } from '../report/inspect/text/render.ts';
import type { Inspection } from '../report/inspect/types.ts';
import { renderJson } from '../report/json.ts';
import { beginCommand, type Command, type CommandDescription } from './command.ts';
import { type InspectOptionName, inspectOptions } from './inspect-options.ts';
import { printInPieces } from './print.ts';
import { readObject } from './read-object.ts';

const description: CommandDescription<InspectOptionName> = {
  name: 'bpfld inspect',
  usage:
    'Usage: bpfld inspect [options] FILE...\n\nShows what is in BPF objects: without options an overview.',
  epilogue: 'docs/inspect.md describes what is shown, and the JSON.',
  options: inspectOptions,
};

export const run: Command = async (argv, host, tools) => {
  const begun = await beginCommand(argv, host, tools, description);
  if (typeof begun === 'number') return begun;
  const { files, given, printer } = begun;
  if (files.length === 0) {
    printer.print([noInputs(description.name)]);
    return 2;
  }

  const json = given.has('json');
  const asked = new Set<Part>(parts.filter((part) => given.has('all') || given.has(part)));
  const options = { code: json || asked.has('code'), types: json || asked.has('btf') };
  const reports: Inspection[] = [];
  let shown = 0;
  for (const path of files) {
    const read = readObject(path, host);
    if (!('bytes' in read)) {
      printer.print([read]);
      continue;
    }
    const { report, diagnostics: found } = inspect(read.bytes, path, options);
    printer.print(found);
    if (report === undefined) continue;
    if (json) reports.push(report);
    else {
      if (shown++ > 0) host.out('\n');
      printInPieces(renderText(report, asked), host.out);
    }
  }
  if (json && (files.length > 1 || reports.length > 0)) {
    printInPieces(renderJson(files.length > 1 ? reports : reports[0]!), host.out);
  }
  return printer.hasErrors ? 1 : 0;
};
