/**
 * Rules of tc's built-in ("legacy") loader. What it says itself is quoted, because that is what users
 * search for.
 */
export * from './tc/code.ts';
export * from './tc/features.ts';
export * from './tc/maps.ts';
export * from './tc/references.ts';
export * from './tc/sections.ts';
