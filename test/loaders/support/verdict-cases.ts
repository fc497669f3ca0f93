/**
 * The objects of fixtures/verdicts: each has one thing on which loaders differ. All compute what they return from byte
 * 20 of the packet, so that an object that is loaded to the wrong effect is told from one that is loaded right.
 */
import type { VerdictCase } from './verdict-case.ts';
import { otherCases } from './verdict-cases-others.ts';
import { tcCases } from './verdict-cases-tc.ts';

export const verdictCases: readonly VerdictCase[] = [...tcCases, ...otherCases];
