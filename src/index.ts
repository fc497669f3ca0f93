/** bpfld as a library: `link` takes bytes and options and returns bytes and diagnostics. */

export { parseSetting, parseSettingsFile } from './config/settings.ts';
export type { Setting } from './config/value.ts';
export type { Diagnostic, Location, Severity } from './diag/diagnostic.ts';
export { renderDiagnostic } from './diag/render.ts';
export { link } from './link.ts';
export type { LinkInput, LinkOptions, LinkResult } from './link-types.ts';
