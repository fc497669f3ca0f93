/** Answers "where is this?" for diagnostics: the source line where line info has it, and the object. */

import { emptyExt, readBtfExt } from '../btf/ext.ts';
import { LineTable } from '../btf/line-info.ts';
import { readBtf } from '../btf/read.ts';
import { Btf } from '../btf/types.ts';
import type { Location } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import { type InputFile, type InputSection, type InputSymbol, isExecutable } from './input.ts';
import { symbolsOf } from './section-symbols.ts';

const tables = new WeakMap<InputFile, LineTable>();

/** Read when the first diagnostic asks: a link without diagnostics never looks at line info. */
function linesOf(file: InputFile): LineTable {
  const known = tables.get(file);
  if (known !== undefined) return known;
  const { btf } = file.btf === undefined ? {} : readBtf(file.btf, file.order);
  const { ext } =
    btf === undefined || file.btfExt === undefined ? {} : readBtfExt(file.btfExt, file.order, btf);
  const lines = new LineTable(btf ?? Btf.empty, ext ?? emptyExt);
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
  const line = linesOf(section.file).at(section.name, offset);
  if (line === undefined || line.line === 0) return [object];
  const name = functionAt(section, offset);
  const source: Location = {
    kind: 'source',
    file: line.file,
    line: line.line,
    column: line.column,
    ...(line.text === '' ? {} : { text: line.text }),
    ...(name === undefined ? {} : { function: name }),
  };
  return [source, object];
}

export function locateSymbol(symbol: InputSymbol, what = `symbol '${symbol.name}'`): Location[] {
  if (symbol.section !== undefined) return locate(symbol.section, symbol.value, what);
  return [{ kind: 'object', file: symbol.file.path, what }];
}
