/**
 * Compares types by what they are, not by their ids.
 *
 * Two types get the same label exactly when their unfoldings, infinite where a struct refers to itself, are
 * equal. At first the label is what a type says without its references; then, round by round, it takes in the
 * labels of what it refers to, until a round tells no further types apart.
 *
 *     struct a { struct b *next; }   round 0: struct a{next@0}   then: what struct b is, then what that refers to
 *
 * The types of both files are labelled together, so labels of one can be looked up in the other.
 */
import { kind, type Type, type TypeInfo } from './type-info.ts';

/** The labels of each file's types, by id. `loosely`: a pointer to a struct is known by the struct's name. */
export function labelTypes(files: readonly TypeInfo[], loosely = false): Int32Array[] {
  let labels = files.map(({ types }) => new Int32Array(types.length));
  let count = 0;
  const names = new Map<string, number>();
  const intern = (key: string): number => {
    const known = names.get(key) ?? names.size;
    names.set(key, known);
    return known;
  };
  const ends = files.map((file) => (loosely ? pointersByName(file) : []));
  files.forEach(({ types }, file) => {
    types.forEach((type, id) => {
      labels[file]![id] = intern(`${shapeOf(type)}|${ends[file]![id] ?? ''}`);
    });
  });
  while (names.size > count) {
    count = names.size;
    names.clear();
    labels = files.map(({ types }, file) => {
      const before = labels[file]!;
      return Int32Array.from(types, ({ refers }, id) => {
        if (ends[file]![id] !== undefined) return intern(`${before[id]}`);
        let key = `${before[id]}`;
        for (const to of refers) key += `,${before[to]}`;
        return intern(key);
      });
    });
  }
  return labels;
}

function shapeOf({ kind: of, name, flag, size, shape: own }: Type): string {
  const shape = of === kind.prototype ? withParameterNames(own) : own;
  // An enum that is only declared has the size that the compiler or bpfld gives it.
  const known = of === kind.enum && own === '' ? 0 : size;
  return `${of}/${flag ? 1 : 0}/${known}/${name}/${shape}`;
}

/** An unnamed parameter is called by its number. */
function withParameterNames(names: string): string {
  return names
    .split(',')
    .map((name, i) => name || `arg${i + 1}`)
    .join();
}

/**
 * What a pointer points at, where that is a named struct or union or a forward declaration of one: there the
 * unfolding ends at the name. It makes equal what differs only in how many declarations were completed.
 */
function pointersByName({ types }: TypeInfo): (string | undefined)[] {
  return types.map((type) => {
    if (type.kind !== kind.pointer) return undefined;
    const target = types[type.refers[0]!]!;
    if (target.name === '') return undefined;
    switch (target.kind) {
      case kind.struct:
        return `struct ${target.name}`;
      case kind.union:
        return `union ${target.name}`;
      case kind.forward:
        return `${target.flag ? 'union' : 'struct'} ${target.name}`;
      default:
        return undefined;
    }
  });
}
