/** Warns where CO-RE relocations meet a loader that does not know them: the program may read wrong fields. */
import { RECORD_WORDS, readBtfExt } from '../btf/ext.ts';
import { readBtf } from '../btf/read.ts';
import { coreNotApplied } from '../diag/catalogue/btf.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { InputFile } from '../model/input.ts';
import { locate } from '../model/source-lines.ts';

export function noteCoreRelocations(
  files: readonly InputFile[],
  loader: string,
  sink: DiagnosticSink,
): void {
  for (const file of files) {
    if (file.btf === undefined || file.btfExt === undefined) continue;
    // Ill-formed types are no matter here: the output has none.
    const { btf } = readBtf(file.btf, file.order);
    const core = btf && readBtfExt(file.btfExt, file.order, btf).ext?.core;
    const [first] = core ?? [];
    if (btf === undefined || core === undefined || first === undefined) continue;
    const count = core.reduce((sum, { records }) => sum + records.length / RECORD_WORDS.core, 0);
    const name = btf.strings.at(first.section);
    const section = file.sections.find((candidate) => candidate?.name === name);
    if (section === undefined || count === 0) continue;
    sink.report(coreNotApplied(loader, count, locate(section, first.records[0]!)));
  }
}
