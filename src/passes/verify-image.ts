/**
 * Reads the output back and looks at it with the eyes of the loader. What a lowering was to take away
 * and did not is found here, whoever is at fault.
 */
import { Bug } from '../base/bug.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { readElf } from '../elf/read.ts';
import type { ElfObject } from '../elf/types.ts';

/** A loader's rule: looks at an object and reports. */
export type ObjectRule = (object: ElfObject, report: DiagnosticSink['report']) => void;

export function verifyImage(
  image: Uint8Array,
  rules: readonly ObjectRule[],
  sink: DiagnosticSink,
): void {
  const { object, fault } = readElf(image, 'output');
  if (object === undefined) throw new Bug('verify-image', fault.message);
  for (const rule of rules) rule(object, (diagnostic) => sink.report(diagnostic));
}
