/** Looks at objects with redbpf's rules. */
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Loader } from '../../../src/model/rule.ts';
import { newestOf } from '../../../src/profiles/index.ts';
import { redbpf } from '../../../src/profiles/redbpf.ts';

/** What redbpf's rules say of a finished object. */
export function check(bytes: Uint8Array, machine: Partial<Loader> = {}): readonly Diagnostic[] {
  const { object, fault } = readElf(bytes, 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  const loader = { ...newestOf(redbpf).loader, ...machine };
  for (const rule of redbpf.rules) rule(object, (diagnostic) => found.push(diagnostic), loader);
  return found;
}
