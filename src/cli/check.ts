/** `bpfld check FILE...`. Loaded when it is asked for. */
import { check } from '../check.ts';
import { cannotWrite, conflict, noInputs } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { explanations } from '../diag/explanations.ts';
import type { Host } from '../host.ts';
import { jsonReport } from '../report/check/json.ts';
import { sarifLog } from '../report/check/sarif.ts';
import { isTable, renderText } from '../report/check/text.ts';
import {
  type CheckedFile,
  type CheckReport,
  errorsOf,
  type Verdict,
} from '../report/check/types.ts';
import { renderJson } from '../report/json.ts';
import { type CheckArguments, type Output, readCheckArguments } from './check-arguments.ts';
import { type CheckOptionName, checkOptions } from './check-options.ts';
import { beginCommand, type Command, type CommandDescription } from './command.ts';
import { type PrintOptions, printInPieces, wantsColor } from './print.ts';
import { readObject } from './read-object.ts';
import { version } from './version.ts';

const description: CommandDescription<CheckOptionName> = {
  name: 'bpfld check',
  usage:
    'Usage: bpfld check [options] FILE...\n\nTells what loaders would say about BPF objects, before they are loaded.',
  epilogue:
    'docs/check.md describes the reports and exit codes; bpfld explain CODE what a code means.',
  options: checkOptions,
};

export const run: Command = async (argv, host, tools) => {
  const begun = await beginCommand(argv, host, tools, description);
  if (typeof begun === 'number') return begun;
  const { files, given, printer, printing } = begun;
  const asked = readCheckArguments(given, description.name);
  printer.print([...asked.diagnostics, ...overwrites(asked.outputs, files, host)]);
  if (files.length === 0) printer.print([noInputs(description.name)]);
  if (printer.hasErrors) return 2;

  const fatal = printing.fatalWarnings;
  const report: CheckReport = { files: files.map((path) => checkFile(path, asked, fatal, host)) };
  printer.print(report.files.flatMap(({ fault }) => fault ?? []));
  for (const output of asked.outputs) {
    const problem = write(output, report, printing, host);
    if (problem !== undefined) printer.print([problem]);
  }
  return printer.hasErrors || report.files.some((file) => fails(file, asked)) ? 1 : 0;
};

/** A report must not replace an object, nor another report. */
function overwrites(
  outputs: readonly Output[],
  inputs: readonly string[],
  host: Host,
): readonly Diagnostic[] {
  const taken = new Set(inputs.map((path) => host.identify(path)));
  return outputs.flatMap(({ file }) => {
    if (file === undefined) return [];
    const identity = host.identify(file);
    if (!taken.has(identity)) {
      taken.add(identity);
      return [];
    }
    const problem = `the report '${file}' would be written over an input or another report`;
    return [conflict(problem, 'give it another name')];
  });
}

function checkFile(
  path: string,
  { profiles, levels }: CheckArguments,
  fatal: boolean,
  host: Host,
): CheckedFile {
  const read = readObject(path, host);
  if (!('bytes' in read)) return { path, fault: read, verdicts: [] };
  const adjusted = (finding: Diagnostic): readonly Diagnostic[] => {
    const level = levels.get(finding.code) ?? finding.severity;
    if (level === 'off') return [];
    return [{ ...finding, severity: fatal && level === 'warning' ? 'error' : level }];
  };
  const verdicts = profiles.map((profile): Verdict => {
    const { loader, diagnostics, mend } = check({ file: { path, bytes: read.bytes }, profile });
    return { profile, ...loader!, findings: diagnostics.flatMap(adjusted), mend };
  });
  return { path, fault: undefined, verdicts };
}

/** Not every loader has to take an object, if all were asked. */
function fails({ verdicts }: CheckedFile, { all }: CheckArguments): boolean {
  const refused = verdicts.filter((verdict) => errorsOf(verdict).length > 0);
  return refused.length > 0 && (!all || refused.length === verdicts.length);
}

/** What kept the report from being written. */
function write(
  { format, file }: Output,
  report: CheckReport,
  { color, errorLimit }: PrintOptions,
  host: Host,
): Diagnostic | undefined {
  const coloured = file === undefined && wantsColor(color, host);
  const pieces = {
    text: () => renderText(report, { color: coloured, limit: errorLimit }),
    json: () => renderJson(jsonReport(report, version)),
    sarif: () =>
      renderJson(
        sarifLog(report, { version, directory: host.directory, explanations: explanations() }),
      ),
  }[format]();
  if (file !== undefined) {
    const problem = host.writeFile(file, new TextEncoder().encode([...pieces].join('')));
    return problem === undefined ? undefined : cannotWrite('report', file, problem);
  }
  // A table is data; what is told of one loader are diagnostics as those of a link.
  const print = format !== 'text' || isTable(report) ? host.out : host.err;
  printInPieces(pieces, print);
  return undefined;
}
