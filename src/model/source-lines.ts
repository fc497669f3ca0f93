/** Answers "where is this?" for diagnostics: the source line where line info has it, and the object. */

import { type LineTable, lineAt, readLineInfo } from '../btf/line-info.ts';
import { Btf } from '../btf/read.ts';
import type { Location } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import { type InputFile, type InputSection, type InputSymbol, isExecutable } from './input.ts';
import { symbolsOf } from './section-symbols.ts';

const tables = new WeakMap<InputFile, LineTable>();

/** Read when the first diagnostic asks: a link without diagnostics never looks at line info. */
function linesOf(file: InputFile): LineTable {
  const known = tables.get(file);
  if (known !== undefined) return known;
  const btf = file.btf === undefined ? undefined : Btf.read(file.btf, file.elf.order);
  const lines: LineTable =
    btf === undefined || file.btfExt === undefined
      ? new Map()
      : readLineInfo(file.btfExt, file.elf.order, btf);
  tables.set(file, lines);
  return lines;
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
  const line = lineAt(linesOf(section.file), section.name, offset);
  if (line === undefined || line.line === 0) return [object];
  const name = functionAt(section, offset);
  const source: Location = {
    kind: 'source',
    file: line.file,
    line: line.line,
    column: line.column,
    ...(name === undefined ? {} : { function: name }),
  };
  return [source, object];
}

export function locateSymbol(symbol: InputSymbol, what = `symbol '${symbol.name}'`): Location[] {
  if (symbol.section !== undefined) return locate(symbol.section, symbol.value, what);
  return [{ kind: 'object', file: symbol.file.path, what }];
}
