/**
 * Verdicts as text. Of one loader everything is told, as a link tells it; of several a table, and below it each
 * finding in a line, once for all loaders that have it:
 *
 *              tc        libbpf   aya
 *     prog.o   2 errors  ok       mendable
 *
 *     prog.o: aya: 1 error
 *       AYA-005: ... (prog.c:12)
 */
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import { printable, renderDiagnostic } from '../../diag/render.ts';
import { mendLine } from './mend.ts';
import {
  type CheckedFile,
  type CheckReport,
  countFindings,
  errorsOf,
  type Verdict,
} from './types.ts';

export interface TextOptions {
  readonly color: boolean;
  /** How many findings of a loader are shown; 0 for all. */
  readonly limit: number;
}

/** Whether there is a table: several loaders were asked about. */
export function isTable({ files }: CheckReport): boolean {
  return files.some(({ verdicts }) => verdicts.length > 1);
}

/** Empty where one loader was asked about and nothing was found. */
export function* renderText(report: CheckReport, options: TextOptions): Generator<string> {
  const files = report.files.filter(({ fault }) => fault === undefined);
  if (isTable(report)) {
    yield* renderTable(files);
    for (const file of files) yield* renderGroups(file, options);
    if (files.some(({ verdicts }) => verdicts.some(({ findings }) => findings.length > 0))) {
      yield '\nbpfld check FILE --profile NAME tells all of one loader, bpfld explain CODE what a code means.\n';
    }
  } else {
    for (const { path, verdicts } of files) {
      for (const verdict of verdicts) yield* renderVerdict(path, verdict, options);
    }
  }
}

function* renderVerdict(
  path: string,
  verdict: Verdict,
  { color, limit }: TextOptions,
): Generator<string> {
  const { findings, name, version } = verdict;
  if (findings.length === 0) return;
  const shown = limit > 0 ? findings.slice(0, limit) : findings;
  for (const finding of shown) yield `${renderDiagnostic(finding, color)}\n`;
  const rest = findings.length - shown.length;
  if (rest > 0) yield `${andMore(rest)}\n`;
  yield `${printable(`${path}: ${countFindings(verdict)} for ${name} ${version}`)}\n`;
  const line = mendLine(path, verdict);
  if (line !== undefined) yield `>>> ${printable(line)}\n`;
}

function andMore(count: number): string {
  return `... and ${count} more (--error-limit=0 shows all)`;
}

function* renderTable(files: readonly CheckedFile[]): Generator<string> {
  const head = ['', ...(files[0]?.verdicts ?? []).map(({ profile }) => profile)];
  const rows = files.map(({ path, verdicts }) => [printable(path), ...verdicts.map(cell)]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all) {
    yield `${row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()}\n`;
  }
}

function cell(verdict: Verdict): string {
  const errors = errorsOf(verdict).length;
  if (errors === 0) return 'ok';
  if (verdict.mend?.possible === true) return 'mendable';
  return `${errors} error${errors === 1 ? '' : 's'}`;
}

/** Loaders that say the same are one group. */
function* renderGroups(file: CheckedFile, { limit }: TextOptions): Generator<string> {
  const groups = new Map<string, { lines: readonly string[]; verdicts: Verdict[] }>();
  for (const verdict of file.verdicts) {
    if (verdict.findings.length === 0) continue;
    const lines = [...new Set(verdict.findings.map(inOneLine))];
    const group = groups.get(lines.join('\n'));
    if (group === undefined) groups.set(lines.join('\n'), { lines, verdicts: [verdict] });
    else group.verdicts.push(verdict);
  }
  for (const { lines, verdicts } of groups.values()) {
    const names = verdicts.map(({ profile }) => profile).join(', ');
    yield `\n${printable(`${file.path}: ${names}: ${countFindings(verdicts[0]!)}`)}\n`;
    const shown = limit > 0 ? lines.slice(0, limit) : lines;
    for (const line of shown) yield `  ${printable(line)}\n`;
    if (shown.length < lines.length) yield `  ${andMore(lines.length - shown.length)}\n`;
    const mends = verdicts.flatMap((verdict) => mendLine(file.path, verdict) ?? []);
    for (const line of new Set(mends)) yield `  >>> ${printable(line)}\n`;
  }
}

function inOneLine({ code, severity, message, at }: Diagnostic): string {
  const [place] = at;
  const where = place === undefined ? '' : placeInOneLine(place);
  return `${severity === 'error' ? '' : `${severity}: `}${code}: ${message}${where}`;
}

/** The file alone stands above. */
function placeInOneLine(place: Location): string {
  if (place.kind !== 'object') return ` (${place.file}:${place.line})`;
  if (place.section === undefined) return '';
  const offset = place.offset === undefined ? '' : `+0x${place.offset.toString(16)}`;
  return ` (${place.section}${offset})`;
}
