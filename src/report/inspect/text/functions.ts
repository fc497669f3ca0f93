import { alignUp } from '../../../base/bytes.ts';
import { hex, plus } from '../targets.ts';
import type { FunctionReference, FunctionReport, ProgramReport, StackReport } from '../types.ts';
import { counted, indent, list, part, table } from './layout.ts';

/** Programs, then the functions that they call. `detailed`: with prototypes and source lines. */
export function functionsText(
  functions: readonly FunctionReport[],
  detailed: boolean,
): readonly string[] {
  const programs = functions.filter(({ role }) => role === 'program');
  const others = functions.filter(({ role }) => role === 'subprogram');
  const ambiguous = repeated(functions.map(({ name }) => name));
  return [
    ...part(`Programs (${programs.length})`, functionTable(programs, detailed, ambiguous)),
    ...part(`Functions (${others.length})`, functionTable(others, detailed, ambiguous)),
  ];
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

function functionTable(
  functions: readonly FunctionReport[],
  detailed: boolean,
  ambiguous: ReadonlySet<string>,
): string[] {
  const lines = table(
    [
      { title: 'name' },
      { title: 'section' },
      { title: 'type' },
      { title: 'insns', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: 'stack', align: 'right' },
      { title: '' },
    ],
    functions.map((fn) => [
      fn.name,
      plus(fn.section, fn.offset),
      fn.role === 'program' ? programText(fn.program) : '',
      `${fn.instructions}`,
      `${fn.size}`,
      stackText(fn.stack),
      remarks(fn),
    ]),
  );
  const [head, ...rows] = lines;
  if (head === undefined) return [];
  return [
    head,
    ...functions.flatMap((fn, i) => [rows[i]!, ...indent(usesText(fn, detailed, ambiguous), 4)]),
  ];
}

function programText(program: ProgramReport | null): string {
  if (program === null) return 'unknown';
  const { type, attach } = program;
  return attach === null || attach === type ? type : `${type}/${attach}`;
}

function stackText({ own, known }: StackReport): string {
  return known ? `${own}` : `${own}+`;
}

function remarks({ section, binding, visibility, stack, program }: FunctionReport): string {
  // The function's own frame alone.
  const alone = Math.max(32, alignUp(stack.own, 32));
  const slot = /^(\d+|0x[\da-f]+)\/(\d+)$/.exec(section);
  const words = [
    slot === null ? '' : `slot ${slot[2]} of the map with id ${slot[1]}`,
    binding === 'weak' ? 'weak' : '',
    visibility === 'default' || visibility === null ? '' : visibility,
    program?.sleepable === true ? 'sleepable' : '',
    program?.autoload === false ? 'not loaded unasked' : '',
    stack.withCalls === null ? 'recursive' : '',
    stack.withCalls !== null && stack.withCalls > alone
      ? `stack with calls ${stack.withCalls}`
      : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** `clamp`, or `clamp (.text+0x20)` where there are several. */
function referenceText(
  { name, section, offset }: FunctionReference,
  ambiguous: ReadonlySet<string>,
): string {
  if (section === null || offset === null || !ambiguous.has(name)) return name;
  return `${name} (${section}+${hex(offset)})`;
}

function usesText(fn: FunctionReport, detailed: boolean, ambiguous: ReadonlySet<string>): string[] {
  const width = 'callbacks'.length;
  const { source, declaration } = fn;
  const references = (to: readonly FunctionReference[]): string[] =>
    to.map((one) => referenceText(one, ambiguous));
  const at = source === null ? [] : [`${source.file}:${source.line}`];
  return [
    ...(detailed ? list('at', at, width) : []),
    ...(detailed && declaration !== null ? list('in C', [declaration], width) : []),
    ...list('also', fn.aliases, width),
    ...list('calls', references(fn.calls), width),
    ...list('callbacks', references(fn.callbacks), width),
    ...list('helpers', fn.helpers, width),
    ...list('kfuncs', fn.kfuncs, width),
    ...list('maps', fn.maps, width),
    ...list('data', fn.data, width),
  ];
}

/** For the head of the report. */
export function codeSummary(functions: readonly FunctionReport[]): string {
  const programs = functions.filter(({ role }) => role === 'program').length;
  const instructions = functions.reduce((sum, fn) => sum + fn.instructions, 0);
  const others = functions.length - programs;
  const also = others === 0 ? '' : ` and ${counted(others, 'function')}`;
  return `${counted(programs, 'program')}${also}, ${counted(instructions, 'instruction')}`;
}
