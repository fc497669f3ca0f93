/**
 * Reads the output back and looks at it with the eyes of the loader. What a lowering was to take away
 * and did not is found here, whoever is at fault.
 */
import { Bug } from '../base/bug.ts';
import type { Diagnostic, DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { readElf } from '../elf/read.ts';
import { OUTPUT } from '../model/origins.ts';
import type { Loader, Rule } from '../model/rule.ts';

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
  for (const rule of rules) {
    const report = (diagnostic: Diagnostic): void =>
      sink.report({ ...diagnostic, at: diagnostic.at.map(inInput) });
    rule(object, report, loader);
  }
}
