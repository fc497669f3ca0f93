/**
 * The parser is recursive descent over `cursor.ts`. Every `parse...` function returns its node, or
 * undefined after it has reported an error; the statement loop (`parseStatements`) then skips to the next
 * statement, so that one run shows several errors:
 *
 *     PROFLE(tc)                 SCRIPT-002 here,
 *     SECTIONS {
 *       .text : AT(0) { }        SCRIPT-003 here,
 *       .data : { *(.data }      SCRIPT-001 here.
 *     }
 *
 * It never throws, whatever the text: numbers and patterns have a greatest length, expressions a greatest
 * size and depth, includes a greatest depth and count, and 50 errors end the reading.
 */

import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Command, Script } from './ast.ts';
import { isInForce, type ParseContext, type ParseOptions } from './context.ts';
import { Cursor, ScriptReport } from './cursor.ts';
import { parseCommands } from './parse-commands.ts';
import type { ScriptSource } from './span.ts';

export interface ParsedScript {
  /** What could be read; complete where no diagnostic is an error. */
  readonly script: Script;
  readonly diagnostics: readonly Diagnostic[];
}

export function parseScript(source: ScriptSource, options: ParseOptions): ParsedScript {
  const report = new ScriptReport();
  const context: ParseContext = {
    options,
    report,
    sources: [source],
    open: [source.name],
    includes: 0,
    settings: new Map(),
  };
  const commands: Command[] = [];
  parseCommands(context, new Cursor(source, report), commands);
  const inForce = commands.filter((command) => isCommandInForce(context, command));
  return {
    script: { kind: 'script', commands: inForce, sources: context.sources },
    diagnostics: report.diagnostics,
  };
}

function isCommandInForce(context: ParseContext, command: Command): boolean {
  switch (command.kind) {
    case 'profile':
      return isInForce(context, 'PROFILE', command.span);
    case 'lower':
      return isInForce(context, `LOWER(${command.lowering.text})`, command.span);
    default:
      return true;
  }
}
