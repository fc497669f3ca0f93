/** Types: the same ones, each at most as often as the reference has it; and the variables of each section. */
import { compareRows, compareTables, type Difference } from './difference.ts';
import type { LabelledOutput, Pair } from './output.ts';
import type { Placement } from './placement.ts';
import { kind, type Type, type Variable } from './type-info.ts';

export function compareTypes(placement: Placement): Difference[] {
  const { pair } = placement;
  return [
    ...compareCounts(pair),
    ...compareSets(pair),
    ...compareParameters(pair),
    ...compareVariables(placement),
  ];
}

function compareCounts({ ours, theirs }: Pair): Difference[] {
  const [mine, reference] = [ours.types.types.length - 1, theirs.types.types.length - 1];
  if (mine <= reference) return [];
  return [{ aspect: 'type count', where: 'all', ours: `${mine}`, theirs: `${reference}` }];
}

/** Sections of variables are compared by place, below. */
function isCompared({ kind: of }: Type): boolean {
  return of !== kind.section;
}

function compareSets({ ours, theirs }: Pair): Difference[] {
  const missing = (one: LabelledOutput, other: LabelledOutput): [where: string, text: string][] => {
    const known = new Set(other.labels);
    const found = new Map<number, [string, string]>();
    one.types.types.forEach((type, id) => {
      const label = one.labels[id]!;
      if (!isCompared(type) || known.has(label) || found.has(label)) return;
      found.set(label, [nearness(one, other, id), typeText(one, id)]);
    });
    return [...found.values()];
  };
  return [
    ...missing(ours, theirs).map(([where, text]) => ({ where, ours: text, theirs: undefined })),
    ...missing(theirs, ours).map(([where, text]) => ({ where, ours: undefined, theirs: text })),
  ].map((sides) => ({ aspect: 'type' as const, ...sides }));
}

/** The names of the parameters of each function: type-labels.ts takes an unnamed one for `arg1`. */
function compareParameters({ ours, theirs }: Pair): Difference[] {
  const names = ({ types: { types } }: LabelledOutput): Map<string, string> =>
    new Map(
      types
        .filter((type) => type.kind === kind.function)
        .map(({ name, refers }) => [name, types[refers[0]!]!.shape]),
    );
  return compareTables('parameters', names(ours), names(theirs));
}

/** How near the other side comes to a type that it lacks. */
function nearness(one: LabelledOutput, other: LabelledOutput, id: number): string {
  const { kind: of, name } = one.types.types[id]!;
  const completed = of === kind.forward && other.types.types.some((type) => isStruct(type, name));
  if (completed) return 'completed on the other side';
  return other.looseLabels().includes(one.looseLabels()[id]!)
    ? 'alike but for forward declarations'
    : 'table';
}

function isStruct({ kind: of, name }: Type, wanted: string): boolean {
  return (of === kind.struct || of === kind.union) && name === wanted;
}

/** For people: what the type says itself, and the names of what it refers to. */
export function typeText({ types: { types } }: LabelledOutput, id: number): string {
  const { kind: of, name, shape, size, refers } = types[id]!;
  const names = refers.map((to) => `${types[to]!.name || `kind ${types[to]!.kind}`}`).join(', ');
  return `kind ${of} '${name}' size ${size} {${shape}} -> (${names})`;
}

function compareVariables(placement: Placement): Difference[] {
  const { ours, theirs } = placement.pair;
  const sections = new Set([...ours.types.sections.keys(), ...theirs.types.sections.keys()]);
  return [...sections].flatMap((section) => {
    const mine = ours.types.sections.get(section);
    const reference = theirs.types.sections.get(section);
    if (mine === undefined || reference === undefined) {
      const size = (one: typeof mine): string | undefined => one && `size ${one.size}`;
      const sides = { ours: size(mine), theirs: size(reference) };
      return [{ aspect: 'variable' as const, where: section, ...sides }];
    }
    const sameSize = mine.size === reference.size || placement.differs(section);
    const expected = reference.variables.map((variable) => ({
      ...variable,
      offset: placement.moved({ section, offset: variable.offset })?.offset ?? -1,
    }));
    return [
      ...(sameSize ? [] : sizes(section, mine.size, reference.size)),
      ...compareRows(
        'variable',
        section,
        mine.variables.map((one) => row(ours, one, symbolText(ours, section, one))),
        expected.map((one, i) =>
          row(theirs, one, symbolText(theirs, section, reference.variables[i]!)),
        ),
      ),
    ];
  });
}

function sizes(where: string, ours: number, theirs: number): Difference[] {
  return [{ aspect: 'variable', where, ours: `size ${ours}`, theirs: `size ${theirs}` }];
}

function row(
  { types: { types }, labels }: LabelledOutput,
  { offset, size, type }: Variable,
  symbol: string,
): string {
  const { name, shape } = types[type]!;
  return `${name} at ${offset}${symbol} size ${size} linkage ${shape} label ${labels[type]}`;
}

/** Where the symbol of a variable is, as libbpf finds the one from the other. */
function symbolText(
  { file, types: { types } }: LabelledOutput,
  section: string,
  { offset, type }: Variable,
): string {
  const named = file.symbols.filter(
    (symbol) =>
      symbol.name === types[type]!.name && file.sections[symbol.section]?.name === section,
  );
  if (named.length === 0) return '';
  return named.some(({ value }) => value === offset) ? ' as its symbol' : ' apart from its symbol';
}
