/** What the demonstration shows of an object: its relocations, and how its code changed. */
import { Code, disassembleAll } from 'bpfld/bpf';
import { readElf, SHF } from 'bpfld/elf';

const MAPS = 'maps';

/** Each reference of code, with the bytes that it refers to unless they are a map. */
export function listRelocations(bytes) {
  return codeSections(bytes).flatMap(({ section, references }) =>
    [...references].map(([slot, { target, constant }]) => ({
      place: `${section.name}+0x${(slot * 8).toString(16).padStart(2, '0')}`,
      section: target,
      constant,
    })),
  );
}

/** Line by line: kept (' '), gone ('-') and new ('+'), the new ones with what they are for. */
export function compareCode(before, after) {
  const [old] = codeSections(before);
  const [now] = codeSections(after);
  const lines = difference(disassembly(old), disassembly(now));
  return explain(lines);
}

function codeSections(bytes) {
  const { object, fault } = readElf(bytes, 'object');
  if (object === undefined) throw new Error(fault.message);
  return object.sections
    .filter(({ flags, size }) => (flags & SHF.EXECINSTR) !== 0 && size > 0)
    .map((section) => {
      const { code } = Code.decode(section.bytes, object.order, {
        file: 'object',
        section: section.name,
      });
      const references = new Map();
      for (const { offset, symbol } of object.relocations.get(section.index) ?? []) {
        references.set(offset / 8, describe(object, code, offset / 8, object.symbols[symbol]));
      }
      return { section, code, references };
    });
}

function describe(object, code, slot, symbol) {
  const section = object.sections[symbol.section];
  const name = symbol.name === '' ? section.name : symbol.name;
  if (section.name === MAPS) return { name, target: MAPS, constant: undefined };
  const start = symbol.value + code.imm[slot];
  const bytes = section.bytes.subarray(start, symbol.size > 0 ? start + symbol.size : start + 16);
  const constant = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { name, target: section.name, constant };
}

function disassembly({ code, references }) {
  const reference = (slot) => references.get(slot)?.name;
  return disassembleAll(code, { helperNames: true, reference }).map(({ slot, text }) => ({
    text,
    note: references.get(slot)?.constant,
  }));
}

/** The longest common subsequence kept, everything else gone or new. */
function difference(before, after) {
  const common = [...before, {}].map(() => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] =
        before[i].text === after[j].text
          ? common[i + 1][j + 1] + 1
          : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i].text === after[j].text) {
      lines.push({ change: ' ', text: before[i].text });
      i++;
      j++;
    } else if (j === after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push({ change: '-', ...before[i++] });
    } else lines.push({ change: '+', ...after[j++] });
  }
  return lines;
}

/** Says of the stores and addresses that bpfld made which constant they stand for. */
function explain(lines) {
  const stored = /^\*\(u\d+ \*\)\(r10 - (\d+)\) = -?\d+$/;
  const address = /^r\d \+= -(\d+)$/;
  return lines.map((line) => {
    if (line.change === '-') return { ...line, note: line.note && `a constant: ${line.note}` };
    if (line.change !== '+') return line;
    if (stored.test(line.text)) return { ...line, note: 'the constant, stored by the prologue' };
    const place = address.exec(line.text);
    return place === null ? line : { ...line, note: `its address, r10 - ${place[1]}` };
  });
}
