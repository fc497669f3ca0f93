/**
 * Merged types beside those of the reference: libbpf's btf__dedup, as `bpftool gen object` uses it. It must
 * never have fewer types; where it has more, the test says so.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KIND, readBtf, typeIds } from '../../src/btf/index.ts';
import type { Btf } from '../../src/btf/types.ts';
import { readElf } from '../../src/elf/index.ts';
import { merge, titles } from '../btf/support/merge.ts';
import { withDirectory } from './support/bpfld.ts';
import { cache, describeLoaders, tool } from './support/environment.ts';
import { type HeaderChances, randomSources } from './support/random-headers.ts';

/** Debian's, and that of the kernel's own tree where it was built. */
const references = ['bpftool', tool('reference/bpftool')].filter(
  (path) => !path.includes('/') || existsSync(path),
);

function typesOf(path: string): Btf {
  const { object } = readElf(readFileSync(path), path);
  const bytes = object!.sections.find(({ name }) => name === '.BTF')?.bytes;
  return readBtf(bytes!, object!.order).btf!;
}

/** Types as `titles`, how often each, declarations and their tags apart. */
function countTypes(btf: Btf): Map<string, number> {
  const isDeclaration = (id: number) => {
    return [KIND.FUNC, KIND.VAR, KIND.DATASEC].some((kind) => kind === btf.kind(id));
  };
  const all = titles(btf);
  const counts = new Map<string, number>();
  for (const id of typeIds(btf)) {
    if (isDeclaration(id)) continue;
    if (btf.kind(id) === KIND.DECL_TAG && isDeclaration(btf.target(id))) continue;
    counts.set(all[id - 1]!, (counts.get(all[id - 1]!) ?? 0) + 1);
  }
  return counts;
}

/** Where a reference has more types than we: both numbers, and of which types. */
type Less = readonly [reference: string, ours: number, theirs: number, of: string];

function compare(what: string, paths: readonly string[], directory: string): Less[] {
  const ours = countTypes(merge(paths.map(typesOf)).btf);
  return references.flatMap((reference) => {
    const output = join(directory, 'reference.o');
    execFileSync(reference, ['gen', 'object', output, ...paths], { stdio: 'pipe' });
    const theirs = countTypes(typesOf(output));
    const different = [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((title) => {
      const [a, b] = [ours.get(title) ?? 0, theirs.get(title) ?? 0];
      return a === b ? [] : [`${title}: ${a} instead of ${b}`];
    });
    const [a, b] = [sum(ours), sum(theirs)];
    expect(a, `${what}: ${different.join(', ')}`).toBeLessThanOrEqual(b);
    return a < b ? [[reference, a, b, different.join(', ')] as const] : [];
  });
}

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}

function compileAndCompare(what: string, sources: readonly string[]): Less[] {
  return withDirectory((directory) => {
    const paths = sources.map((source, i) => {
      const path = join(directory, `${i}.c`);
      writeFileSync(path, source);
      execFileSync('clang-19', [
        '-target',
        'bpf',
        '-g',
        '-O2',
        '-w',
        '-c',
        path,
        '-o',
        `${path}.o`,
      ]);
      return `${path}.o`;
    });
    return compare(what, paths, directory);
  });
}

const use = (name: string) => `struct ${name} *use_${name};`;
const list = 'struct list { struct node *first; };';
const scenarios: Record<string, readonly string[]> = {
  'a forward declaration and its struct': [
    'struct node { int a; }; struct node n;',
    `struct node; ${list} struct list l;`,
  ],
  'two structs of one name and a forward declaration': [
    'struct node { int a; }; struct node n1;',
    'struct node { char b; }; struct node n2;',
    `struct node; ${use('node')}`,
  ],
  'the same, and a struct that is like another': [
    `struct node { int a; }; ${list} struct list l1; struct node n1;`,
    `struct node { char b; }; ${list} struct list l2; struct node n2;`,
    `struct node; ${list} struct list l3;`,
  ],
  'a cycle through three files': [
    'struct b; struct a { struct b *b; }; struct a a;',
    'struct c; struct b { struct c *c; }; struct b b;',
    'struct a; struct c { struct a *a; }; struct c c;',
  ],
  enums: [
    'enum e { A }; struct s { enum e *e; }; struct s s1; enum e e1;',
    'enum e; struct s { enum e *e; }; struct s s2;',
    'enum w { W = 1ll << 40 }; struct r { enum w *w; }; struct r r3; enum w w3;',
    'enum w; struct r { enum w *w; }; struct r r4;',
  ],
  'typedefs of one name': ['typedef int T; T a;', 'typedef long T; T b;', 'typedef int T; T c;'],
  tags: [
    '#define T(t) __attribute__((btf_type_tag(t)))\nint T("user") *T("rcu") *a; int T("user") *b;',
    '#define T(t) __attribute__((btf_type_tag(t)))\nint T("user") *T("rcu") *c; int T("rcu") *d;',
    '#define D(t) __attribute__((btf_decl_tag(t)))\nstruct s { int a D("x"); int b D("x"); } D("y") s1;',
    '#define D(t) __attribute__((btf_decl_tag(t)))\nstruct s { int a D("x"); int b D("x"); } D("y") s2;',
  ],
};

describeLoaders('types beside the reference', () => {
  test.each(Object.entries(scenarios))('%s', (what, sources) => {
    for (const [reference, , , of] of compileAndCompare(what, sources)) {
      console.info(`${what}, ${reference}: ${of}`);
    }
  });

  const kinds: readonly [what: string, chances: Omit<HeaderChances, 'files'>][] = [
    ['clear names', { structs: 12, conflicts: 0, forwards: 30 }],
    ['some conflicts', { structs: 12, conflicts: 15, forwards: 20 }],
    ['many conflicts, few structs', { structs: 5, conflicts: 60, forwards: 40 }],
    ['many forward declarations', { structs: 8, conflicts: 40, forwards: 70 }],
  ];
  test.each(kinds)('random headers: %s', (what, chances) => {
    const seeds = Array.from({ length: 12 }, (_, i) => i + 1);
    const less = seeds.flatMap((seed) => {
      const sources = randomSources(seed, { ...chances, files: 2 + (seed % 4) });
      return compileAndCompare(`${what}, seed ${seed}`, sources);
    });
    for (const reference of references) {
      const of = less.filter(([name]) => name === reference);
      const types = of.reduce((total, [, ours, theirs]) => total + theirs - ours, 0);
      console.info(`${what}: ${reference} has ${types} types more, in ${of.length} sets`);
    }
  });

  const corpora = ['libbpf-tools', 'xdp-tools', 'selftests'].filter((name) =>
    existsSync(join(cache, 'corpus', name)),
  );
  test.each(corpora)('each object of %s by itself', (name) => {
    const directory = join(cache, 'corpus', name);
    for (const file of readdirSync(directory)
      .filter((one) => one.endsWith('.o'))
      .slice(0, 60)) {
      const path = join(directory, file);
      const before = typesOf(path);
      const merged = merge([before]).btf;
      expect(merged.typeCount, file).toBeLessThanOrEqual(before.typeCount);
      expect(merge([merged]).btf, file).toEqual(merged);
    }
  });
});
