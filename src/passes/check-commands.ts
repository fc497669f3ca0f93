/** Holds what the script says of the inputs against them: OUTPUT_FORMAT, ENTRY, EXTERN. */
import { didYouMean } from '../base/nearest.ts';
import { otherByteOrder } from '../diag/catalogue/elf.ts';
import { permitsNothing } from '../diag/catalogue/layout.ts';
import { namedButUndefined } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { LinkState } from '../model/state.ts';
import type {
  EntryCommand,
  ExternCommand,
  Name,
  OutputFormatCommand,
  PermitRelocationsCommand,
  Script,
} from '../script/ast.ts';

export function checkCommands(state: LinkState, script: Script, sink: DiagnosticSink): void {
  for (const command of script.commands) {
    if (command.kind === 'permit-relocations') checkPermits(script, command, sink);
    else if (command.kind === 'output-format') checkFormat(state, command, sink);
    else if (command.kind === 'entry' || command.kind === 'extern')
      checkNames(state, command, sink);
    else if (command.kind === 'sections') {
      for (const statement of command.statements) {
        if (statement.kind === 'entry') checkNames(state, statement, sink);
      }
    }
  }
}

/** A permission for a section that the script does not make is a misspelt one, if a name is near. */
function checkPermits(
  script: Script,
  command: PermitRelocationsCommand,
  sink: DiagnosticSink,
): void {
  const names = script.commands
    .flatMap((one) => (one.kind === 'sections' ? one.statements : []))
    .flatMap((statement) => (statement.kind === 'output-section' ? [statement.name.text] : []));
  for (const { text, span } of command.sections) {
    if (names.includes(text)) continue;
    const near = didYouMean(text, names);
    if (near !== '') sink.report(permitsNothing(text, near, span));
  }
}

function checkFormat(
  { files, order }: LinkState,
  command: OutputFormatCommand,
  sink: DiagnosticSink,
): void {
  const format = order === 'little' ? command.little : command.big;
  const asked = { 'elf64-bpfle': 'little', 'elf64-bpfbe': 'big' }[format.text] ?? order;
  if (asked === order || files[0] === undefined) return;
  sink.report(otherByteOrder(format.text, asked, files[0].path, order, format.span));
}

function checkNames(
  { symbols, scriptSymbols }: LinkState,
  command: EntryCommand | ExternCommand,
  sink: DiagnosticSink,
): void {
  const names: readonly Name[] = command.kind === 'entry' ? [command.symbol] : command.symbols;
  const keyword = command.kind === 'entry' ? 'ENTRY' : 'EXTERN';
  for (const { text, span } of names) {
    if (scriptSymbols.has(text) || symbols.get(text)?.definition !== undefined) continue;
    sink.report(namedButUndefined(keyword, text, span, symbols.definedNames()));
  }
}
