/** Relocations: as many, at the same places, of the same types, to the same targets. */
import type { Difference } from './difference.ts';
import { sectionNamed } from './object-file.ts';
import type { Placement } from './placement.ts';
import { type Reference, referencesOf } from './references.ts';

export function compareReferences(placement: Placement): Difference[] {
  const { ours, theirs } = placement.pair;
  const sections = new Set([...ours.file.relocations.keys(), ...theirs.file.relocations.keys()]);
  return [...sections].flatMap((section) => {
    if (!sectionNamed(ours.file, section) || !sectionNamed(theirs.file, section)) return [];
    const mine = new Map(referencesOf(ours.file, section).map((one) => [one.at, one]));
    const expected = expectedReferences(placement, section);
    return [...new Set([...mine.keys(), ...expected.keys()])]
      .filter((at) => !agree(placement, mine.get(at), expected.get(at)))
      .map((at) => ({
        aspect: 'relocation' as const,
        where: `${section}+${at}`,
        ours: text(mine.get(at)),
        theirs: text(expected.get(at)),
      }));
  });
}

/** The reference's, by where they should be in ours. */
function expectedReferences(placement: Placement, section: string): Map<number, Reference> {
  const expected = new Map<number, Reference>();
  for (const one of referencesOf(placement.pair.theirs.file, section)) {
    const place = placement.moved({ section, offset: one.at });
    if (place !== undefined) expected.set(place.offset, one);
  }
  return expected;
}

function agree(
  placement: Placement,
  ours: Reference | undefined,
  theirs: Reference | undefined,
): boolean {
  if (ours === undefined || theirs === undefined || ours.type !== theirs.type) return false;
  if (placement.folded.has(theirs.to.section) && theirs.name === undefined) {
    return ours.name === undefined && placement.sameConstant(ours.to, theirs.to);
  }
  if (ours.name !== theirs.name || ours.to.section !== theirs.to.section) return false;
  // With a name the offset is a distance from it, which does not move.
  const to = theirs.name === undefined ? placement.moved(theirs.to) : theirs.to;
  return ours.to.offset === to?.offset;
}

function text(reference: Reference | undefined): string | undefined {
  if (reference === undefined) return undefined;
  const { type, name, to } = reference;
  return `type ${type} to ${name ?? to.section}+${to.offset}${name === undefined ? '' : ` (${to.section})`}`;
}
