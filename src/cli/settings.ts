import { parseSetting, parseSettingsFile } from '../config/settings.ts';
import { isDiagnostic, type Setting } from '../config/value.ts';
import { cannotRead } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';
import type { SettingArgument } from './arguments.ts';

export interface LoadedSettings {
  readonly settings: readonly Setting[];
  /** Values files that were read. */
  readonly files: readonly string[];
  /** Faults of the command line itself. */
  readonly usage: readonly Diagnostic[];
  /** Faults of values files. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The settings of `--set` and `--set-from` in the order of the command line. */
export function loadSettings(
  settingArguments: readonly SettingArgument[],
  host: Host,
): LoadedSettings {
  const settings: Setting[] = [];
  const files: string[] = [];
  const usage: Diagnostic[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { kind, text } of settingArguments) {
    if (kind === 'set') {
      const setting = parseSetting(text);
      if (isDiagnostic(setting)) usage.push(setting);
      else settings.push(setting);
      continue;
    }
    const read = host.readFile(text);
    if (!('bytes' in read)) {
      diagnostics.push(cannotRead('values file', text, read.problem));
      continue;
    }
    files.push(text);
    const content = decodeStrictly(read.bytes);
    if (content === undefined) {
      diagnostics.push(cannotRead('values file', text, 'it is not UTF-8 text'));
      continue;
    }
    const parsed = parseSettingsFile({ name: text, text: content });
    settings.push(...parsed.settings);
    diagnostics.push(...parsed.diagnostics);
  }
  return { settings, files, usage, diagnostics };
}

/** Undefined for a binary file, and where bytes would have to be replaced: a program's data must not change in silence. */
function decodeStrictly(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
