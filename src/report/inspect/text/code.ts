/**
 * Disassembly. Instructions are numbered from the start of their function, as the kernel's verifier numbers a
 * program's:
 *
 *     classifier  tc, 5 instructions, src/prog.c
 *       ; prog.c:14  long size = skb->len;
 *          0  r1 = *(u32 *)(r1 + 0)
 *          1  if r1 == 0 goto L1
 *          2  r2 = my_const+0x8 ll                     ; "\x01"
 *       L1:
 *          4  exit
 */
import { plus } from '../targets.ts';
import type { CodeReport, InstructionReport } from '../types.ts';
import { counted } from './layout.ts';

/** Where notes begin, if the instruction leaves room. */
const NOTES = 44;

export function* codeText(functions: readonly CodeReport[]): Generator<string> {
  for (const fn of functions) {
    yield '';
    yield `${fn.name}  ${headOf(fn)}`;
    for (const instruction of fn.instructions) yield* instructionText(instruction, fn.offset);
  }
}

function headOf({ section, offset, size, instructions }: CodeReport): string {
  const source = instructions[0]?.source;
  const file = source === null || source === undefined ? '' : `, ${source.file}`;
  return `${plus(section, offset)}, ${counted(size / 8, 'instruction')}${file}`;
}

/** The last part: the whole path stands at the function's head. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function instructionText(
  { offset, text, label, source, notes }: InstructionReport,
  start: number,
): string[] {
  const number = `${(offset - start) / 8}`.padStart(6);
  const line = `${number}  ${text}`;
  return [
    ...(label === null ? [] : [`  ${label}:`]),
    ...(source === null
      ? []
      : [`  ; ${fileName(source.file)}:${source.line}  ${source.text}`.trimEnd()]),
    notes.length === 0 ? line : `${line.padEnd(NOTES)}  ; ${notes.join('; ')}`,
  ];
}
