import {
  badNumber,
  strayCharacter,
  strayCommentEnd,
  tooManyScriptErrors,
  unexpectedToken,
  unterminated,
} from '../diag/catalogue/script.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Name } from './ast.ts';
import { fileCommands } from './keywords.ts';
import { readToken } from './lexer.ts';
import { LineTable, type ScriptSource, type Span } from './span.ts';
import { describeToken, type LexMode, type Token } from './token.ts';

/** After that many errors the rest of the script is not read. */
const maxErrors = 50;

/** Whether a script has had enough; shared by the cursors of a script and of what it includes. */
export class ScriptReport {
  readonly diagnostics: Diagnostic[] = [];
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  report(diagnostic: Diagnostic, at: Span): void {
    if (this.#stopped) return;
    this.diagnostics.push(diagnostic);
    if (this.diagnostics.length >= maxErrors) {
      this.diagnostics.push(tooManyScriptErrors(at));
      this.#stopped = true;
    }
  }
}

/**
 * Reads a script's tokens in the parser's modes and counts the open brackets, which is what error recovery
 * goes by. Parentheses never hold braces or `;`, so one of these shows that a `)` is missing. Once the report is full, it says that the script has ended.
 */
export class Cursor {
  readonly source: ScriptSource;
  readonly #report: ScriptReport;
  readonly #lines: LineTable;
  #offset = 0;
  #braces = 0;
  #parentheses = 0;
  /** Where a token stands that has been reported for itself. */
  #badReported = -1;
  #peeked: { readonly mode: LexMode; readonly token: Token } | undefined;

  constructor(source: ScriptSource, report: ScriptReport) {
    this.source = source;
    this.#report = report;
    this.#lines = new LineTable(source);
  }

  /** How many braces are open. */
  get depth(): number {
    return this.#braces;
  }

  /** Behind what was taken last. */
  get offset(): number {
    return this.#offset;
  }

  peek(mode: LexMode): Token {
    if (this.#report.stopped) {
      const end = this.source.text.length;
      return { kind: 'end', text: '', start: end, end };
    }
    if (this.#peeked?.mode !== mode) {
      this.#peeked = { mode, token: readToken(this.source.text, this.#offset, mode) };
    }
    return this.#peeked.token;
  }

  take(mode: LexMode): Token {
    const token = this.peek(mode);
    this.#offset = token.end;
    this.#peeked = undefined;
    if (token.kind === 'mark') {
      if (token.text === '(') this.#parentheses++;
      else if (token.text === ')') this.#parentheses = Math.max(0, this.#parentheses - 1);
      else if (token.text === '{') this.#braces++;
      else if (token.text === '}') this.#braces = Math.max(0, this.#braces - 1);
    }
    return token;
  }

  /** What follows a token that is not taken yet. */
  peekBehind(token: Token, mode: LexMode): Token {
    return readToken(this.source.text, token.end, mode);
  }

  span(token: Token): Span {
    return this.#lines.span(token.start, token.end);
  }

  /** From `start` to the end of what was taken last. */
  spanFrom(start: Token): Span {
    return this.#lines.span(start.start, this.#offset);
  }

  name(token: Token): Name {
    return { text: token.text, span: this.span(token) };
  }

  isMark(mode: LexMode, ...marks: readonly string[]): boolean {
    const token = this.peek(mode);
    return token.kind === 'mark' && marks.includes(token.text);
  }

  /** Takes the mark if it is next. */
  accept(mode: LexMode, mark: string): boolean {
    if (!this.isMark(mode, mark)) return false;
    this.take(mode);
    return true;
  }

  /** Takes the mark, or reports that something else stands there. */
  expect(mode: LexMode, mark: string): boolean {
    if (this.accept(mode, mark)) return true;
    this.unexpected(mode, `'${mark}'`);
    return false;
  }

  /** A bare or quoted word, or undefined and a report. */
  expectName(mode: LexMode, what: string): Name | undefined {
    const token = this.peek(mode);
    if (token.kind === 'name' || token.kind === 'string') return this.name(this.take(mode));
    this.unexpected(mode, what);
    return undefined;
  }

  /** Goes on as if a `}` that the script lacks had stood here. */
  assumeClosingBrace(): void {
    this.#braces = Math.max(0, this.#braces - 1);
  }

  /** Reports that the next token is not what was expected, or what is wrong with the token itself. */
  unexpected(mode: LexMode, expected: string, hint?: string): void {
    const token = this.peek(mode);
    if (token.kind === 'bad') this.#reportBad(token);
    else this.report(unexpectedToken(this.span(token), expected, describeToken(token), hint));
  }

  report(diagnostic: Diagnostic): void {
    this.#report.report(diagnostic, this.span(this.peek('name')));
  }

  #reportBad(token: Extract<Token, { kind: 'bad' }>): void {
    const { fault } = token;
    if (this.#badReported === token.start) return;
    this.#badReported = token.start;
    switch (fault.kind) {
      case 'unterminated': {
        const end = fault.what === 'comment' ? token.start + 2 : token.end;
        this.report(unterminated(this.#lines.span(token.start, end), fault.what));
        return;
      }
      case 'character': {
        const at = this.#lines.span(token.start, token.start + 1);
        this.report(strayCharacter(at, showCharacter(token.text)));
        return;
      }
      case 'comment-end':
        this.report(strayCommentEnd(this.span(token)));
        return;
      case 'number':
        this.report(badNumber(this.span(token), token.text.slice(0, 40), fault.reason));
        return;
    }
  }

  /**
   * After an error inside a statement that began with `depth` open braces: skips to the next statement,
   * which begins after a `;`, after the statement's own `}`, or with a word that is the first of its line.
   * The `}` that closes what the statement stands in is left alone.
   */
  recover(mode: 'name' | 'pattern', depth: number): void {
    let line = this.#lines.lineAt(this.#offset);
    for (;;) {
      const token = this.peek(mode);
      if (token.kind === 'end') return;
      // An open comment or string explains what was skipped, so it is worth an error of its own.
      if (token.kind === 'bad' && token.fault.kind === 'unterminated') this.#reportBad(token);
      const tokenLine = this.#lines.lineAt(token.start);
      if (token.kind === 'mark' && ';{}'.includes(token.text)) this.#parentheses = 0;
      if (this.#braces <= depth) {
        if (token.kind === 'mark' && token.text === '}' && depth > 0) return;
        const inParentheses = this.#parentheses > 0 && !fileCommands.includes(token.text);
        if (token.kind === 'name' && tokenLine > line && !inParentheses) {
          this.#parentheses = 0;
          return;
        }
      }
      line = tokenLine;
      this.take(mode);
      const closes = token.kind === 'mark' && (token.text === ';' || token.text === '}');
      if (closes && this.#braces <= depth) return;
    }
  }
}

function showCharacter(text: string): string {
  const code = text.charCodeAt(0);
  if (code > 0x20 && code !== 0x7f) return `'${text[0]}'`;
  return `0x${code.toString(16).padStart(2, '0')}`;
}
