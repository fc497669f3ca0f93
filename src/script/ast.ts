import type { ScriptSource, Span } from './span.ts';

/**
 * A parsed linker script. Every node that can be complained about later has a `span`, which a diagnostic
 * takes as its location. Patterns are kept as written; `match.ts` compiles them.
 */
export interface Script {
  readonly kind: 'script';
  readonly commands: readonly Command[];
  /** The script itself, then each included file once, in the order of inclusion. */
  readonly sources: readonly ScriptSource[];
}

/** A word of the script: a symbol, section or file name, or a pattern. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

export type Command =
  | SectionsCommand
  | EntryCommand
  | ExternCommand
  | InputsCommand
  | SearchDirCommand
  | OutputFormatCommand
  | OutputArchCommand
  | ProfileCommand
  | PermitRelocationsCommand
  | LowerCommand
  | Assignment
  | Assertion;

/** `SECTIONS { ... }` */
export interface SectionsCommand {
  readonly kind: 'sections';
  readonly statements: readonly SectionsStatement[];
  readonly span: Span;
}

export type SectionsStatement = OutputSection | Assignment | Assertion | EntryCommand;

/** `ENTRY(symbol)` */
export interface EntryCommand {
  readonly kind: 'entry';
  readonly symbol: Name;
  readonly span: Span;
}

/** `EXTERN(symbol ...)`: as if `-u` had named them. */
export interface ExternCommand {
  readonly kind: 'extern';
  readonly symbols: readonly Name[];
  readonly span: Span;
}

/** `INPUT(file ...)`, or `GROUP(file ...)` whose archives are searched until nothing new is found. */
export interface InputsCommand {
  readonly kind: 'input' | 'group';
  /** As on the command line: a path, or `-lname`. */
  readonly files: readonly Name[];
  readonly span: Span;
}

/** `SEARCH_DIR(path)` */
export interface SearchDirCommand {
  readonly kind: 'search-dir';
  readonly path: Name;
  readonly span: Span;
}

/** `OUTPUT_FORMAT(default[, big, little])`; with one argument the three are the same. */
export interface OutputFormatCommand {
  readonly kind: 'output-format';
  readonly format: Name;
  readonly big: Name;
  readonly little: Name;
  readonly span: Span;
}

/** `OUTPUT_ARCH(bpf)`: a statement of fact, checked by the parser. */
export interface OutputArchCommand {
  readonly kind: 'output-arch';
  readonly arch: Name;
  readonly span: Span;
}

/** `PROFILE(name)`; at most one in a script. */
export interface ProfileCommand {
  readonly kind: 'profile';
  readonly profile: Name;
  readonly span: Span;
}

/** `PERMIT_RELOCATIONS(pattern ...)`: the output sections that code may refer to; several commands add up. */
export interface PermitRelocationsCommand {
  readonly kind: 'permit-relocations';
  readonly sections: readonly Name[];
  readonly span: Span;
}

/** `LOWER(lowering: word, ...)`; at most one for each lowering. */
export interface LowerCommand {
  readonly kind: 'lower';
  readonly lowering: Name;
  /** What the words are: known methods in the order of preference, or section and symbol patterns. */
  readonly takes: 'methods' | 'patterns';
  readonly words: readonly Name[];
  readonly span: Span;
}

export type AssignmentOperator = '=' | '+=' | '-=' | '*=' | '/=' | '<<=' | '>>=' | '&=' | '|=';

/** `symbol = value;`, `. = value;` or `PROVIDE(symbol = value)`. */
export interface Assignment {
  readonly kind: 'assignment';
  /** `.` sets the location counter. */
  readonly target: Name;
  readonly operator: AssignmentOperator;
  /** The new value; for `a += b` it is the expression `a + b`. */
  readonly value: Expression;
  /** `provide` and `provide-hidden` define the symbol only where something refers to it and nothing defines it. */
  readonly mode: 'define' | 'provide' | 'provide-hidden';
  readonly span: Span;
}

/** `ASSERT(condition, "message")` */
export interface Assertion {
  readonly kind: 'assert';
  readonly condition: Expression;
  readonly message: string;
  readonly span: Span;
}

/** `name (NOLOAD) : ALIGN(n) SUBALIGN(n) { ... } = fill` */
export interface OutputSection {
  readonly kind: 'output-section';
  /** `/DISCARD/` is the one whose sections do not reach the output. */
  readonly name: Name;
  readonly noload: boolean;
  readonly align: Expression | undefined;
  /** Overrides the alignment of each input section. */
  readonly subalign: Expression | undefined;
  readonly statements: readonly OutputStatement[];
  readonly fill: Fill | undefined;
  readonly span: Span;
}

export type OutputStatement =
  | InputStatement
  | DataStatement
  | FillStatement
  | Assignment
  | Assertion;

/** `file(section ...)`, perhaps inside KEEP; a file alone means all of its sections. */
export interface InputStatement {
  readonly kind: 'input-sections';
  readonly keep: boolean;
  readonly file: FilePattern;
  /** In the order of the script. Input sections come in input order over all unsorted selectors together. */
  readonly selectors: readonly SectionSelector[];
  readonly span: Span;
}

export interface FilePattern {
  readonly pattern: Name;
  /** Files left out, from `EXCLUDE_FILE(...)` before the file pattern. */
  readonly exclude: readonly Name[];
  readonly sort: 'name' | 'none' | undefined;
}

/** `none` is SORT_NONE: input order whatever the command line says. */
export type SortKey = 'name' | 'alignment' | 'none';

/** One pattern, or those that one SORT holds and which are sorted together. */
export interface SectionSelector {
  readonly patterns: readonly SectionPattern[];
  /** Most significant first; empty where nothing sorts. Alignment sorts from large to small, as in GNU ld. */
  readonly sort: readonly SortKey[];
  readonly span: Span;
}

export interface SectionPattern {
  readonly pattern: Name;
  /** From `EXCLUDE_FILE(...)` before this pattern. */
  readonly exclude: readonly Name[];
}

/** `BYTE(value)` and its wider kin, in the byte order of the output. */
export interface DataStatement {
  readonly kind: 'data';
  readonly size: 1 | 2 | 4 | 8;
  readonly value: Expression;
  readonly span: Span;
}

/** `FILL(value)`: what fills the gaps from here to the end of the section. */
export interface FillStatement {
  readonly kind: 'fill';
  readonly fill: Fill;
  readonly span: Span;
}

export type Fill =
  /** A hexadecimal number alone: its digits, leading zeros included, repeated. */
  | { readonly kind: 'bytes'; readonly bytes: readonly number[]; readonly span: Span }
  /** Anything else: the low four bytes of its value, most significant first, repeated. */
  | { readonly kind: 'value'; readonly value: Expression; readonly span: Span };

export type UnaryOperator = '-' | '+' | '~' | '!';

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly span: Span }
  | { readonly kind: 'symbol'; readonly name: string; readonly span: Span }
  | { readonly kind: 'dot'; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly span: Span;
    }
  | {
      /** `ALIGN(n)` is the location counter rounded up, `ALIGN(value, n)` the value. */
      readonly kind: 'align';
      readonly value: Expression | undefined;
      readonly alignment: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'extreme';
      readonly which: 'max' | 'min';
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | { readonly kind: 'absolute'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'defined'; readonly symbol: Name; readonly span: Span }
  | {
      readonly kind: 'section-property';
      readonly property: 'size' | 'address' | 'alignment';
      readonly section: Name;
      readonly span: Span;
    };
