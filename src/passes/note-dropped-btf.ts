/** Says once that type information does not reach the output. */
import { btfLeftOut } from '../diag/catalogue/layout.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { LinkState } from '../model/state.ts';

export function noteDroppedBtf(state: LinkState, sink: DiagnosticSink): void {
  const file = state.files.find(({ btf }) => btf !== undefined);
  if (file !== undefined) sink.report(btfLeftOut(file.path));
}
