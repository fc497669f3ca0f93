/**
 * Which place of an input a place of the output was. Loader rules see the output only; the user knows the
 * inputs.
 */
import type { Location } from '../diag/diagnostic.ts';
import type { Layout } from './layout.ts';
import type { CodePart, LinkState } from './state.ts';

/** What rules call the object that they look at. */
export const OUTPUT = 'output';

/** The place itself where no input has it: bytes of the script, what bpfld has put in. */
export function inInput(place: Location, state: LinkState, layout: Layout): Location {
  if (place.kind !== 'object' || place.file !== OUTPUT || place.section === undefined) return place;
  const placed = layout.named(place.section);
  const { offset } = place;
  if (placed === undefined || offset === undefined) return place;
  for (const [section, start] of placed.offsets) {
    if (offset < start || offset >= start + section.size) continue;
    for (const part of state.partsOf(section)) {
      const before = offsetBefore(part, offset - start);
      if (before === undefined) continue;
      const { file, name } = part.origin;
      return { ...place, file: file.path, section: name, offset: before };
    }
  }
  return place;
}

/** Where the byte at `offset` of a section was in the part's origin; undefined if it is not of the part. */
function offsetBefore(
  { start, end, offset: base, slots }: CodePart,
  offset: number,
): number | undefined {
  if (offset < base || offset >= base + slots.toNew((end - start) / 8) * 8) return undefined;
  for (let at = start; at < end; at += 8) {
    if (slots.toNew((at - start) / 8) * 8 >= offset - base) return at;
  }
  return undefined;
}
