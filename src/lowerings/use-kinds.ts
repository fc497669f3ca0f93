/** What the code wants of an address: the number that it is, or what it points to. */
import { type AddressUse, widthOf } from '../bpf/index.ts';
import type { BpfFunction } from './functions.ts';

/** Whether the address itself is the value that the program wants. */
export function isNumber(use: AddressUse, fn: BpfFunction): boolean {
  if (use.kind === 'number') return true;
  return use.kind === 'escape' && widthOf(fn.code.opcode[use.slot]!) < 8;
}

/** Whether the use needs what the address points to. */
export function isRead(use: AddressUse): boolean {
  switch (use.kind) {
    case 'load':
    case 'store':
    case 'atomic':
    case 'helper':
      return true;
    default:
      return false;
  }
}
