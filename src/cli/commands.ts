/** The commands that a link has no use for, as `bin/bpfld.js` loads them: one file starts faster than many. */
export * as check from './check.ts';
export * as doctor from './doctor.ts';
export * as explain from './explain.ts';
export * as inspect from './inspect.ts';
