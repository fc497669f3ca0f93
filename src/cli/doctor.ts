/** `bpfld doctor`: which loaders this machine and this project have, and which profile fits. */

import { unexpectedFile } from '../diag/catalogue/command-line.ts';
import { printable } from '../diag/render.ts';
import { renderJson } from '../report/json.ts';
import { beginCommand, type Command, type CommandDescription } from './command.ts';
import { helpOption } from './common-options.ts';
import { type KernelFacts, kernelFacts } from './doctor-kernel.ts';
import { type FoundLoader, machineLoaders } from './doctor-loaders.ts';
import { projectLoaders } from './doctor-projects.ts';
import { printInPieces } from './print.ts';
import { version } from './version.ts';

type DoctorOptionName = 'json' | 'help';

const description: CommandDescription<DoctorOptionName> = {
  name: 'bpfld doctor',
  usage:
    'Usage: bpfld doctor [options]\n\nTells which BPF loaders there are here, and which profile is for them.',
  epilogue: 'docs/check.md describes what is told.',
  options: [{ name: 'json', value: 'none', group: 'Output', help: 'as JSON' }, helpOption],
};

export const run: Command = async (argv, host, tools) => {
  const begun = await beginCommand(argv, host, tools, description);
  if (typeof begun === 'number') return begun;
  const { files, given, printer } = begun;
  if (files.length > 0) {
    printer.print([unexpectedFile(files[0]!, description.name)]);
    return 2;
  }
  const loaders = [...machineLoaders(host), ...projectLoaders(host)];
  const kernel = kernelFacts(host);
  const shown = given.has('json') ? renderJson(json(loaders, kernel)) : renderText(loaders, kernel);
  printInPieces(shown, host.out);
  return 0;
};

/** What is not known is null. */
function json(loaders: readonly FoundLoader[], kernel: KernelFacts): object {
  return {
    format: 1,
    bpfld: version,
    loaders: loaders.map(({ loader, found = null, profile = null, note = null }) => ({
      loader,
      found,
      profile,
      note,
    })),
    kernel: Object.fromEntries(
      Object.entries(kernel).map(([name, value]) => [name, value ?? null]),
    ),
  };
}

function* renderText(loaders: readonly FoundLoader[], kernel: KernelFacts): Generator<string> {
  yield* renderRows([
    ['LOADER', 'FOUND', 'PROFILE'],
    ...loaders.map(({ loader, found, profile, note }) => [
      loader,
      found ?? (profile === undefined ? 'no' : 'no project here that names it'),
      `${profile ?? '-'}${note === undefined ? '' : ` (${note})`}`,
    ]),
  ]);
  yield '\n';
  yield* renderRows([
    ['KERNEL', ''],
    ['release', kernel.release ?? 'unknown: this is no Linux, or /proc is not mounted'],
    ['types (BTF)', kernel.btf ? 'yes' : 'no: CO-RE, fentry and kernel functions need them'],
    ['JIT compiler', kernel.jit ?? 'unknown'],
    ['bpffs', kernel.bpffs.join(', ') || 'not mounted: needed for pins'],
    ['you', rights(kernel)],
  ]);
  yield '\nAn object for a loader: bpfld FILE --profile PROFILE -o OUTPUT\n';
  yield 'What a loader says to one: bpfld check FILE --profile PROFILE\n';
}

function rights({ root, capBpf, unprivileged }: KernelFacts): string {
  if (root === undefined || capBpf === undefined) return 'unknown';
  if (capBpf) return root ? 'root, may load programs' : 'may load programs (CAP_BPF)';
  const open =
    unprivileged === true ? 'socket filters only' : 'no programs: neither root nor CAP_BPF';
  return root ? 'root without CAP_BPF: may load no programs' : `may load ${open}`;
}

function* renderRows(rows: readonly (readonly string[])[]): Generator<string> {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((text, column) => printable(text).padEnd(widths[column]!));
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}
