/** Answers "where is this?" for diagnostics: the source line where line info has it, and the object. */

import { readBtfExt } from '../btf/ext.ts';
import { lineAt, type SourceLine } from '../btf/line-info.ts';
import { readBtf } from '../btf/read.ts';
import type { Btf } from '../btf/types.ts';
import type { Location } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import { bindRecords } from './bind-records.ts';
import { type InputFile, type InputSection, type InputSymbol, isExecutable } from './input.ts';
import { symbolsOf } from './section-symbols.ts';
import type { SectionRecords } from './types.ts';

interface FileLines {
  readonly btf: Btf;
  readonly records: ReadonlyMap<InputSection, SectionRecords>;
}

const known = new WeakMap<InputFile, FileLines | 'none'>();

/** Read when the first diagnostic asks: a link without diagnostics never looks at line info. */
function linesOf(file: InputFile): FileLines | 'none' {
  let lines = known.get(file);
  if (lines === undefined) {
    lines = readLines(file) ?? 'none';
    known.set(file, lines);
  }
  return lines;
}

function readLines(file: InputFile): FileLines | undefined {
  if (file.btf === undefined || file.btfExt === undefined) return undefined;
  const { btf } = readBtf(file.btf, file.order);
  const { ext } = btf === undefined ? {} : readBtfExt(file.btfExt, file.order, btf);
  return btf && ext && { btf, records: bindRecords(file, btf, ext) };
}

function sourceLine(section: InputSection, offset: number): SourceLine | undefined {
  const lines = linesOf(section.file);
  if (lines === 'none') return undefined;
  for (const records of lines.records.get(section)?.line ?? []) {
    const line = lineAt(lines.btf, records, offset);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** The function whose symbol covers the byte at `offset`. */
export function functionAt(section: InputSection, offset: number): string | undefined {
  return symbolsOf(section).find(
    (symbol) =>
      symbol.type === STT.FUNC && symbol.value <= offset && offset < symbol.value + symbol.size,
  )?.name;
}

/** The source line (for code that has line info) and the place in the object, for `Diagnostic.at`. */
export function locate(section: InputSection, offset: number, what?: string): Location[] {
  const object: Location = {
    kind: 'object',
    file: section.file.path,
    section: section.name,
    offset,
    ...(what === undefined ? {} : { what }),
  };
  if (!isExecutable(section)) return [object];
  const line = sourceLine(section, offset);
  if (line === undefined || line.line === 0) return [object];
  return [sourceLocation(line, functionAt(section, offset)), object];
}

/** A line of the program; `name` is the function that it is in. */
export function sourceLocation(
  { file, line, column, text }: SourceLine,
  name: string | undefined,
): Location {
  return {
    kind: 'source',
    file,
    line,
    column,
    ...(text === '' ? {} : { text }),
    ...(name === undefined ? {} : { function: name }),
  };
}

export function locateSymbol(symbol: InputSymbol, what = `symbol '${symbol.name}'`): Location[] {
  if (symbol.section !== undefined) return locate(symbol.section, symbol.value, what);
  return [{ kind: 'object', file: symbol.file.path, what }];
}
