import { readElf } from '../../src/elf/read.ts';

/** The object with one byte changed, for each byte of the sections whose names match, where it can still be read. */
export function* tampered(bytes: Uint8Array, sections: RegExp): Generator<Uint8Array> {
  const { object, fault } = readElf(bytes, 'object');
  if (object === undefined) throw new Error(fault.message);
  for (const section of object.sections) {
    if (!sections.test(section.name)) continue;
    for (let i = 0; i < section.bytes.length; i++) {
      const changed = bytes.slice();
      const at = section.bytes.byteOffset - bytes.byteOffset + i;
      changed[at] = changed[at]! ^ 0x41;
      if (readElf(changed, 'object').object !== undefined) yield changed;
    }
  }
}
