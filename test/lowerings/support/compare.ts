/** Whether a link with lowerings changed what programs do: both are run over the same packets. */
import { expect } from 'vitest';
import { link } from '../../../src/link.ts';
import type { LinkInput } from '../../../src/link-types.ts';
import { Output, shippedScript } from '../../support/link.ts';
import { type Outcome, run } from './interpreter.ts';

/** `count` packets of 64 to 127 bytes that depend on `seed` alone. */
export function packets(seed: number, count: number): Uint8Array[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: 64 + (next() & 63) }, () => next() & 0xff),
  );
}

/** Other places for data and frames: what depends on a bit of an address differs there. */
const ELSEWHERE = [0x3_1234_5670n, 0x2_edcb_a980n, 0x4_ffff_5550n, 0x5_0000_aaa0n];

/**
 * Links with `script`, and with its sections alone, which changes no code, and compares their runs. Gives the
 * number of runs that ended well; runs of the original that fault, do not end or depend on where data lies
 * are not compared. Undefined where the lowering refuses the input.
 */
export function compareRuns(
  inputs: readonly LinkInput[],
  seed: number,
  count: number,
  script: { name: string; text: string } = shippedScript('tc.ld'),
): number | undefined {
  const result = link({ inputs, script });
  if (result.output === undefined) return undefined;
  const lowered = new Output(result).elf;
  const text = script.text.replace(/^(PROFILE|PERMIT_RELOCATIONS|LOWER)\(.*$/gm, '');
  const original = new Output(link({ inputs, script: { name: 'original.ld', text } })).elf;
  const programs = lowered.sections.filter(
    ({ name, flags }) => (flags & 4) !== 0 && name !== '.text',
  );
  let ended = 0;
  for (const { name } of programs) {
    for (const packet of packets(seed, count)) {
      const here = run(original, name, packet);
      if (here.status !== 'exited') continue;
      if (!ELSEWHERE.every((base) => same(here, run(original, name, packet, base)))) continue;
      const after = run(lowered, name, packet);
      expect(comparable(after), `${name} after lowering`).toEqual(comparable(here));
      ended++;
    }
  }
  return ended;
}

function same(a: Outcome, b: Outcome): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

/** Without the sections that a lowered output has no more. */
function comparable({ status, result, events, memory }: Outcome): unknown {
  const kept = Object.entries(memory).filter(
    ([name]) => !/^\.(data|bss|rodata)|^license/.test(name),
  );
  return {
    status,
    result: status === 'exited' ? result : 0,
    events,
    memory: Object.fromEntries(kept),
  };
}
