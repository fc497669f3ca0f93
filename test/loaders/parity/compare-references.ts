/** Relocations: as many, at the same places, of the same types, to the same targets. */
import type { Difference } from './difference.ts';
import { type Folding, movedPlace, sameConstant } from './folding.ts';
import { sectionNamed } from './object-file.ts';
import type { Pair } from './output.ts';
import { type Reference, referencesOf } from './references.ts';

export function compareReferences(pair: Pair, folding: Folding): Difference[] {
  const { ours, theirs } = pair;
  const sections = new Set([...ours.file.relocations.keys(), ...theirs.file.relocations.keys()]);
  return [...sections].flatMap((section) => {
    if (!sectionNamed(ours.file, section) || !sectionNamed(theirs.file, section)) return [];
    const mine = new Map(referencesOf(ours.file, section).map((one) => [one.at, one]));
    const reference = new Map(referencesOf(theirs.file, section).map((one) => [one.at, one]));
    return [...new Set([...mine.keys(), ...reference.keys()])]
      .filter((at) => !agree(pair, folding, mine.get(at), reference.get(at)))
      .map((at) => ({
        aspect: 'relocation' as const,
        where: `${section}+${at}`,
        ours: text(mine.get(at)),
        theirs: text(reference.get(at)),
      }));
  });
}

function agree(
  pair: Pair,
  folding: Folding,
  ours: Reference | undefined,
  theirs: Reference | undefined,
): boolean {
  if (ours === undefined || theirs === undefined || ours.type !== theirs.type) return false;
  if (folding.folded.has(theirs.to.section) && theirs.name === undefined) {
    return ours.name === undefined && sameConstant(pair, ours.to, theirs.to);
  }
  if (ours.name !== theirs.name || ours.to.section !== theirs.to.section) return false;
  // With a name the offset is a distance from it, and nothing has moved.
  const to = theirs.name === undefined ? movedPlace(folding, theirs.to) : theirs.to;
  return ours.to.offset === to.offset;
}

function text(reference: Reference | undefined): string | undefined {
  if (reference === undefined) return undefined;
  const { type, name, to } = reference;
  return `type ${type} to ${name ?? to.section}+${to.offset}${name === undefined ? '' : ` (${to.section})`}`;
}
