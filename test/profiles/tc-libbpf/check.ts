/** Looks at objects with the rules of tc built with libbpf. */
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Loader, Version } from '../../../src/model/rule.ts';
import { tcLibbpf } from '../../../src/profiles/tc-libbpf.ts';
import { fixtureBytes } from '../tc/objects.ts';

/** `version`: of the libbpf inside. */
export function checkTcLibbpf(path: string, version: Version = [1, 1]): readonly Diagnostic[] {
  const { object, fault } = readElf(fixtureBytes(path), 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  const loader: Loader = { name: tcLibbpf.name, version, host: 'little' };
  for (const rule of tcLibbpf.rules) rule(object, (diagnostic) => found.push(diagnostic), loader);
  return found;
}
