/** Reads the maps of outputs, of either kind, as plain data. */
import { KIND } from '../../../src/btf/format.ts';
import { type Btf, findType, readBtf } from '../../../src/btf/index.ts';
import {
  type MapDefinition,
  mapSideSize,
  readMapDefinition,
} from '../../../src/btf/map-definition.ts';
import { STT } from '../../../src/elf/constants.ts';
import { type LegacyMap, readLegacyMap } from '../../../src/model/legacy-map.ts';
import { linkFixture, Output, type ShippedScript } from '../../support/link.ts';

export function converted(path: string, script: ShippedScript): Output {
  return new Output(linkFixture([path], script));
}

/** By name, in the order of the section. */
export function legacyMaps(output: Output, stride = 36): Record<string, LegacyMap> {
  const { elf } = output;
  const { bytes, index } = output.section('maps');
  const symbols = elf.symbols.filter(
    (symbol) => symbol.section === index && symbol.type === STT.OBJECT,
  );
  symbols.sort((a, b) => a.value - b.value);
  return Object.fromEntries(
    symbols.map(({ name, value }) => [
      name,
      readLegacyMap(bytes.subarray(value, value + stride), elf.order),
    ]),
  );
}

export function btfOf(output: Output): Btf {
  const { btf } = readBtf(output.section('.BTF').bytes, output.elf.order);
  if (btf === undefined) throw new Error('no BTF');
  return btf;
}

export interface DescribedMap {
  readonly numbers: Readonly<Record<string, number>>;
  readonly keySize: number | undefined;
  readonly valueSize: number | undefined;
  readonly inner?: DescribedMap;
  /** `index name`. */
  readonly slots: readonly string[];
}

export function describedMap(output: Output, name: string): DescribedMap {
  const btf = btfOf(output);
  const variable = findType(btf, name, KIND.VAR);
  const { map } = readMapDefinition(btf, variable!);
  const { value, size } = output.symbol(name);
  const values = btf.members(map!.struct).find((member) => member.name === 'values');
  const start = value + (values?.offsetBits ?? 0) / 8;
  const slots = output
    .relocations('.maps')
    .map((line) => line.split(' '))
    .filter(([offset]) => Number(offset) >= start && Number(offset) < value + size)
    .map(([offset, , target]) => `${(Number(offset) - start) / 8} ${target}`);
  return { ...plain(map!), slots };
}

function plain(map: MapDefinition): DescribedMap {
  const numbers = [...map.attributes].flatMap(([name, attribute]) =>
    attribute.kind === 'number' ? [[name, Number(attribute.value)] as const] : [],
  );
  const values = map.attributes.get('values');
  const inner =
    values?.kind === 'values' && map.btf.kind(values.type) === KIND.STRUCT
      ? readMapDefinition(map.btf, values.type).map
      : undefined;
  return {
    numbers: Object.fromEntries(numbers),
    keySize: mapSideSize(map, 'key'),
    valueSize: mapSideSize(map, 'value'),
    ...(inner === undefined ? {} : { inner: plain(inner) }),
    slots: [],
  };
}
