/**
 * Takes note of the symbols that the script assigns, so that references to them are not undefined. Their
 * values are known when offsets are assigned. PROVIDE defines a symbol only where something refers to
 * it and nothing defines it.
 */
import { definedTwiceByScript } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { LinkState } from '../model/state.ts';
import type { Assignment, Script } from '../script/ast.ts';

export function defineScriptSymbols(state: LinkState, script: Script, sink: DiagnosticSink): void {
  for (const { target, mode } of assignments(script)) {
    const name = target.text;
    if (name === '.' || state.scriptSymbols.has(name)) continue;
    const global = state.symbols.get(name);
    if (mode !== 'define' && (global === undefined || global.definition !== undefined)) continue;
    if (global?.definition !== undefined) {
      sink.report(definedTwiceByScript(name, target.span, global.definition.file.path));
    }
    const hidden = mode === 'provide-hidden';
    state.scriptSymbols.set(name, { name, hidden, section: undefined, value: 0 });
  }
}

function* assignments(script: Script): Generator<Assignment> {
  for (const command of script.commands) {
    if (command.kind === 'assignment') yield command;
    if (command.kind !== 'sections') continue;
    for (const statement of command.statements) {
      if (statement.kind === 'assignment') yield statement;
      if (statement.kind !== 'output-section') continue;
      for (const inner of statement.statements) if (inner.kind === 'assignment') yield inner;
    }
  }
}
