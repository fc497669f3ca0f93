/**
 * Which output section takes an input section. Rules are tried in the order of the script, over all of its
 * SECTIONS commands, and the first that matches wins, as in GNU ld:
 *
 *     .early : { init.o(.text) }
 *     .text  : { *(.text .text.*) }      takes what .early left
 *
 * A file pattern is matched against the file's name as it was given on the command line: `sub/a.o` is
 * matched by `*a.o` and by `sub/a.o`, not by `a.o`. For what comes from an archive there are three forms:
 *
 *     lib.a:b.o    that member of that archive; both sides are patterns
 *     lib.a:       every member of the archive
 *     :b.o         a file that comes from no archive
 *
 * and a pattern without a colon is tried on the member's name and on the archive's.
 */

import type {
  Assertion,
  Assignment,
  DataStatement,
  Expression,
  Fill,
  FillStatement,
  Name,
  OutputSection,
  Script,
  SectionSelector,
  SortKey,
} from './ast.ts';
import { compileGlob, type Glob } from './glob.ts';
import { readSet } from './glob-set.ts';
import type { Span } from './span.ts';

/** Where an input section comes from. */
export interface InputFile {
  /** As given on the command line. */
  readonly path: string;
  /** The archive's name as given on the command line, for a member of one. */
  readonly archive?: string;
  /** The member's name inside the archive. */
  readonly member?: string;
}

/** One `file(section ...)`. */
export interface InputRule {
  readonly kind: 'input';
  readonly keep: boolean;
  readonly sortFiles: 'name' | 'none' | undefined;
  readonly selectors: readonly CompiledSelector[];
  readonly span: Span;
}

/** One pattern of a rule, or those that one SORT holds and which are sorted together. */
export interface CompiledSelector {
  readonly sort: readonly SortKey[];
  readonly patterns: readonly InputPattern[];
}

/** A section pattern with the file pattern before it and both EXCLUDE_FILE lists. */
export interface InputPattern {
  /** Position in the script, from 0 on; the least that matches wins. */
  readonly order: number;
  readonly section: Glob;
  /** As written. */
  readonly sectionText: string;
  readonly file: (file: InputFile) => boolean;
}

export type OutputItem = InputRule | DataStatement | FillStatement | Assignment | Assertion;

/** An output section of the script. Two with one name fill the same section, one after the other. */
export interface OutputRule {
  readonly kind: 'output';
  readonly name: string;
  /** `/DISCARD/`. */
  readonly discard: boolean;
  readonly noload: boolean;
  readonly align: Expression | undefined;
  readonly subalign: Expression | undefined;
  readonly fill: Fill | undefined;
  readonly items: readonly OutputItem[];
  readonly span: Span;
}

/** What takes an input section. */
export interface Placement {
  readonly output: OutputRule;
  readonly rule: InputRule;
  readonly selector: CompiledSelector;
  readonly pattern: InputPattern;
}

export interface CompiledSections {
  /** Output sections, and what stands between them inside SECTIONS, in the order of the script. */
  readonly statements: readonly (OutputRule | Assignment | Assertion)[];
  /** The first rule that takes the section, or undefined for an orphan. */
  place(file: InputFile, sectionName: string): Placement | undefined;
}

/** Whether the pattern takes the section. Common symbols are in a section named `COMMON`. */
export function matches(pattern: InputPattern, file: InputFile, sectionName: string): boolean {
  return pattern.section(sectionName) && pattern.file(file);
}

export function compileSections(script: Script): CompiledSections {
  const placements: Placement[] = [];
  const statements: (OutputRule | Assignment | Assertion)[] = [];
  for (const command of script.commands) {
    if (command.kind !== 'sections') continue;
    for (const statement of command.statements) {
      if (statement.kind === 'output-section')
        statements.push(compileOutput(statement, placements));
      else if (statement.kind !== 'entry') statements.push(statement);
    }
  }
  // Thousands of sections have some dozens of names, so the patterns that fit a name are kept.
  const byName = new Map<string, readonly Placement[]>();
  const candidates = (name: string): readonly Placement[] => {
    const found = byName.get(name) ?? placements.filter(({ pattern }) => pattern.section(name));
    byName.set(name, found);
    return found;
  };
  return {
    statements,
    place: (file, name) => candidates(name).find(({ pattern }) => pattern.file(file)),
  };
}

function compileOutput(section: OutputSection, placements: Placement[]): OutputRule {
  const items: OutputItem[] = [];
  const output: OutputRule = {
    kind: 'output',
    name: section.name.text,
    discard: section.name.text === '/DISCARD/',
    noload: section.noload,
    align: section.align,
    subalign: section.subalign,
    fill: section.fill,
    items,
    span: section.span,
  };
  for (const statement of section.statements) {
    if (statement.kind !== 'input-sections') {
      items.push(statement);
      continue;
    }
    const { keep, file, span } = statement;
    const order = placements.length;
    const inFile = compileFile(file.pattern, file.exclude);
    const selectors = compileSelectors(statement.selectors, inFile, order);
    const rule: InputRule = { kind: 'input', keep, sortFiles: file.sort, selectors, span };
    items.push(rule);
    for (const selector of selectors) {
      for (const pattern of selector.patterns) placements.push({ output, rule, selector, pattern });
    }
  }
  return output;
}

function compileSelectors(
  selectors: readonly SectionSelector[],
  inFile: (file: InputFile) => boolean,
  firstOrder: number,
): CompiledSelector[] {
  let order = firstOrder;
  return selectors.map(({ sort, patterns }) => ({
    sort,
    patterns: patterns.map(({ pattern, exclude }) => {
      const excluded = exclude.map(({ text }) => compileFilePattern(text));
      return {
        order: order++,
        section: compileGlob(pattern.text),
        sectionText: pattern.text,
        file: (file) => inFile(file) && !excluded.some((isExcluded) => isExcluded(file)),
      };
    }),
  }));
}

function compileFile(pattern: Name, exclude: readonly Name[]): (file: InputFile) => boolean {
  const included = compileFilePattern(pattern.text);
  if (exclude.length === 0) return included;
  const excluded = exclude.map(({ text }) => compileFilePattern(text));
  return (file) => included(file) && !excluded.some((isExcluded) => isExcluded(file));
}

/** See the head of this file. */
export function compileFilePattern(pattern: string): (file: InputFile) => boolean {
  const colon = archiveColon(pattern);
  if (colon < 0) {
    if (pattern === '*') return () => true;
    const glob = compileGlob(pattern);
    return (file) =>
      file.archive === undefined
        ? glob(file.path)
        : glob(file.member ?? file.path) || glob(file.archive);
  }
  const archive = colon === 0 ? undefined : compileGlob(pattern.slice(0, colon));
  const member = colon === pattern.length - 1 ? () => true : compileGlob(pattern.slice(colon + 1));
  return (file) => {
    if (file.archive === undefined) return archive === undefined && member(file.path);
    return archive?.(file.archive) === true && member(file.member ?? file.path);
  };
}

/** Where the archive's part ends, or -1; the colons of `[[:alpha:]]` are none. */
function archiveColon(pattern: string): number {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === ':') return at;
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '[') at = (readSet(pattern, at)?.end ?? at + 1) - 1;
  }
  return -1;
}
