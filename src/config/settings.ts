/** Settings from the command line (`--set`) and from values files (`--set-from`). */
import { malformedName } from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { parseInteger } from './integer.ts';
import { parseJsonObject } from './json.ts';
import { parseValue } from './parse-value.ts';
import { locate, type Span, type TextSource, textSource } from './source.ts';
import { isDiagnostic, type PathStep, type Setting } from './value.ts';

/** One `--set`; `text` is `name=value`, and `option` what diagnostics show before it. */
export function parseSetting(text: string, option = '--set '): Setting | Diagnostic {
  const source = textSource('command line', option + text);
  const start = option.length;
  const equals = source.text.indexOf('=', start);
  const nameSpan = { start, end: equals < 0 ? source.text.length : equals };
  const name = parseName(source, nameSpan, source.text.slice(nameSpan.start, nameSpan.end));
  if (isDiagnostic(name)) return name;
  if (equals < 0) {
    return malformedName(`'${name.name}' has no value`, locate(source, nameSpan));
  }
  const value = parseValue(source, equals + 1);
  return isDiagnostic(value) ? value : { ...name, value };
}

/** A values file: one JSON object, each member a setting. Syntax errors end it; bad names are all reported. */
export function parseSettingsFile(file: { readonly name: string; readonly text: string }): {
  readonly settings: readonly Setting[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const source = textSource(file.name, file.text);
  const members = parseJsonObject(source);
  if (isDiagnostic(members)) return { settings: [], diagnostics: [members] };
  const settings: Setting[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { name, nameSpan, value } of members) {
    const parsed = parseName(source, nameSpan, name);
    if (isDiagnostic(parsed)) diagnostics.push(parsed);
    else settings.push({ ...parsed, value });
  }
  return { settings, diagnostics };
}

const headPattern = /\.*[^.[\]=\s]+/y;
const stepPattern = /\.([^.[\]=\s]+)|\[\s*([^\]\s]*)\s*\]/y;

/** `name` is what `span` holds, with a JSON string's escapes undone. */
function parseName(
  source: TextSource,
  span: Span,
  name: string,
): Omit<Setting, 'value'> | Diagnostic {
  const origin = locate(source, span);
  // Positions inside the name hold only where no escape shifts them; the whole name serves otherwise.
  const exact = source.text.startsWith(name, span.start);
  const spanOf = (start: number, end: number): Span =>
    exact ? { start: span.start + start, end: span.start + end } : span;
  headPattern.lastIndex = 0;
  const head = headPattern.exec(name)?.[0];
  if (head === undefined) {
    return malformedName(name === '' ? 'it is empty' : `'${name}' names no symbol`, origin);
  }
  const steps: PathStep[] = [];
  for (let at = head.length; at < name.length; ) {
    stepPattern.lastIndex = at;
    const match = stepPattern.exec(name);
    const index = match?.[2] === undefined ? undefined : parseInteger(match[2]);
    if (match === null || (match[1] === undefined && (index === undefined || index < 0n))) {
      return malformedName(
        `expected .MEMBER or [INDEX], found '${name.slice(at)}'`,
        locate(source, spanOf(at, name.length)),
      );
    }
    const stepSpan = spanOf(at, stepPattern.lastIndex);
    at = stepPattern.lastIndex;
    if (match[1] !== undefined) steps.push({ kind: 'member', name: match[1], span: stepSpan });
    else if (index !== undefined) steps.push({ kind: 'index', index, span: stepSpan });
  }
  return { name, head, steps, source, origin };
}

/**
 * Splits a setting's name into a symbol and the path into it. Symbols may have dots of their own (clang
 * calls a static local `function.variable`), so the longest name that `has` knows wins. Undefined where
 * it knows none.
 */
export function bindSetting(
  setting: Setting,
  has: (symbol: string) => boolean,
): { readonly symbol: string; readonly path: readonly PathStep[] } | undefined {
  const { head, steps } = setting;
  const members = steps.findIndex((step) => step.kind === 'index');
  const names = [head];
  for (const step of steps.slice(0, members < 0 ? steps.length : members)) {
    if (step.kind === 'member') names.push(`${names.at(-1)}.${step.name}`);
  }
  for (let count = names.length - 1; count >= 0; count--) {
    const symbol = names[count]!;
    if (has(symbol)) return { symbol, path: steps.slice(count) };
  }
  return undefined;
}
