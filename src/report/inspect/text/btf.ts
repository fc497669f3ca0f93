import { hex } from '../targets.ts';
import type { BtfReport } from '../types.ts';
import { count, counted, indent, list, part, table } from './layout.ts';

export function btfSummary({ typeCount, size, ext }: BtfReport): string {
  const lines = ext === null || ext.lines === 0 ? 'no source lines' : 'source lines';
  const core = ext === null ? 0 : ext.coreRelocations;
  const relocations = core === 0 ? '' : `, ${counted(core, 'CO-RE relocation')}`;
  return `${counted(typeCount, 'type')} in ${counted(size, 'byte')}, ${lines}${relocations}`;
}

export function btfText(btf: BtfReport): readonly string[] {
  const kinds = Object.entries(btf.kinds).map(([kind, number]) => `${count(number)} ${kind}`);
  const { ext } = btf;
  const records =
    ext === null
      ? []
      : [
          counted(ext.functions, 'function'),
          counted(ext.lines, 'line'),
          counted(ext.coreRelocations, 'CO-RE relocation'),
        ];
  const sections = btf.sections.flatMap(({ name, size, variables }) => [
    // Compilers leave sizes and offsets to loaders.
    size === 0 ? name : `${name}, ${counted(size, 'byte')}`,
    ...indent(
      table(
        [
          { title: 'offset', align: 'right' },
          { title: 'size', align: 'right' },
          { title: 'variable' },
        ],
        variables.map(({ offset, size: bytes, declaration }) => [
          hex(offset),
          `${bytes}`,
          declaration,
        ]),
      ),
      4,
    ),
  ]);
  return [
    ...part(`BTF (${counted(btf.typeCount, 'type')})`, [
      ...list('kinds', kinds, 8),
      ...list('strings', [counted(btf.stringSize, 'byte')], 8),
      ...list('.BTF.ext', records, 8),
    ]),
    ...part('BTF sections', sections),
    ...(btf.c === null || btf.c === ''
      ? []
      : ['', 'BTF types', '', ...btf.c.trimEnd().split('\n')]),
  ];
}
