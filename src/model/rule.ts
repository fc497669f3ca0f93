import type { ByteOrder } from '../base/bytes.ts';
import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import type { ElfObject } from '../elf/types.ts';

/** Major and minor, as in libbpf 1.7 and aya-obj 0.3. */
export type Version = readonly [major: number, minor: number];

/** The loader that is to take an object. */
export interface Loader {
  /** Of its profile. */
  readonly name: string;
  readonly version: Version;
  /** Of the machine that loads; undefined where the object may be for any. */
  readonly host?: ByteOrder;
}

/** A loader's rule: looks at a finished object and reports what the loader would trip over. */
export type Rule = (
  object: ElfObject,
  report: (diagnostic: Diagnostic) => void,
  loader: Loader,
) => void;

/** Whether the loader is older than what `since` says. */
export function isBefore({ version: [major, minor] }: Loader, since: Version): boolean {
  return major < since[0] || (major === since[0] && minor < since[1]);
}

/** Runs rules one after the other; `placed` says what the user knows a place of the object by. */
export function applyRules(
  object: ElfObject,
  rules: readonly Rule[],
  loader: Loader,
  placed: (place: Location) => Location,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const rule of rules) {
    rule(object, (diagnostic) => report({ ...diagnostic, at: diagnostic.at.map(placed) }), loader);
  }
}
