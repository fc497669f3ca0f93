/** CILIUM-010: maps of sections `maps...`: type, key size, value size, entries and flags, 4 bytes each. */
import * as diagnose from '../../../diag/catalogue/cilium/maps.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { holdsMaps, readLegacyMap } from '../../../model/legacy-map.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { type CiliumView, viewOf } from './view.ts';

const FIELDS = ['type', 'key size', 'value size', 'max entries', 'flags'];
const SIZE = FIELDS.length * 4;

export const legacyMaps: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const names = new Set<string>();
  for (const section of view.sections('legacy maps')) {
    const symbols = view.sorted(section);
    if (symbols.length === 0) report(diagnose.noLegacyMap(section.name, view.at(section, 0)));
    // Before, the section was cut into as many pieces as it has symbols.
    const stride = isBefore(loader, [0, 21]) ? section.size / symbols.length : undefined;
    if (stride !== undefined) {
      const odd = symbols.findIndex(({ value }, i) => value !== i * stride);
      if (odd >= 0 || !Number.isInteger(stride)) {
        const missing = Number.isInteger(stride) ? odd * stride : undefined;
        report(diagnose.unevenMaps(section.name, missing, view.at(section, 0)));
        continue;
      }
    }
    for (const { name, value, size: own } of symbols) {
      const size = stride ?? own;
      const at = view.at(section, value, `map '${name}'`);
      if (names.has(name)) report(diagnose.duplicateMap(name, section.name, at));
      else if (size < SIZE) {
        report(diagnose.shortMap(name, section.name, size, FIELDS[size >> 2]!, at));
      } else if (section.bytes.subarray(value + SIZE, value + size).some((byte) => byte !== 0)) {
        report(diagnose.longMap(name, section.name, size, at));
      } else if (isOfMaps(view, section, value)) {
        report(diagnose.legacyMapOfMaps(name, section.name, at));
      }
      names.add(name);
    }
  }
};

function isOfMaps({ object }: CiliumView, { bytes }: ElfSection, offset: number): boolean {
  return holdsMaps(readLegacyMap(bytes.subarray(offset), object.order).type);
}
