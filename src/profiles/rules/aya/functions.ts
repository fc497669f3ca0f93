/** AYA-010 and AYA-011: `.text` is read from its first byte to its last, function by function. */
import * as diagnose from '../../../diag/catalogue/aya/functions.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { type AyaView, ayaView, isFunction } from './view.ts';

type ByAddress = ReadonlyMap<number, readonly ElfSymbol[]>;

export const functionsFillText: Rule = (object, report) => {
  const view = ayaView(object);
  for (const section of view.sections('functions')) {
    const byAddress = functionsByAddress(view, section);
    const fault = addressFault(view, section, byAddress) ?? tileFault(view, section, byAddress);
    if (fault !== undefined) report(fault);
  }
};

function functionsByAddress(view: AyaView, section: ElfSection): ByAddress {
  const found = new Map<number, ElfSymbol[]>();
  for (const symbol of view.symbolsIn(section)) {
    if (!isFunction(symbol.type)) continue;
    const known = found.get(symbol.value);
    if (known === undefined) found.set(symbol.value, [symbol]);
    else known.push(symbol);
  }
  return found;
}

function addressFault(
  view: AyaView,
  section: ElfSection,
  byAddress: ByAddress,
): Diagnostic | undefined {
  for (const [address, symbols] of byAddress) {
    if (symbols.length === 1) continue;
    const names = symbols.map(({ name }) => name);
    return diagnose.sameAddress(names, section, address, view.base.at(section, address));
  }
  return undefined;
}

function tileFault(
  view: AyaView,
  section: ElfSection,
  byAddress: ByAddress,
): Diagnostic | undefined {
  let before: string | undefined;
  for (let offset = 0; offset < section.bytes.length; ) {
    const at = (): Diagnostic['at'] => view.base.at(section, offset);
    const symbol = byAddress.get(offset)?.[0];
    if (symbol === undefined) return diagnose.bytesOfNoFunction(section, offset, before, at());
    const { name, index, size } = symbol;
    if (size === 0) return diagnose.functionWithoutSize(name, index, section.name, at());
    if (size % 8 !== 0) return diagnose.functionSize(name, section.name, size, at());
    before = name;
    offset += size;
  }
  return undefined;
}
