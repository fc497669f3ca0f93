/** Looks at objects with the rules of aya, of a version. */
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Version } from '../../../src/model/rule.ts';
import { aya } from '../../../src/profiles/aya.ts';

/** What aya's rules say of a finished object that is to be loaded here. */
export function check(bytes: Uint8Array, version: Version): readonly Diagnostic[] {
  const { object, fault } = readElf(bytes, 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  for (const rule of aya.rules) {
    rule(object, (diagnostic) => found.push(diagnostic), { name: 'aya', version, host: 'little' });
  }
  return found;
}
