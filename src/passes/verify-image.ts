/**
 * Reads the output back and looks at it with the eyes of the loader. What a lowering was to take away
 * and did not is found here, whoever is at fault.
 */
import { Bug } from '../base/bug.ts';
import type { DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { readElf } from '../elf/read.ts';
import { OUTPUT } from '../model/origins.ts';
import { applyRules, type Loader, type Rule } from '../model/rule.ts';

/** `inInput`: what the user knows a place of the output by. */
export function verifyImage(
  image: Uint8Array,
  rules: readonly Rule[],
  loader: Loader,
  inInput: (place: Location) => Location,
  sink: DiagnosticSink,
): void {
  const { object, fault } = readElf(image, OUTPUT);
  if (object === undefined) throw new Bug('verify-image', fault.message);
  applyRules(object, rules, loader, inInput, (diagnostic) => sink.report(diagnostic));
}
