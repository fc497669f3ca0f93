/** Objects that break one rule of aya's loader each: what bpfld says of them, and what aya does. */
import { data, make, program } from './build.ts';
import { rows as code } from './cases/code.ts';
import { rows as dataRows, manySections } from './cases/data.ts';
import { rows as file } from './cases/file.ts';
import { definition, legacy, rows as maps } from './cases/maps.ts';
import { rows as programs } from './cases/programs.ts';
import { rows as records } from './cases/records.ts';
import { calls, helper, type Outcome, type Row, refers, words } from './cases/row.ts';
import { rows as types } from './cases/types.ts';
import { allRecords, caller, functionTypes, mapUser } from './typed.ts';

export interface BrokenObject {
  readonly rule: string;
  readonly name: string;
  readonly object: () => Uint8Array;
  readonly severity: 'error' | 'warning';
  /** In bpfld's message. */
  readonly message: string;
  /** By aya's version. */
  readonly outcome: Readonly<Record<'0.3' | '0.6', Outcome>>;
}

const rows: readonly Row[] = [file, programs, code, maps, dataRows, types, records].flat();

export const brokenObjects: readonly BrokenObject[] = rows.map(
  ([rule, name, outcome, message, object, severity]): BrokenObject => {
    const [old, now] = typeof outcome === 'string' ? [outcome, outcome] : outcome;
    return {
      rule,
      name,
      object,
      severity: severity ?? 'error',
      message,
      outcome: { '0.3': old, '0.6': now },
    };
  },
);

/** Objects that break no rule. */
export const cleanObjects: readonly (readonly [name: string, object: () => Uint8Array])[] = [
  ['program', () => make(program())],
  ['call by function', () => calls('helper', helper)],
  ['call by section', () => calls('.text', helper)],
  ['data', () => refers('.rodata', data('.rodata'))],
  ['map', () => mapUser('values')],
  ['legacy map', () => legacy(definition())],
  ['types and records', () => caller(functionTypes(), allRecords)],
  [
    'license and version',
    () => make(program(), data('license', [71, 80, 76, 0]), data('version', words(1))),
  ],
  ['64 sections', () => manySections(64)],
  ['helper of no program', () => make(program(), helper)],
];
