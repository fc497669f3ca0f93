/**
 * Jump tables (`.jumptables`, LLVM): 8-byte entries for `gotox`, each the byte offset of an instruction
 * from the start of the section of code that uses the table.
 *
 *     prog:  r1 = &BPF.JT.0.0            .jumptables  BPF.JT.0.0:  0x30, 0x48, 0x30
 *
 * The offsets move with the code, but nothing says so: only LLVM before 22 has a relocation on each entry.
 * So the entries become references like any other here, to the section that refers to the table.
 *
 * The symbols are global, and numbered anew in each object: BPF.JT.0.0 of two objects are two tables. So they
 * are local here. libbpf asks for the value and size of the symbol that a reference names, not for its name.
 */
import { ByteView } from '../base/bytes.ts';
import { jumpTableEntry } from '../diag/catalogue/elf.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB, STT, STV } from '../elf/constants.ts';
import {
  type InputFile,
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
} from './input.ts';

export const JUMP_TABLES = '.jumptables';

const ENTRY = 8;

/** The references of a table section's entries, where they have no relocations. */
export function readJumpTables(
  file: InputFile,
  tables: InputSection,
  sink: DiagnosticSink,
): Relocation[] {
  if (tables.relocations.length > 0) return [];
  const view = new ByteView(tables.bytes, file.order);
  const references: Relocation[] = [];
  for (const [table, code] of usersOf(tables, file)) {
    const start: InputSymbol = {
      file,
      name: code.name,
      binding: STB.LOCAL,
      type: STT.SECTION,
      visibility: STV.DEFAULT,
      place: 'section',
      section: code,
      value: 0,
      size: 0,
    };
    for (let at = table.value; at + ENTRY <= table.value + table.size; at += ENTRY) {
      const addend = view.size(at);
      if (addend % 8 === 0 && addend < code.size) {
        references.push({ offset: at, form: 'abs64', symbol: start, addend });
      } else {
        sink.report(jumpTableEntry(file.path, table.name, at, code.name, addend));
      }
    }
  }
  return references;
}

/** Each table with the code section that refers to it. */
function usersOf(tables: InputSection, file: InputFile): Map<InputSymbol, InputSection> {
  const users = new Map<InputSymbol, InputSection>();
  const byOffset = new Map<number, InputSymbol>();
  for (const symbol of file.symbols) {
    if (symbol.section === tables && symbol.type === STT.OBJECT) byOffset.set(symbol.value, symbol);
  }
  for (const section of file.sections) {
    if (section === undefined || !isExecutable(section)) continue;
    for (const { symbol, addend } of section.relocations) {
      if (symbol.section !== tables) continue;
      const byName = symbol.type === STT.OBJECT;
      const table = byName ? symbol : byOffset.get(symbol.value + addend);
      if (table !== undefined) users.set(table, section);
    }
  }
  return users;
}
