import { nearest } from '../base/nearest.ts';
import {
  misplacedConstruct,
  refusedConstruct,
  unknownScriptName,
  wildcardInName,
} from '../diag/catalogue/script.ts';
import type {
  EntryCommand,
  Expression,
  Fill,
  Name,
  OutputSection,
  OutputStatement,
  SectionsCommand,
  SectionsStatement,
} from './ast.ts';
import { type ParseContext, parseInclude, parseStatements } from './context.ts';
import type { Cursor } from './cursor.ts';
import {
  bodyCommands,
  fileCommands,
  refusedFileCommands,
  refusedSectionWords,
  sectionsCommands,
} from './keywords.ts';
import { parseBody } from './parse-body.ts';
import { parseExpression } from './parse-expression.ts';
import {
  isAssignmentMark,
  parseAssert,
  parseAssignment,
  parseFill,
  parseProvide,
} from './parse-statement.ts';
import type { Token } from './token.ts';

/** `SECTIONS { ... }`; the keyword is next. */
export function parseSections(context: ParseContext, cursor: Cursor): SectionsCommand | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '{')) return undefined;
  const statements: SectionsStatement[] = [];
  parseSectionsStatements(context, cursor, 'braces', statements);
  cursor.expect('name', '}');
  return { kind: 'sections', statements, span: cursor.span(keyword) };
}

function parseSectionsStatements(
  context: ParseContext,
  cursor: Cursor,
  extent: 'file' | 'braces',
  into: SectionsStatement[],
): void {
  parseStatements(cursor, 'name', extent, () => {
    const token = cursor.peek('name');
    if (token.kind === 'name' && token.text === 'INCLUDE') {
      return parseInclude(context, cursor, (inner) =>
        parseSectionsStatements(context, inner, 'file', into),
      );
    }
    const statement = parseSectionsStatement(context, cursor, token);
    if (statement === undefined) return 'failed';
    into.push(statement);
    return 'read';
  });
}

function parseSectionsStatement(
  context: ParseContext,
  cursor: Cursor,
  token: Token,
): SectionsStatement | undefined {
  if (token.kind === 'name') {
    switch (token.text) {
      case 'ASSERT':
        return parseAssert(cursor);
      case 'PROVIDE':
      case 'PROVIDE_HIDDEN':
        return parseProvide(cursor);
      case 'ENTRY':
        return parseEntry(cursor);
    }
    if (isWrongCommand(cursor, token)) {
      cursor.take('name');
      return undefined;
    }
  } else if (token.kind !== 'string') {
    cursor.unexpected('name', "an output section, a symbol or '}'");
    return undefined;
  }
  cursor.take('name');
  const next = cursor.peek('name');
  if (next.kind === 'mark' && isAssignmentMark(next.text)) {
    return parseAssignment(cursor, token, 'outside');
  }
  return parseOutputSection(context, cursor, token);
}

/** Reports a word that is followed by `(` or `{` as no output section's name is. */
function isWrongCommand(cursor: Cursor, token: Token): boolean {
  const next = cursor.peekBehind(token, 'name');
  const { text } = token;
  const span = cursor.span(token);
  const refused = refusedFileCommands.get(text);
  // An overlay is written like an output section.
  const isHead = next.text === ':' && text !== 'OVERLAY';
  if (refused !== undefined && !isHead && !isAssignmentMark(next.text)) {
    cursor.report(refusedConstruct(span, text, refused));
    return true;
  }
  if (next.text !== '(' && next.text !== '{') return false;
  if (fileCommands.includes(text)) {
    cursor.report(misplacedConstruct(span, text, 'outside of SECTIONS'));
    return true;
  }
  if (bodyCommands.includes(text)) {
    cursor.report(misplacedConstruct(span, text, "inside an output section's braces"));
    return true;
  }
  const isMisspelt = /^[A-Z_]{3,}$/.test(text) && nearest(text, sectionsCommands) !== undefined;
  if (isMisspelt) cursor.report(unknownScriptName(span, 'command', text, sectionsCommands));
  return isMisspelt;
}

/** `ENTRY(symbol)`; the keyword is next. */
export function parseEntry(cursor: Cursor): EntryCommand | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const symbol = cursor.expectName('name', 'a symbol name');
  if (symbol === undefined || !cursor.expect('name', ')')) return undefined;
  return { kind: 'entry', symbol, span: cursor.spanFrom(keyword) };
}

/** From behind the name to the fill value. */
function parseOutputSection(
  context: ParseContext,
  cursor: Cursor,
  nameToken: Token,
): OutputSection | undefined {
  const name: Name = cursor.name(nameToken);
  if (nameToken.kind === 'name' && /[*?[\]]/.test(name.text.replace(/^\?/, ''))) {
    cursor.report(wildcardInName(name.span, name.text));
    return undefined;
  }
  const noload = parseType(cursor);
  if (noload === undefined) return undefined;
  if (!cursor.isMark('name', ':')) {
    reportNoColon(cursor);
    return undefined;
  }
  cursor.take('name');
  const alignments = parseAlignments(cursor);
  if (alignments === undefined || !cursor.expect('name', '{')) return undefined;
  const statements: OutputStatement[] = [];
  const closed = parseBody(context, cursor, 'braces', statements);
  if (closed && !cursor.expect('name', '}')) return undefined;
  const trailer = closed ? parseTrailer(cursor) : { fill: undefined };
  if (trailer === undefined) return undefined;
  return {
    kind: 'output-section',
    name,
    noload,
    ...alignments,
    statements,
    fill: trailer.fill,
    span: name.span,
  };
}

/** `(NOLOAD)` or nothing; undefined after a report. */
function parseType(cursor: Cursor): boolean | undefined {
  if (!cursor.isMark('name', '(')) return false;
  const open = cursor.peek('name');
  const type = cursor.peekBehind(open, 'name');
  const refused = type.kind === 'name' ? refusedSectionWords.get(type.text) : undefined;
  if (refused !== undefined) {
    cursor.report(refusedConstruct(cursor.span(type), `section type ${type.text}`, refused));
    return undefined;
  }
  if (type.kind === 'name' && nearest(type.text, ['NOLOAD']) !== undefined) {
    cursor.take('name');
    if (type.text !== 'NOLOAD') {
      cursor.report(unknownScriptName(cursor.span(type), 'section type', type.text, ['NOLOAD']));
      return undefined;
    }
    cursor.take('name');
    return cursor.expect('name', ')') ? true : undefined;
  }
  reportAddress(cursor, open);
  return undefined;
}

/** What stands between the name and a `:` that is not there: most likely an address. */
function reportNoColon(cursor: Cursor): void {
  const token = cursor.peek('expression');
  const refused = refusedSectionWords.get(token.text);
  if (token.kind !== 'number' && token.kind !== 'name') {
    cursor.unexpected('name', "':' behind the name of the output section");
  } else if (refused !== undefined) {
    cursor.report(refusedConstruct(cursor.span(token), token.text, refused));
  } else {
    reportAddress(cursor, token);
  }
}

function reportAddress(cursor: Cursor, token: Token): void {
  const reason = 'BPF objects have no addresses';
  cursor.report(refusedConstruct(cursor.span(token), 'the address of an output section', reason));
}

interface Alignments {
  readonly align: Expression | undefined;
  readonly subalign: Expression | undefined;
}

/** ALIGN(n) and SUBALIGN(n) in any order, up to the `{`. */
function parseAlignments(cursor: Cursor): Alignments | undefined {
  let align: Expression | undefined;
  let subalign: Expression | undefined;
  for (;;) {
    const token = cursor.peek('name');
    if (token.kind !== 'name') return { align, subalign };
    const span = cursor.span(token);
    const refused = refusedSectionWords.get(token.text);
    if (refused !== undefined) {
      cursor.report(refusedConstruct(span, token.text, refused));
      return undefined;
    }
    if (token.text !== 'ALIGN' && token.text !== 'SUBALIGN') {
      const known = ['ALIGN', 'SUBALIGN'];
      cursor.report(unknownScriptName(span, 'keyword', token.text, known, "expected '{'"));
      return undefined;
    }
    cursor.take('name');
    if (!cursor.expect('name', '(')) return undefined;
    const value = parseExpression(cursor);
    if (value === undefined || !cursor.expect('expression', ')')) return undefined;
    if (token.text === 'ALIGN') align = value;
    else subalign = value;
  }
}

/** What may follow the `}`: a fill value and a comma; undefined after a report. */
function parseTrailer(cursor: Cursor): { readonly fill: Fill | undefined } | undefined {
  const token = cursor.peek('name');
  const region = token.kind === 'mark' && (token.text === '>' || token.text === ':');
  if (region || (token.text === 'AT' && cursor.peekBehind(token, 'name').text === '>')) {
    const what = token.text === ':' ? 'a program header' : 'a memory region';
    const reason = 'BPF objects have no load addresses';
    cursor.report(refusedConstruct(cursor.span(token), what, reason));
    return undefined;
  }
  let fill: Fill | undefined;
  if (cursor.accept('name', '=')) {
    fill = parseFill(cursor);
    if (fill === undefined) return undefined;
  }
  cursor.accept('name', ',');
  return { fill };
}
