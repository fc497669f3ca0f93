/** The records of `.BTF.ext`: the same ones at the same places, their types compared by label. */
import { type Aspect, compareRows, type Difference } from './difference.ts';
import type { LabelledOutput, Pair } from './output.ts';

export function compareRecords({ ours, theirs }: Pair): Difference[] {
  return [
    ...compare('function record', functionRows(ours), functionRows(theirs)),
    ...compare('line record', lineRows(ours), lineRows(theirs)),
    ...compare('CO-RE record', coreRows(ours), coreRows(theirs)),
  ];
}

type Rows = ReadonlyMap<string, readonly string[]>;

function compare(aspect: Aspect, ours: Rows, theirs: Rows): Difference[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((section) =>
    compareRows(aspect, section, ours.get(section) ?? [], theirs.get(section) ?? []),
  );
}

function mapRows<Row>(
  table: ReadonlyMap<string, readonly Row[]>,
  text: (row: Row) => string,
): Rows {
  return new Map([...table].map(([section, rows]) => [section, rows.map(text)]));
}

function functionRows({ records, types, labels }: LabelledOutput): Rows {
  return mapRows(
    records.functions,
    ({ offset, type }) => `+${offset} ${types.types[type]!.name} label ${labels[type]}`,
  );
}

function lineRows({ records }: LabelledOutput): Rows {
  return mapRows(records.lines, ({ offset, text }) => `+${offset} ${text}`);
}

function coreRows({ records, types, labels }: LabelledOutput): Rows {
  return mapRows(records.core, ({ offset, type, access, kind }) => {
    const name = types.types[type]!.name;
    return `+${offset} kind ${kind} ${name} ${access} label ${labels[type]}`;
  });
}
