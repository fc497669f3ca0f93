import { shorten } from '../strings.ts';
import { hex } from '../targets.ts';
import type { DataSectionReport, ExternReport, VariableReport } from '../types.ts';
import { counted, indent, list, part, table } from './layout.ts';

/** Variables that the overview shows of a section. */
const FEW = 20;
/** Characters of a value. */
const LONGEST = 80;

/** `detailed`: all variables with their places; else the global ones. */
export function dataText(
  sections: readonly DataSectionReport[],
  detailed: boolean,
): readonly string[] {
  const [head, ...rows] = table(
    [{ title: 'section' }, { title: 'bytes', align: 'right' }, { title: '' }],
    sections.map((section) => [section.name, `${section.size}`, remarks(section, detailed)]),
  );
  const lines = sections.flatMap((section, i) => [
    rows[i]!,
    ...indent(detailed ? allVariables(section) : fewVariables(section), 4),
  ]);
  return head === undefined ? [] : part('Data', [head, ...lines]);
}

function remarks({ writable, zero, variables }: DataSectionReport, detailed: boolean): string {
  const kind = zero ? 'zeroes' : writable ? 'writable' : 'read-only';
  const locals = detailed ? 0 : variables.filter(({ binding }) => binding === 'local').length;
  return locals === 0 ? kind : `${kind}, ${counted(locals, 'local variable')}`;
}

function fewVariables({ variables }: DataSectionReport): string[] {
  const globals = variables.filter(({ binding }) => binding !== 'local');
  const rest = globals.length - FEW;
  return [
    ...globals.slice(0, FEW).map(variableText),
    ...(rest > 0 ? [`and ${rest} more (--data shows all)`] : []),
  ];
}

function allVariables({ variables }: DataSectionReport): string[] {
  const rows = table(
    [{ title: 'offset', align: 'right' }, { title: 'size', align: 'right' }, { title: 'variable' }],
    variables.map((variable) => [hex(variable.offset), `${variable.size}`, markedText(variable)]),
  );
  return rows.flatMap((row, i) => {
    const addresses = variables[i - 1]?.addresses ?? [];
    const texts = addresses.map(({ offset, name }) => `+${hex(offset)} ${name}`);
    return [row, ...indent(list('addresses', texts), 4)];
  });
}

function markedText(variable: VariableReport): string {
  const { binding, declaration } = variable;
  const told = binding === 'global' || (binding === 'local' && declaration?.startsWith('static '));
  return told ? variableText(variable) : `${variableText(variable)}  (${binding})`;
}

function variableText({ name, declaration, value }: VariableReport): string {
  return `${declaration ?? name}${value === null ? '' : ` = ${shorten(value, LONGEST)}`}`;
}

export function externsText(externs: readonly ExternReport[]): readonly string[] {
  const rows = externs.map(({ name, section, weak, declaration }) => [
    section ?? 'undefined',
    declaration ?? name,
    weak ? 'weak' : '',
  ]);
  return part(
    `Externs (${externs.length})`,
    table([{ title: '' }, { title: '' }, { title: '' }], rows),
  );
}
