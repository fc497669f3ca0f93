/** CILIUM-005 and CILIUM-006: calls of functions, and their addresses. */
import { CallKind } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/cilium/references.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';
import { calledOffset, type Reference } from './references.ts';
import type { CiliumView } from './view.ts';

/** `target` is the section with the callee. */
export function refusedCall(
  view: CiliumView,
  reference: Reference,
  target: ElfSection,
  loader: Loader,
): Diagnostic | undefined {
  const { symbol, section, offset, inside, src, imm } = reference;
  const at = view.at(section, offset);
  if (symbol === undefined) {
    // An immediate of -1 it takes for one that is still to be put in.
    if (imm === -1n || view.symbols(target).has(calledOffset(reference))) return undefined;
    return diagnose.callOfNoFunction(target.name, calledOffset(reference), true, inside.name, at);
  }
  const name = view.nameOf(symbol);
  if (src !== CallKind.FUNCTION) return diagnose.calledAsHelper(name, inside.name, at);
  switch (symbol.type) {
    case STT.SECTION: {
      const to = calledOffset(reference);
      if (view.symbols(target).has(to)) return undefined;
      return diagnose.callOfNoFunction(target.name, to, false, inside.name, at);
    }
    case STT.FUNC:
    case STT.NOTYPE:
      if (symbol.binding === STB.LOCAL) {
        return diagnose.calleeBinding(name, 'STB_LOCAL', inside.name, at);
      }
      if (symbol.binding === STB.WEAK && isBefore(loader, [0, 21])) {
        return diagnose.calleeBinding(name, 'STB_WEAK', inside.name, at);
      }
      return imm === -1n ? undefined : diagnose.calleeAddend(name, imm, inside.name, at);
    default:
      return diagnose.calleeType(name, inside.name, at);
  }
}

/** The loader looks for the function at the immediate, whatever the symbol says. */
export function refusedAddress(
  view: CiliumView,
  reference: Reference,
  target: ElfSection,
): Diagnostic | undefined {
  const { section, offset, inside, imm } = reference;
  const symbol = reference.symbol!;
  const name = view.nameOf(symbol);
  const at = view.at(section, offset);
  const taken = view.symbols(target).get(Number(imm));
  if (symbol.type === STT.SECTION) {
    if (taken !== undefined) return undefined;
    return diagnose.addressOfNoFunction(target.name, imm, inside.name, at);
  }
  if (symbol.type !== STT.FUNC) return diagnose.addressType(name, inside.name, at);
  if (symbol.binding !== STB.GLOBAL) {
    const binding = symbol.binding === STB.LOCAL ? 'STB_LOCAL' : 'STB_WEAK';
    return diagnose.addressBinding(name, binding, inside.name, at);
  }
  if (taken !== undefined && BigInt(symbol.value) + imm === BigInt(taken.value)) return undefined;
  return diagnose.wrongAddress(name, taken?.name, imm, inside.name, at);
}
