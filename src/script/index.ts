/** Linker scripts: read, evaluate, match. Pure: a script comes as text and includes through a callback. */

export type * from './ast.ts';
export type { ParseOptions } from './context.ts';
export {
  checkAssertion,
  type EvaluatedValue,
  type Evaluation,
  type ExpressionEnvironment,
  evaluateExpression,
} from './expression.ts';
export { compileGlob, type Glob, patternFault } from './glob.ts';
export { outputFormats } from './keywords.ts';
export {
  type CompiledSections,
  type CompiledSelector,
  compileFilePattern,
  compileSections,
  type InputFile,
  type InputPattern,
  type InputRule,
  matches,
  type OutputItem,
  type OutputRule,
  type Placement,
} from './match.ts';
export { type ParsedScript, parseScript } from './parser.ts';
export type { ScriptSource, Span } from './span.ts';
