import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import {
  type Command,
  type OutputSection,
  type OutputStatement,
  type ParsedScript,
  type ParseOptions,
  parseScript,
} from '../../src/script/index.ts';

export const options: ParseOptions = {
  profiles: ['tc', 'libbpf'],
  lowerings: { calls: ['copy'], rodata: ['fold', 'stack'], fetch: 'patterns' },
};

export function parse(text: string, files: Readonly<Record<string, string>> = {}): ParsedScript {
  return parseScript(
    { name: 'test.ld', text },
    {
      ...options,
      include: (name) => (Object.hasOwn(files, name) ? { name, text: files[name]! } : undefined),
    },
  );
}

/** The commands of a script that must be free of complaints. */
export function commands(text: string): readonly Command[] {
  const { script, diagnostics } = parse(text);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(show).join('\n'));
  return script.commands;
}

export function command(text: string): Command {
  return commands(text)[0]!;
}

export function outputSection(text: string): OutputSection {
  const sections = command(`SECTIONS { ${text} }`);
  const statement = sections.kind === 'sections' ? sections.statements[0] : undefined;
  if (statement?.kind !== 'output-section') throw new Error('no output section');
  return statement;
}

export function bodyStatement(text: string): OutputStatement {
  return outputSection(`.out : { ${text} }`).statements[0]!;
}

/** `SCRIPT-001@2:7`, and `+3` where the caret underlines more than one column. */
export function show(diagnostic: Diagnostic): string {
  const place = diagnostic.at[0];
  if (place?.kind !== 'text') return diagnostic.code;
  const length = place.length > 1 ? `+${place.length}` : '';
  return `${diagnostic.code}@${place.line}:${place.column}${length}`;
}

export function complaints(text: string, files?: Readonly<Record<string, string>>): string[] {
  return parse(text, files).diagnostics.map(show);
}
