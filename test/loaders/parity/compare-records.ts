/** The records of `.BTF.ext`: the same ones at the same places, their types compared by label. */
import { type Aspect, compareRows, type Difference } from './difference.ts';
import type { LabelledOutput } from './output.ts';
import type { Placement } from './placement.ts';
import type { CoreRecord } from './type-info.ts';

interface Row {
  readonly offset: number;
  readonly text: string;
}

type Table = ReadonlyMap<string, readonly Row[]>;

const tables: readonly (readonly [Aspect, (output: LabelledOutput) => Table])[] = [
  ['function record', functionRows],
  ['line record', ({ records }) => records.lines],
  ['CO-RE record', coreRows],
];

export function compareRecords(placement: Placement): Difference[] {
  const { ours, theirs } = placement.pair;
  return tables.flatMap(([aspect, rowsOf]) => {
    const [mine, reference] = [rowsOf(ours), rowsOf(theirs)];
    return [...new Set([...mine.keys(), ...reference.keys()])].flatMap((section) => {
      const expected = (reference.get(section) ?? []).flatMap(({ offset, text }) => {
        const place = placement.moved({ section, offset });
        return place === undefined ? [] : [{ offset: place.offset, text }];
      });
      return compareRows(aspect, section, texts(mine.get(section) ?? []), texts(expected));
    });
  });
}

function texts(rows: readonly Row[]): string[] {
  return rows.map(({ offset, text }) => `+${offset} ${text}`);
}

function mapRows<From extends { readonly offset: number }>(
  table: ReadonlyMap<string, readonly From[]>,
  text: (from: From) => string,
): Table {
  return new Map(
    [...table].map(([section, rows]) => [
      section,
      rows.map((row) => ({ offset: row.offset, text: text(row) })),
    ]),
  );
}

function functionRows({ records, types, labels }: LabelledOutput): Table {
  return mapRows(
    records.functions,
    ({ type }) => `${types.types[type]!.name} label ${labels[type]}`,
  );
}

function coreRows({ records, types, labels }: LabelledOutput): Table {
  const text = ({ kind, type, access }: CoreRecord): string =>
    `kind ${kind} ${types.types[type]!.name} ${access} label ${labels[type]}`;
  return mapRows(records.core, text);
}
