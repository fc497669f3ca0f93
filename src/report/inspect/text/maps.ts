import type { MapDefinitionReport, MapReport, MapSideReport } from '../types.ts';
import { count, indent, list, part, table } from './layout.ts';

export function mapsText(maps: readonly MapReport[]): readonly string[] {
  const [head, ...rows] = table(
    [
      { title: 'name' },
      { title: 'section' },
      { title: 'type' },
      { title: 'key', align: 'right' },
      { title: 'value', align: 'right' },
      { title: 'entries', align: 'right' },
      { title: '' },
    ],
    maps.map(({ name, section, definition }) => [
      name,
      section,
      ...(definition === null
        ? ['unknown', '', '', '', '']
        : [
            typeText(definition),
            `${definition.key.size}`,
            `${definition.value.size}`,
            count(definition.maxEntries),
            pinningText(definition),
          ]),
    ]),
  );
  if (head === undefined) return [];
  return part(`Maps (${maps.length})`, [
    head,
    ...maps.flatMap(({ definition }, i) => [
      rows[i]!,
      ...(definition === null ? [] : indent(detailText(definition), 4)),
    ]),
  ]);
}

function typeText({ type, typeName }: MapDefinitionReport): string {
  return typeName ?? `type ${type}`;
}

/** tc's numbers are others than libbpf's. */
function pinningText({ pinning, legacy }: MapDefinitionReport): string {
  const names =
    legacy === null ? ['', 'pinned by name'] : ['', 'pinned for the object', 'pinned globally'];
  return names[pinning] ?? `pinning ${pinning}`;
}

function detailText(map: MapDefinitionReport): string[] {
  const width = 'values'.length;
  const { legacy, inner, numaNode, mapExtra } = map;
  const initial = map.initial.map(({ index, name }) => `[${index}] = ${name}`);
  return [
    ...list('key', typed(map.key), width),
    ...list('value', typed(map.value), width),
    ...list('flags', map.flagNames, width),
    ...list('numa', numaNode === 0 ? [] : [`node ${numaNode}`], width),
    ...list('extra', mapExtra === 0 ? [] : [`${mapExtra}`], width),
    ...list('inner', inner === null ? [] : [innerText(inner)], width),
    ...list('values', initial, width),
    ...list('tc', legacy === null ? [] : legacyText(legacy), width),
  ];
}

function typed({ type }: MapSideReport): string[] {
  return type === null ? [] : [type];
}

function innerText(inner: MapDefinitionReport): string {
  const side = ({ size, type }: MapSideReport): string =>
    type === null ? `${size} bytes` : `${type} (${size})`;
  const entries = `entries ${count(inner.maxEntries)}`;
  return `${typeText(inner)}, key ${side(inner.key)}, value ${side(inner.value)}, ${entries}`;
}

function legacyText({
  id,
  innerId,
  innerIndex,
}: NonNullable<MapDefinitionReport['legacy']>): string[] {
  if (id === 0 && innerId === 0 && innerIndex === 0) return [];
  return [`id ${id}`, `inner id ${innerId}`, `inner index ${innerIndex}`];
}
