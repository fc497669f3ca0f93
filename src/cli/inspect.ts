/** `bpfld inspect FILE...`. Loaded when it is asked for: a link has no use for reports. */
import {
  archive,
  bitcode,
  cannotRead,
  noInputs,
  sourceFile,
} from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';
import { inspect } from '../report/inspect/inspect.ts';
import { renderJson } from '../report/inspect/json.ts';
import { type Part, parts, renderText } from '../report/inspect/text/render.ts';
import type { Inspection } from '../report/inspect/types.ts';
import type { ColorMode } from './arguments.ts';
import { classify } from './classify.ts';
import { type InspectOptionName, inspectOptions } from './inspect-options.ts';
import { normalise } from './normalise.ts';
import { Printer } from './print.ts';

const command = 'bpfld inspect';

const helpTexts = {
  usage: `Usage: ${command} [options] FILE...\n\nShows what is in BPF objects: without options an overview.`,
  epilogue: 'docs/inspect.md describes what is shown, and the JSON.',
};

interface InspectArguments {
  readonly files: readonly string[];
  /** By option, the last value that was given; empty for an option without. */
  readonly given: ReadonlyMap<InspectOptionName, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `argv`: what follows `inspect`, its response files expanded. Returns the exit code. */
export async function inspectFiles(
  argv: readonly string[],
  host: Host,
  core: { readonly loadHelp: () => Promise<typeof import('./help.ts')> },
): Promise<number> {
  const { files, given, diagnostics } = readArguments(argv);
  const color = given.get('color');
  const printer = new Printer(host, {
    color: color === undefined ? undefined : ((color || 'always') as ColorMode),
    errorLimit: Number(given.get('error-limit') ?? 20),
    fatalWarnings: false,
  });
  printer.print(diagnostics);
  if (printer.hasErrors) return 2;
  if (given.has('help')) {
    const { renderHelp } = await core.loadHelp();
    host.out(`${await renderHelp(inspectOptions, helpTexts)}\n`);
    return 0;
  }
  if (files.length === 0) {
    printer.print([noInputs(command)]);
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
      print(renderText(report, asked), host);
    }
  }
  if (json && (files.length > 1 || reports.length > 0)) {
    print(renderJson(files.length > 1 ? reports : reports[0]!), host);
  }
  return printer.hasErrors ? 1 : 0;
}

/** In pieces of some size: one write for each line would be slow. */
function print(texts: Iterable<string>, host: Host): void {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 65536) continue;
    host.out(piece);
    piece = '';
  }
  host.out(piece);
}

function readArguments(argv: readonly string[]): InspectArguments {
  const { canonical, diagnostics } = normalise(argv, inspectOptions, command);
  const files: string[] = [];
  const given = new Map<InspectOptionName, string>();
  for (const argument of canonical) {
    // `--input=file:a.o`, `--color=color:always`.
    const [, key, value] = /^--([^=]*)=[^:]*:(.*)$/s.exec(argument)!;
    if (key === 'input') files.push(value!);
    else given.set(key as InspectOptionName, value!);
  }
  return { files, given, diagnostics };
}

/** An object's bytes, or why there are none. */
function readObject(path: string, host: Host): { readonly bytes: Uint8Array } | Diagnostic {
  const read = host.readFile(path);
  if (!('bytes' in read)) return cannotRead('input', path, read.problem);
  const file = classify(path, read.bytes);
  switch (file.kind) {
    case 'archive':
      return archive(path);
    case 'bitcode':
      return bitcode(path, file.rustc);
    case 'source':
      return sourceFile(path, file.language);
    default:
      return read;
  }
}
