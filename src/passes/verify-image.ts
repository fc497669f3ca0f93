/**
 * Reads the output back and looks at it with the eyes of the loader. What a lowering was to take away
 * and did not is found here, whoever is at fault.
 */
import { Bug } from '../base/bug.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { readElf } from '../elf/read.ts';
import type { Rule } from '../model/rule.ts';

export function verifyImage(image: Uint8Array, rules: readonly Rule[], sink: DiagnosticSink): void {
  const { object, fault } = readElf(image, 'output');
  if (object === undefined) throw new Bug('verify-image', fault.message);
  for (const rule of rules) rule(object, (diagnostic) => sink.report(diagnostic));
}
