/**
 * Refuses settings of the kernel (`extern ... __kconfig`) where the loader fills none in. A weak one would become
 * address 0, and the kernel refuses to load from there; libbpf gives a value of its own to those that it knows.
 */
import { KIND } from '../btf/format.ts';
import { readBtf } from '../btf/read.ts';
import type { Btf } from '../btf/types.ts';
import { validateBtf } from '../btf/validate.ts';
import { unknownSetting } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { locate } from '../model/source-lines.ts';
import type { LinkState } from '../model/state.ts';
import { CONFIGURATION } from '../model/types.ts';

export function checkConfiguration(state: LinkState, loader: string, sink: DiagnosticSink): void {
  for (const file of state.files) {
    const btf = file.btf && readBtf(file.btf, file.order).btf;
    // Ill-formed types are no matter here: the output has none.
    if (btf === undefined || validateBtf(btf) !== undefined) continue;
    const settings = new Set(settingsOf(btf));
    if (settings.size === 0) continue;
    for (const section of file.sections) {
      for (const { symbol, offset } of section?.relocations ?? []) {
        if (!settings.has(symbol.name) || symbol.place !== 'undefined') continue;
        if (state.symbols.definitionOf(symbol) !== undefined) continue;
        settings.delete(symbol.name);
        sink.report(unknownSetting(symbol.name, loader, locate(section!, offset)));
      }
    }
  }
}

function settingsOf(btf: Btf): string[] {
  return [...btf.idsOf(KIND.DATASEC)]
    .filter((id) => btf.name(id) === CONFIGURATION)
    .flatMap((id) => btf.variables(id).map(({ type }) => btf.name(type)));
}
