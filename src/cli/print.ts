import type { Diagnostic } from '../diag/diagnostic.ts';
import { renderDiagnostic } from '../diag/render.ts';
import type { Host } from '../host.ts';
import type { ColorMode } from './arguments.ts';

export interface PrintOptions {
  readonly color: ColorMode | undefined;
  /** Errors to print; 0 means all. */
  readonly errorLimit: number;
  readonly fatalWarnings: boolean;
}

/** What the options of a command say about printing. */
export function printOptions(given: ReadonlyMap<string, readonly string[]>): PrintOptions {
  const color = given.get('color')?.at(-1);
  return {
    color: color === undefined ? undefined : ((color || 'always') as ColorMode),
    errorLimit: Number(given.get('error-limit')?.at(-1) ?? 20),
    fatalWarnings: given.has('fatal-warnings'),
  };
}

/** In pieces of some size: one write for each line would be slow. */
export function printInPieces(texts: Iterable<string>, print: (text: string) => void): void {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 65536) continue;
    print(piece);
    piece = '';
  }
  if (piece !== '') print(piece);
}

/** Prints diagnostics as they come and counts the errors. */
export class Printer {
  readonly #host: Host;
  readonly #options: PrintOptions;
  /** Found out with the first diagnostic: to ask a stream whether it is a terminal takes a while. */
  #color: boolean | undefined;
  #errors = 0;

  constructor(host: Host, options: PrintOptions) {
    this.#host = host;
    this.#options = options;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  print(diagnostics: readonly Diagnostic[]): void {
    const { errorLimit, fatalWarnings } = this.#options;
    for (const diagnostic of diagnostics) {
      const fatal = fatalWarnings && diagnostic.severity === 'warning';
      const shown: Diagnostic = fatal ? { ...diagnostic, severity: 'error' } : diagnostic;
      // Behind the limit everything is silent, but the exit code still counts.
      if (errorLimit > 0 && this.#errors > errorLimit) return;
      if (shown.severity === 'error' && this.#errors++ === errorLimit && errorLimit > 0) {
        this.#host.err(
          'error: too many errors emitted, stopping now (use --error-limit=0 to see all errors)\n',
        );
        return;
      }
      this.#color ??= wantsColor(this.#options.color, this.#host);
      this.#host.err(`${renderDiagnostic(shown, this.#color)}\n`);
    }
  }
}

/** The flag decides, then NO_COLOR and FORCE_COLOR, then the terminal. */
export function wantsColor(
  mode: ColorMode | undefined,
  host: Pick<Host, 'env' | 'terminal'>,
): boolean {
  if (mode === 'always' || mode === 'never') return mode === 'always';
  const { env, terminal } = host;
  if (env.NO_COLOR) return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return terminal && env.TERM !== 'dumb';
}
