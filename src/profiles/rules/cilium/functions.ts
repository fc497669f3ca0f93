/** CILIUM-002: the functions of a section, which cilium/ebpf finds by their symbols, one an offset. */
import { ByteView } from '../../../base/bytes.ts';
import { Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/cilium/names.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { type CiliumView, type Hidden, viewOf } from './view.ts';

export const functions: Rule = (object, report, loader) => {
  const view = viewOf(object);
  // Before, sections were decoded whole, and cut at the symbols.
  const bySymbol = !isBefore(loader, [0, 21]);
  for (const section of view.sections('code')) {
    const symbols = view.sorted(section);
    if (symbols.length === 0) {
      report(diagnose.codeWithoutSymbols(section.name, view.at(section, 0)));
      continue;
    }
    if (!bySymbol && symbols[0]!.value > 0) {
      report(diagnose.startsWithoutSymbol(section.name, view.at(section, 0)));
    }
    for (const symbol of bySymbol ? symbols : []) {
      const found = faultOf(view, section, symbol);
      if (found !== undefined) report(found);
    }
    for (const alias of view.hidden(section)) {
      const lost = lostBy(object, section, alias);
      if (lost === undefined) continue;
      const { symbol, by } = alias;
      report(diagnose.aliasedFunction(symbol.name, by.name, lost, view.at(section, symbol.value)));
    }
  }
};

function faultOf(
  view: CiliumView,
  section: ElfSection,
  { name, value, size }: ElfSymbol,
): ReturnType<typeof diagnose.emptyFunction> | undefined {
  const at = view.at(section, value, `symbol '${name}'`);
  if (size === 0) return diagnose.emptyFunction(name, section.name, at);
  const bytes = new ByteView(section.bytes.subarray(value, value + size), view.object.order);
  let offset = 0;
  for (; bytes.has(offset, 8); offset += 8) {
    if (bytes.u8(offset) !== Opcode.LD_IMM64) continue;
    const second = offset + 8;
    if (!bytes.has(second, 8)) {
      return undecodable(name, section, offset, '64bit immediate is missing second half', at);
    }
    if (bytes.u32(second) !== 0) {
      return undecodable(name, section, offset, '64bit immediate has non-zero fields', at);
    }
    offset = second;
  }
  if (offset === size) return undefined;
  return undecodable(name, section, offset, 'unexpected EOF', at);
}

function undecodable(
  name: string,
  section: ElfSection,
  offset: number,
  why: string,
  at: ReturnType<CiliumView['at']>,
): ReturnType<typeof diagnose.undecodable> {
  return diagnose.undecodable(name, section.name, offset, why, at);
}

/** What is missed of a function by the name that the loader forgets; undefined where nothing is. */
function lostBy(
  object: ElfObject,
  section: ElfSection,
  { symbol, by }: Hidden,
): 'program' | 'callee' | undefined {
  if (symbol.name === by.name) return undefined;
  for (const relocations of object.relocations.values()) {
    if (relocations.some((relocation) => relocation.symbol === symbol.index)) return 'callee';
  }
  return section.name !== '.text' && symbol.type === STT.FUNC ? 'program' : undefined;
}
