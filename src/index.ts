/**
 * bpfld as a library: `link` takes bytes and options and returns bytes and diagnostics, `check` tells what a loader
 * would say about an object. They touch no file, no clock and no environment: equal input gives equal output, on
 * every machine.
 *
 * `bpfld/elf`, `bpfld/bpf` and `bpfld/script` are what it is made of: ELF objects, instructions, scripts.
 *
 * @packageDocumentation
 */

export { check } from './check.ts';
export type { CheckOptions, CheckResult, Mend } from './check-types.ts';
export { parseSetting, parseSettingsFile } from './config/settings.ts';
export { isDiagnostic, type Setting } from './config/value.ts';
export type { Diagnostic, Location, Severity } from './diag/diagnostic.ts';
export { renderDiagnostic } from './diag/render.ts';
export { link } from './link.ts';
export type { LinkInput, LinkOptions, LinkResult } from './link-types.ts';
export { type InspectOptions, type InspectResult, inspect } from './report/inspect/inspect.ts';
export type { Inspection } from './report/inspect/types.ts';
