/**
 * Which objects are linked with each other: the sets that the reference links in its own tests, and sets
 * composed of the corpus.
 */
import { type CorpusObject, objectsOf } from './corpus.ts';
import { binding, type ObjectFile, sectionNamed } from './object-file.ts';

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

/** Neighbours in the order of their names, `size` at a time: what they share is seldom nothing. */
export function neighbours(objects: readonly CorpusObject[], size: number): LinkSet[] {
  return Array.from({ length: Math.floor(objects.length / size) }, (_, i) =>
    setOf(objects.slice(i * size, (i + 1) * size)),
  );
}

/** Objects spread over the whole corpus, `size` at a time: what they share is mostly the kernel's types. */
export function strangers(objects: readonly CorpusObject[], size: number): LinkSet[] {
  const count = Math.floor(objects.length / size);
  return Array.from({ length: count }, (_, i) =>
    setOf(Array.from({ length: size }, (_, j) => objects[j * count + i]!)),
  );
}

function setOf(objects: readonly CorpusObject[]): LinkSet {
  return { name: objects.map(({ name }) => name).join(' + '), objects };
}

/**
 * As many of the objects as can be linked at once: each that defines no symbol of those before it, declares none
 * of them either, and has the same licence.
 */
export function compatible(
  objects: readonly { readonly object: CorpusObject; readonly file: ObjectFile }[],
): CorpusObject[] {
  const taken = new Set<string>();
  let licence: string | undefined;
  return objects
    .filter(({ file }) => {
      const own = Buffer.from(sectionNamed(file, 'license')?.bytes ?? []).toString('latin1');
      const names = file.symbols.filter(isShared).map(({ name }) => name);
      if (names.some((name) => taken.has(name)) || (licence !== undefined && own !== licence))
        return false;
      licence ??= own;
      for (const name of names) taken.add(name);
      return true;
    })
    .map(({ object }) => object);

  function isShared({ name, section, binding: bound }: ObjectFile['symbols'][number]): boolean {
    return bound !== binding.local && section !== 0 && !/^_?(license|version)$/i.test(name);
  }
}
