/** Sections that bpfld makes: merged pools, allocated commons, rebuilt code. */
import type { InputSection } from './input.ts';

/** `origin` gives what is not said: the file it is reported under, the name, the flags. */
export function syntheticSection(
  origin: InputSection,
  fields: Partial<Omit<InputSection, 'id'>>,
): InputSection {
  const bytes = fields.bytes ?? origin.bytes;
  return { ...origin, size: bytes.length, relocations: [], ...fields, bytes };
}
