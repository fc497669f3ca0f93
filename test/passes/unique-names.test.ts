import { expect, test } from 'vitest';
import { STB, STT } from '../../src/elf/constants.ts';
import { type PendingSymbol, pending } from '../../src/model/output-symbols.ts';
import { nameApart } from '../../src/model/unique-names.ts';

function fn(name: string, binding: number = STB.LOCAL): PendingSymbol {
  return pending({ name, binding, type: STT.FUNC });
}

function named(symbols: readonly PendingSymbol[]): string[] {
  nameApart(symbols);
  return symbols.map(({ name }) => name);
}

test('the first of a name keeps it', () => {
  expect(named([fn('own'), fn('own'), fn('other'), fn('own')])).toEqual([
    'own',
    'own.1',
    'other',
    'own.2',
  ]);
});

test('a global function keeps its name, wherever it stands', () => {
  expect(named([fn('own'), fn('own', STB.GLOBAL)])).toEqual(['own.1', 'own']);
});

test('no new name is one that another has', () => {
  expect(named([fn('own'), fn('own'), fn('own.1')])).toEqual(['own', 'own.2', 'own.1']);
});

test('variables may have one name', () => {
  const datum = (): PendingSymbol => pending({ name: 'own', type: STT.OBJECT });
  expect(named([datum(), datum(), fn('own')])).toEqual(['own', 'own', 'own']);
});
