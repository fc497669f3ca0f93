/**
 * Keeps, in an output that may be linked again, what the next link must know of the producers: that
 * references lead to the inside of objects. Scripts discard `.comment`, and hand-written assembly has none,
 * so this is a `.comment` of its own.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import { SHF, SHT } from '../elf/constants.ts';
import { INSIDE_REFERENCES } from '../elf/producer.ts';
import type { OutputSection, Plan } from '../model/plan.ts';
import type { LinkState } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';

const NAME = '.comment';

export function markProducer(state: LinkState, plan: Plan): void {
  const file = state.files.find(({ startReferences }) => !startReferences);
  const origin = file?.sections.find((section) => section !== undefined);
  if (origin === undefined) return;
  const mark = syntheticSection(origin, {
    name: NAME,
    type: SHT.PROGBITS,
    flags: SHF.MERGE | SHF.STRINGS,
    align: 1,
    entsize: 1,
    bytes: encodeUtf8(`${INSIDE_REFERENCES}\0`),
  });
  let output = plan.sections.find(({ name }) => name === NAME);
  if (output === undefined) {
    const made: OutputSection = { name: NAME, rule: undefined, kept: false, items: [] };
    plan.add({ kind: 'section', section: made });
    output = made;
  }
  plan.place(mark, output);
}
