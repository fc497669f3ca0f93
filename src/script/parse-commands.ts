import {
  emptySetting,
  misplacedConstruct,
  refusedConstruct,
  repeatedSetting,
  unknownScriptName,
} from '../diag/catalogue/script.ts';
import type {
  Command,
  ExternCommand,
  InputsCommand,
  LowerCommand,
  Name,
  OutputArchCommand,
  OutputFormatCommand,
  PermitRelocationsCommand,
  ProfileCommand,
  SearchDirCommand,
} from './ast.ts';
import { noteSetting, type ParseContext, parseInclude, parseStatements } from './context.ts';
import type { Cursor } from './cursor.ts';
import { bodyCommands, fileCommands, outputFormats, refusedFileCommands } from './keywords.ts';
import { parsePatternList } from './parse-patterns.ts';
import { parseEntry, parseSections } from './parse-sections.ts';
import { isAssignmentMark, parseAssert, parseAssignment, parseProvide } from './parse-statement.ts';
import type { Token } from './token.ts';

type Handler = (context: ParseContext, cursor: Cursor) => Command | undefined;

/** A command's handler begins at its keyword. */
const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['SECTIONS', parseSections],
  ['ENTRY', (_, cursor) => parseEntry(cursor)],
  ['EXTERN', parseExtern],
  ['INPUT', parseInputs],
  ['GROUP', parseInputs],
  ['SEARCH_DIR', parseSearchDir],
  ['OUTPUT_FORMAT', parseOutputFormat],
  ['OUTPUT_ARCH', parseOutputArch],
  ['ASSERT', (_, cursor) => parseAssert(cursor)],
  ['PROVIDE', (_, cursor) => parseProvide(cursor)],
  ['PROVIDE_HIDDEN', (_, cursor) => parseProvide(cursor)],
  ['PROFILE', parseProfile],
  ['PERMIT_RELOCATIONS', parsePermitRelocations],
  ['LOWER', parseLower],
]);

/** The commands of a file, to its end. */
export function parseCommands(context: ParseContext, cursor: Cursor, into: Command[]): void {
  parseStatements(cursor, 'name', 'file', () => {
    const token = cursor.peek('name');
    if (token.kind === 'name' && token.text === 'INCLUDE') {
      return parseInclude(context, cursor, (inner) => parseCommands(context, inner, into));
    }
    const command = parseCommand(context, cursor, token);
    if (command === undefined) return 'failed';
    into.push(command);
    return 'read';
  });
}

function parseCommand(context: ParseContext, cursor: Cursor, token: Token): Command | undefined {
  if (token.kind !== 'name' && token.kind !== 'string') {
    cursor.unexpected('name', 'a command');
    return undefined;
  }
  const next = cursor.peekBehind(token, 'name');
  if (next.kind === 'mark' && isAssignmentMark(next.text)) {
    cursor.take('name');
    return parseAssignment(cursor, token, 'outside');
  }
  const handler = token.kind === 'name' ? handlers.get(token.text) : undefined;
  if (handler !== undefined) return handler(context, cursor);
  cursor.take('name');
  reportUnknown(cursor, token, next);
  return undefined;
}

function reportUnknown(cursor: Cursor, token: Token, next: Token): void {
  const { text } = token;
  const span = cursor.span(token);
  const refused = refusedFileCommands.get(text);
  if (refused !== undefined) {
    cursor.report(refusedConstruct(span, text, refused));
  } else if (bodyCommands.includes(text)) {
    cursor.report(misplacedConstruct(span, text, "inside an output section's braces"));
  } else if (next.kind === 'mark' && next.text === ':') {
    cursor.report(misplacedConstruct(span, `output section '${text}'`, 'inside SECTIONS'));
  } else {
    const isComment = text.startsWith('//') || text.startsWith('#');
    const hint = isComment ? 'comments are written /* like this */' : undefined;
    cursor.report(unknownScriptName(span, 'command', text.slice(0, 60), fileCommands, hint));
  }
}

/** Words between parentheses with commas or spaces; both parentheses are taken. */
function parseWords(cursor: Cursor, what: string): Name[] | undefined {
  if (!cursor.expect('name', '(')) return undefined;
  const words: Name[] = [];
  do {
    const refused = cursor.peek('pattern');
    if (refused.kind === 'name' && refused.text === 'AS_NEEDED') {
      const reason = 'archive members are always taken as needed';
      cursor.report(refusedConstruct(cursor.span(refused), 'AS_NEEDED', reason));
      return undefined;
    }
    const word = cursor.expectName('pattern', words.length === 0 ? what : `${what} or ')'`);
    if (word === undefined) return undefined;
    words.push(word);
    cursor.accept('pattern', ',');
  } while (!cursor.accept('pattern', ')'));
  return words;
}

function parseExtern(_: ParseContext, cursor: Cursor): ExternCommand | undefined {
  const keyword = cursor.take('name');
  const symbols = parseWords(cursor, 'a symbol name');
  return symbols && { kind: 'extern', symbols, span: cursor.spanFrom(keyword) };
}

function parseInputs(_: ParseContext, cursor: Cursor): InputsCommand | undefined {
  const keyword = cursor.take('name');
  const files = parseWords(cursor, 'a file name');
  const kind = keyword.text === 'INPUT' ? 'input' : 'group';
  return files && { kind, files, span: cursor.spanFrom(keyword) };
}

function parseSearchDir(_: ParseContext, cursor: Cursor): SearchDirCommand | undefined {
  const keyword = cursor.take('name');
  const path = parseOne(cursor, 'pattern', 'a directory');
  return path && { kind: 'search-dir', path, span: cursor.spanFrom(keyword) };
}

function parseOutputFormat(_: ParseContext, cursor: Cursor): OutputFormatCommand | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const format = parseFormat(cursor);
  if (format === undefined) return undefined;
  let big: Name | undefined = format;
  let little: Name | undefined = format;
  if (cursor.accept('name', ',')) {
    big = parseFormat(cursor);
    if (big === undefined || !cursor.expect('name', ',')) return undefined;
    little = parseFormat(cursor);
  }
  if (little === undefined || !cursor.expect('name', ')')) return undefined;
  return { kind: 'output-format', format, big, little, span: cursor.spanFrom(keyword) };
}

function parseFormat(cursor: Cursor): Name | undefined {
  const format = cursor.expectName('name', 'an output format');
  if (format === undefined || outputFormats.includes(format.text)) return format;
  const known = `there are ${outputFormats.join(', ')}`;
  cursor.report(unknownScriptName(format.span, 'output format', format.text, outputFormats, known));
  return undefined;
}

function parseOutputArch(_: ParseContext, cursor: Cursor): OutputArchCommand | undefined {
  const keyword = cursor.take('name');
  const arch = parseOne(cursor, 'name', 'an architecture');
  if (arch === undefined) return undefined;
  if (arch.text !== 'bpf') {
    const hint = 'there is only bpf';
    cursor.report(unknownScriptName(arch.span, 'architecture', arch.text, ['bpf'], hint));
    return undefined;
  }
  return { kind: 'output-arch', arch, span: cursor.spanFrom(keyword) };
}

function parseProfile(context: ParseContext, cursor: Cursor): ProfileCommand | undefined {
  const keyword = cursor.take('name');
  const profile = parseOne(cursor, 'name', 'the name of a profile');
  if (profile === undefined) return undefined;
  const { profiles } = context.options;
  if (!profiles.includes(profile.text)) {
    const known = profiles.length === 0 ? undefined : `there are ${profiles.join(', ')}`;
    cursor.report(unknownScriptName(profile.span, 'profile', profile.text, profiles, known));
    return undefined;
  }
  const span = cursor.spanFrom(keyword);
  noteSetting(context, cursor, 'PROFILE', span);
  return { kind: 'profile', profile, span };
}

function parsePermitRelocations(
  _: ParseContext,
  cursor: Cursor,
): PermitRelocationsCommand | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const sections = parsePatternList(cursor, 'a section pattern');
  return sections && { kind: 'permit-relocations', sections, span: cursor.spanFrom(keyword) };
}

/** `LOWER(lowering: word, ...)` */
function parseLower(context: ParseContext, cursor: Cursor): LowerCommand | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const lowering = cursor.expectName('name', 'the name of a lowering');
  if (lowering === undefined) return undefined;
  const { lowerings } = context.options;
  const known = Object.hasOwn(lowerings, lowering.text) ? lowerings[lowering.text] : undefined;
  if (known === undefined) {
    const names = Object.keys(lowerings);
    const hint = names.length === 0 ? undefined : `there are ${names.join(', ')}`;
    cursor.report(unknownScriptName(lowering.span, 'lowering', lowering.text, names, hint));
    return undefined;
  }
  if (!cursor.expect('name', ':')) return undefined;
  const words =
    known === 'patterns'
      ? parsePatternList(cursor, 'a section or symbol pattern')
      : parseMethods(cursor, lowering.text, known);
  if (words === undefined) return undefined;
  const span = cursor.spanFrom(keyword);
  if (words.length === 0) cursor.report(emptySetting(span, `LOWER(${lowering.text}: )`));
  noteSetting(context, cursor, `LOWER(${lowering.text})`, span);
  const takes = known === 'patterns' ? 'patterns' : 'methods';
  return { kind: 'lower', lowering, takes, words, span };
}

/** Methods up to the `)`, which is taken. */
function parseMethods(
  cursor: Cursor,
  lowering: string,
  known: readonly string[],
): Name[] | undefined {
  const methods: Name[] = [];
  do {
    const method = cursor.expectName('name', 'a method of the lowering');
    if (method === undefined) return undefined;
    if (!known.includes(method.text)) {
      const hint = `${lowering} has ${known.join(', ')}`;
      cursor.report(unknownScriptName(method.span, 'method', method.text, known, hint));
      return undefined;
    }
    const before = methods.find(({ text }) => text === method.text);
    if (before !== undefined) {
      cursor.report(repeatedSetting(method.span, `method '${method.text}'`, before.span));
      return undefined;
    }
    methods.push(method);
  } while (cursor.accept('name', ','));
  return cursor.expect('name', ')') ? methods : undefined;
}

/** `(word)` */
function parseOne(cursor: Cursor, mode: 'name' | 'pattern', what: string): Name | undefined {
  if (!cursor.expect('name', '(')) return undefined;
  const word = cursor.expectName(mode, what);
  return word && cursor.expect('name', ')') ? word : undefined;
}
