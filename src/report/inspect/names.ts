/** ELF's numbers in the words of the report. */
import { SHF, SHT, STT } from '../../elf/constants.ts';
import type { Binding, Visibility } from './types.ts';

const bindings: readonly Binding[] = ['local', 'global', 'weak'];
const visibilities: readonly Visibility[] = ['default', 'internal', 'hidden', 'protected'];

/** The reader refuses other bindings. */
export function bindingName(binding: number): Binding {
  return bindings[binding] ?? 'local';
}

export function visibilityName(visibility: number): Visibility {
  return visibilities[visibility & 3]!;
}

const sectionTypes = namesOf(SHT);
const symbolTypes = namesOf(STT);

/** `PROGBITS`, or the number where it has no name here. */
export function sectionTypeName(type: number): string {
  return sectionTypes.get(type) ?? `0x${type.toString(16)}`;
}

/** `FUNC`, or the number. */
export function symbolTypeName(type: number): string {
  return symbolTypes.get(type) ?? `${type}`;
}

/** `['alloc', 'execinstr']`; bits without a name as one number. */
export function sectionFlagNames(flags: number): string[] {
  const names: string[] = [];
  let rest = flags >>> 0;
  for (const [name, bit] of Object.entries(SHF)) {
    if ((rest & bit) === 0) continue;
    names.push(name.toLowerCase());
    rest = (rest & ~bit) >>> 0;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names;
}

function namesOf(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, name]));
}
