/**
 * Random headers over a few files, judged by a slow and simple definition of what equal means: numbers of
 * types, told apart by their own words and the numbers of what they refer to, until nothing changes.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dedupBtf } from '../../src/btf/dedup.ts';
import { KIND } from '../../src/btf/format.ts';
import { typeIds } from '../../src/btf/query.ts';
import type { Btf } from '../../src/btf/types.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { declare } from './support/declare.ts';
import { type Merged, merge } from './support/merge.ts';

const TAGS = ['a', 'b', 'c', 'd', 'e'];

const { type } = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('int', 'char'),
    fc.constantFrom(...TAGS).map((tag) => `*struct ${tag}`),
    fc.constantFrom('x', 'y').map((tag) => `*enum ${tag}`),
    fc
      .constantFrom('*', 'const ', '@user ', '*const ', '[2]')
      .chain((of) => tie('type').map((to) => of + to)),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `*fn(p: ${a}) ${b}`),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `struct { p: ${a}, q: union { r: ${b} } }`),
  ),
}));

const members = fc
  .array(type, { minLength: 1, maxLength: 3 })
  .map((types) => types.map((one, i) => `m${i}: ${one}`).join(', '));

/** Bodies that files may choose from; more than one makes a name ambiguous. */
const world = fc.record({
  structs: fc.array(fc.array(members, { minLength: 1, maxLength: 3 }), {
    minLength: TAGS.length,
    maxLength: TAGS.length,
  }),
  enums: fc.constantFrom(['A = 1'], ['A = 1', 'B = 1']),
  files: fc.array(
    fc.record({
      /** Of each struct, the body; beyond the last, only a forward declaration. */
      bodies: fc.array(fc.nat(3), { minLength: TAGS.length, maxLength: TAGS.length }),
      enums: fc.array(fc.nat(2), { minLength: 2, maxLength: 2 }),
      uses: fc.array(type, { maxLength: 2 }),
      first: fc.nat(TAGS.length),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const files = world.map(({ structs, enums, files }) =>
  files.map(({ bodies, enums: chosen, uses, first }) => {
    const declared = TAGS.flatMap((tag, i) => {
      const body = structs[i]![bodies[i]!];
      return body === undefined ? [] : [`struct ${tag} { ${body} }`];
    });
    const rotated = [...declared.slice(first), ...declared.slice(0, first)];
    const announced = ['x', 'y'].flatMap((tag, i) => {
      const body = enums[chosen[i]!];
      return body === undefined ? [] : [`enum ${tag} { ${body} }`];
    });
    return [...rotated, ...announced, ...uses].join('; ');
  }),
);

/** A type as text, and the ids in it. */
function takeApart(btf: Btf, id: number): { text: string; ids: number[] } {
  const own = `${btf.kind(id)} ${btf.name(id)} ${btf.flag(id)}`;
  switch (btf.kind(id)) {
    case KIND.STRUCT:
    case KIND.UNION: {
      const list = btf.members(id);
      const places = list.map((m) => `${m.name} ${m.offsetBits} ${m.sizeBits}`);
      return { text: `${own} ${btf.size(id)} ${places}`, ids: list.map((m) => m.type) };
    }
    case KIND.FUNC_PROTO: {
      const list = btf.parameters(id);
      const names = list.map(({ name }) => name);
      return { text: `${own} ${names}`, ids: [btf.target(id), ...list.map((p) => p.type)] };
    }
    case KIND.ARRAY:
      return { text: `${own} ${btf.field(id, 5)}`, ids: [btf.field(id, 3), btf.field(id, 4)] };
    case KIND.ENUM:
      return { text: `${own} ${btf.enumerators(id).map((e) => `${e.name}${e.value}`)}`, ids: [] };
    case KIND.INT:
      return { text: `${own} ${btf.size(id)} ${btf.field(id, 3)}`, ids: [] };
    case KIND.FWD:
      return { text: own, ids: [] };
    default:
      return { text: own, ids: [btf.target(id)] };
  }
}

/** The kind that the type announces; undefined if it is a type of its own. */
function announced(btf: Btf, id: number): number | undefined {
  if (btf.kind(id) === KIND.FWD) return btf.flag(id) ? KIND.UNION : KIND.STRUCT;
  return btf.kind(id) === KIND.ENUM && btf.vlen(id) === 0 ? KIND.ENUM : undefined;
}

/** By table and id: equal numbers for types that are equal, forward declarations being types of their own. */
function numberTypes(tables: readonly Btf[]): number[][] {
  let numbers = tables.map((btf) => [0, ...[...typeIds(btf)].map(() => 1)]);
  for (let count = 0; ; ) {
    const known = new Map<string, number>();
    numbers = tables.map((btf, table) => [
      0,
      ...[...typeIds(btf)].map((id) => {
        const { text, ids } = takeApart(btf, id);
        const key = `${text} ${ids.map((to) => numbers[table]![to])}`;
        if (!known.has(key)) known.set(key, known.size + 1);
        return known.get(key)!;
      }),
    ]);
    if (known.size === count) return numbers;
    count = known.size;
  }
}

/** Whether the second type is the first one, or says more than it where that only announces something. */
function fits(from: Btf, one: number, to: Btf, other: number): boolean {
  const seen = new Set<string>();
  const todo: (readonly [number, number])[] = [[one, other]];
  for (let pair = todo.pop(); pair !== undefined; pair = todo.pop()) {
    const [a, b] = pair;
    if (seen.has(`${a} ${b}`)) continue;
    seen.add(`${a} ${b}`);
    if (a === 0 || b === 0) {
      if (a !== b) return false;
      continue;
    }
    const kind = announced(from, a);
    if (kind !== undefined) {
      if ((announced(to, b) ?? to.kind(b)) !== kind || from.name(a) !== to.name(b)) return false;
      continue;
    }
    const left = takeApart(from, a);
    const right = takeApart(to, b);
    if (left.text !== right.text) return false;
    left.ids.forEach((id, i) => {
      todo.push([id, right.ids[i]!]);
    });
  }
  return true;
}

function eachType(merged: Merged, check: (from: Btf, id: number, to: number) => void): void {
  merged.inputs.forEach((from, file) => {
    for (const id of typeIds(from)) check(from, id, merged.ids[file]![id]!);
  });
}

function checkAll(property: (merged: Merged) => void): void {
  fc.assert(
    fc.property(files, (texts) => {
      property(merge(texts.map(declare)));
    }),
    { numRuns: 400 },
  );
}

test('the inputs and the output make sense', () => {
  checkAll(({ inputs, btf }) => {
    for (const table of [...inputs, btf]) expect(validateBtf(table)).toBeUndefined();
  });
});

test('every type is in the output, with all that it says', () => {
  checkAll((merged) => {
    eachType(merged, (from, id, to) => {
      expect(fits(from, id, merged.btf, to)).toBe(true);
    });
  });
});

test('equal types become one, so no type is in the output twice', () => {
  checkAll((merged) => {
    const output = numberTypes([merged.btf])[0]!;
    expect(new Set(output).size).toBe(merged.btf.typeCount + 1);
    const byNumber = new Map<number, number>();
    const numbers = numberTypes(merged.inputs);
    merged.inputs.forEach((btf, file) => {
      for (const id of typeIds(btf)) {
        const number = numbers[file]![id]!;
        const final = merged.ids[file]![id]!;
        expect(byNumber.get(number) ?? final).toBe(final);
        byNumber.set(number, final);
      }
    });
  });
});

test('every type of the output is one of the inputs', () => {
  checkAll((merged) => {
    const used = new Set<number>();
    eachType(merged, (_, __, to) => used.add(to));
    expect(used.size).toBe(merged.btf.typeCount);
  });
});

test('a forward declaration is left only beside several types of its name', () => {
  checkAll(({ btf }) => {
    for (const id of typeIds(btf)) {
      const kind = announced(btf, id);
      if (kind === undefined) continue;
      const defined = [...typeIds(btf, kind)].filter(
        (other) => btf.name(other) === btf.name(id) && announced(btf, other) === undefined,
      );
      expect(defined).not.toHaveLength(1);
    }
  });
});

test('merging again changes nothing', () => {
  checkAll(({ btf }) => {
    expect(dedupBtf(btf)).toEqual(btf);
  });
});

test('the order of the files does not change the number of types, where no name is ambiguous', () => {
  const clear = (texts: readonly string[]) => {
    const merged = merge(texts.map(declare));
    const names = [...typeIds(merged.btf)].map(
      (id) => `${merged.btf.kind(id)} ${merged.btf.name(id)}`,
    );
    const tags = names.filter((name) => /^[456] ./.test(name));
    return new Set(tags).size === tags.length ? merged : undefined;
  };
  fc.assert(
    fc.property(files, (texts) => {
      const merged = clear(texts);
      fc.pre(merged !== undefined);
      expect(merge(merged.inputs.toReversed()).btf.typeCount).toBe(merged.btf.typeCount);
    }),
  );
});
