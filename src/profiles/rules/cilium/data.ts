/** CILIUM-007 and CILIUM-008: references to data, and to maps. */
import { Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/cilium/references.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';
import type { Reference } from './references.ts';
import type { CiliumView } from './view.ts';

export function refusedData(
  view: CiliumView,
  reference: Reference,
  loader: Loader,
): Diagnostic | undefined {
  const { section, offset, inside, opcode, imm } = reference;
  const symbol = reference.symbol!;
  const name = view.nameOf(symbol);
  const at = view.at(section, offset);
  if (opcode !== Opcode.LD_IMM64) {
    return diagnose.referenceElsewhere('CILIUM-007', name, opcode, inside.name, at);
  }
  const { type, binding, value } = symbol;
  switch (type) {
    case STT.SECTION:
      return undefined;
    case STT.OBJECT:
      if (binding === STB.WEAK && isBefore(loader, [0, 17])) {
        return diagnose.dataBinding(name, 'STB_WEAK', inside.name, at);
      }
      break;
    case STT.NOTYPE:
      if (binding !== STB.LOCAL) {
        const title = binding === STB.WEAK ? 'STB_WEAK' : 'STB_GLOBAL';
        return diagnose.dataBinding(name, title, inside.name, at);
      }
      break;
    default:
      return diagnose.dataSymbolType(name, inside.name, at);
  }
  return imm === 0n ? undefined : diagnose.droppedAddend(name, value, imm, inside.name, at);
}

export function refusedMap(
  view: CiliumView,
  reference: Reference,
  target: ElfSection,
): Diagnostic | undefined {
  const { section, offset, inside, opcode, imm } = reference;
  const symbol = reference.symbol!;
  const at = view.at(section, offset);
  if (symbol.binding === STB.LOCAL) {
    const place = symbol.type === STT.SECTION ? Number(BigInt.asUintN(32, imm)) : symbol.value;
    const map = view.symbols(target).get(place);
    return diagnose.staticMap(map?.name ?? view.nameOf(symbol), symbol.name, inside.name, at);
  }
  const name = view.nameOf(symbol);
  if (symbol.binding !== STB.GLOBAL) return diagnose.weakMap(name, inside.name, at);
  if (symbol.type !== STT.OBJECT && symbol.type !== STT.NOTYPE) {
    return diagnose.mapSymbolType(name, inside.name, at);
  }
  const listed = view.symbols(target).get(symbol.value);
  if (listed?.name !== name) return diagnose.aliasedMap(name, listed?.name, inside.name, at);
  if (opcode === Opcode.LD_IMM64) {
    // A number above 0 it takes for the descriptor of a map.
    return BigInt.asIntN(32, imm) > 0n ? diagnose.mapAddend(name, imm, inside.name, at) : undefined;
  }
  return diagnose.referenceElsewhere('CILIUM-008', name, opcode, inside.name, at);
}
