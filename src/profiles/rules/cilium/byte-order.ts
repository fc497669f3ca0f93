/** CILIUM-017: cilium/ebpf reads objects of both byte orders, and loads those of the machine's. */
import { otherByteOrder } from '../../../diag/catalogue/cilium/names.ts';
import type { Rule } from '../../../model/rule.ts';

export const byteOrder: Rule = ({ order }, report, { host }) => {
  if (host !== undefined && host !== order) report(otherByteOrder(order, host));
};
