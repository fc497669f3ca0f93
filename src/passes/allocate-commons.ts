/**
 * Gives each common symbol (`int x;` under -fcommon) a NOBITS section of its own, named COMMON, which
 * scripts place with `*(COMMON)`. Several objects' commons of one name are one; the largest size and
 * the strictest alignment count.
 */
import type { SectionId } from '../base/ids.ts';
import { tooLarge } from '../diag/catalogue/layout.ts';
import { commonAlignment } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, SHT } from '../elf/constants.ts';
import { COMMON } from '../model/input.ts';
import { LARGEST_SECTION } from '../model/layout.ts';
import type { LinkState } from '../model/state.ts';

export function allocateCommons(state: LinkState, sink: DiagnosticSink): void {
  let id = [...state.sections()].reduce((highest, section) => Math.max(highest, section.id), 0);
  for (const { definition, losers, name } of state.symbols.all()) {
    if (definition?.place !== 'common') continue;
    const commons = [definition, ...losers.filter((loser) => loser.place === 'common')];
    const align = Math.max(1, ...commons.map((symbol) => symbol.value));
    if (!Number.isInteger(Math.log2(align)) || align > 2 ** 32) {
      sink.report(commonAlignment(name, definition.file.path, align));
      continue;
    }
    if (definition.size > LARGEST_SECTION) {
      sink.report(tooLarge(COMMON, definition.size, definition.file.path));
      continue;
    }
    state.commons.set(definition, {
      id: ++id as SectionId,
      file: definition.file,
      name: COMMON,
      type: SHT.NOBITS,
      flags: SHF.ALLOC | SHF.WRITE,
      align,
      entsize: 0,
      size: definition.size,
      bytes: new Uint8Array(0),
      relocations: [],
    });
  }
}
