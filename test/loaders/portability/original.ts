/** What libbpf makes of an object before it is linked: what the other loaders are held to. */
import { readFileSync } from 'node:fs';
import { RECORD_WORDS, readBtfExt } from '../../../src/btf/ext.ts';
import { CORE_RELO } from '../../../src/btf/format.ts';
import { readBtf } from '../../../src/btf/read.ts';
import { readElf } from '../../../src/elf/index.ts';
import type { LibbpfMap, LibbpfObject, LibbpfProgram } from '../support/libbpf-code.ts';
import { type Code, type Descriptors, readCode, sectionOfMap } from './code.ts';
import type { Contents } from './references.ts';

/** Whether code has numbers of the object's own types: `bpf_core_type_id_local`. */
export function hasTypeNumbers({ object }: LibbpfObject): boolean {
  const { object: elf } = readElf(new Uint8Array(readFileSync(object)), object);
  const bytesOf = (name: string): Uint8Array | undefined =>
    elf?.sections.find((section) => section.name === name)?.bytes;
  const types = bytesOf('.BTF');
  const records = bytesOf('.BTF.ext');
  if (types === undefined || records === undefined) return false;
  const { btf } = readBtf(types, 'little');
  const { ext } = btf === undefined ? {} : readBtfExt(records, 'little', btf);
  return (ext?.core ?? []).some((group) =>
    group.records.some(
      (word, i) => i % RECORD_WORDS.core === 3 && word === CORE_RELO.TYPE_ID_LOCAL,
    ),
  );
}

/** The code of a program that libbpf resolved all references of. */
export function codeOf({ code, descriptors }: LibbpfProgram): Code {
  return readCode(code!, descriptorsOf(descriptors!));
}

function descriptorsOf(numbers: Readonly<Record<string, number>>): Descriptors {
  return new Map(
    Object.entries(numbers).map(([name, number]) => {
      const section = sectionOfMap(name);
      return [number, section === undefined ? { map: name } : { data: section }];
    }),
  );
}

/** The maps that the source declares; not those that libbpf makes of data. */
export function declaredMaps({ maps = [] }: LibbpfObject): readonly LibbpfMap[] {
  return maps.filter(({ name }) => sectionOfMap(name) === undefined);
}

export function contentsOf({ maps = [] }: LibbpfObject): Contents {
  return new Map(
    maps.flatMap(({ name, data }) => {
      const section = sectionOfMap(name);
      return section === undefined ? [] : [[section, new Uint8Array(Buffer.from(data, 'hex'))]];
    }),
  );
}
