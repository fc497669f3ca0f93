/**
 * Which objects are linked with each other: the sets that the reference links in its own tests, and sets
 * composed of the corpus.
 */
import { bytesOf, type CorpusObject, objectsOf } from './corpus.ts';
import { binding, readObject, sectionNamed } from './object-file.ts';

export interface LinkSet {
  readonly name: string;
  readonly objects: readonly CorpusObject[];
}

const selftestSets: readonly (readonly string[])[] = [
  ['test_static_linked1', 'test_static_linked2'],
  ['linked_funcs1', 'linked_funcs2'],
  ['linked_vars1', 'linked_vars2'],
  ['linked_maps1', 'linked_maps2'],
  ['test_subskeleton_lib2', 'test_subskeleton_lib', 'test_subskeleton'],
  ['test_subskeleton_lib2', 'test_subskeleton_lib'],
  ['test_usdt', 'test_usdt_multispec'],
];

/** The sets of the kernel's BPF selftests, in their order and backwards. */
export function referenceSets(): LinkSet[] {
  const byName = new Map(objectsOf('selftests').map((object) => [object.name, object]));
  return selftestSets.flatMap((names) => {
    const objects = names.map((name) => byName.get(`selftests/${name}.o`));
    const found = objects.filter((object) => object !== undefined);
    if (found.length !== names.length) throw new Error(`no objects for ${names.join(' + ')}`);
    return [setOf(found), setOf([...found].reverse())];
  });
}

export function setOf(objects: readonly CorpusObject[]): LinkSet {
  const names = objects.map(({ name }) => name);
  const name =
    names.length < 5
      ? names.join(' + ')
      : `${names.length} objects, ${names[0]} to ${names.at(-1)}`;
  return { name, objects };
}

/** Two at a time in the order of their names: they share much, and some pairs are refused. */
export function neighbours(objects: readonly CorpusObject[]): LinkSet[] {
  return Array.from({ length: Math.floor(objects.length / 2) }, (_, i) =>
    setOf(objects.slice(2 * i, 2 * i + 2)),
  );
}

/** Three at a time from all over, as long as there are three that should link. */
export function strangers(objects: readonly CorpusObject[]): LinkSet[] {
  const count = objects.length;
  const stride = 389; // a prime, so every object comes once
  let rest = Array.from({ length: count }, (_, i) => describe(objects[(i * stride) % count]!));
  const sets: LinkSet[] = [];
  for (;;) {
    const chosen = choose(rest, 3);
    if (chosen.length < 3) return sets;
    sets.push(setOf(chosen.map(({ object }) => object)));
    rest = rest.filter((one) => !chosen.includes(one));
  }
}

/** As many of the objects as should link at once. */
export function compatible(objects: readonly CorpusObject[]): CorpusObject[] {
  return choose(objects.map(describe), objects.length).map(({ object }) => object);
}

interface Description {
  readonly object: CorpusObject;
  readonly licence: string;
  /** Of the symbols that it defines for others. */
  readonly names: readonly string[];
}

function describe(object: CorpusObject): Description {
  const file = readObject(bytesOf(object));
  const licence = sectionNamed(file, 'license');
  return {
    object,
    licence: `${licence?.flags} ${Buffer.from(licence?.bytes ?? []).toString('latin1')}`,
    names: file.symbols
      .filter(({ section, binding: bound }) => section !== 0 && bound !== binding.local)
      .filter(({ section }) => file.sections[section] !== licence)
      .map(({ name }) => name),
  };
}

/** The first `limit` objects of which each has the licence of the first and no name of those before it. */
function choose(from: readonly Description[], limit: number): Description[] {
  const taken = new Set<string>();
  const chosen: Description[] = [];
  for (const one of from) {
    if (chosen.length === limit) break;
    if (one.names.some((name) => taken.has(name))) continue;
    if (one.licence !== (chosen[0] ?? one).licence) continue;
    for (const name of one.names) taken.add(name);
    chosen.push(one);
  }
  return chosen;
}
