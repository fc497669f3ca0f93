/** Looks at objects with the rules of tc. */
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Loader } from '../../../src/model/rule.ts';
import { newestOf } from '../../../src/profiles/index.ts';
import { tc } from '../../../src/profiles/tc.ts';

const here: Pick<Loader, 'host'> = { host: 'little' };

export function checkTc(
  bytes: Uint8Array,
  machine: Pick<Loader, 'host'> = here,
): readonly Diagnostic[] {
  const { object, fault } = readElf(bytes, 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  const loader: Loader = { ...newestOf(tc).loader, ...machine };
  for (const rule of tc.rules) rule(object, (diagnostic) => found.push(diagnostic), loader);
  return found;
}
