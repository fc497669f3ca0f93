/**
 * What redbpf makes of each section. It splits a name at the first `/` and goes by the two halves:
 *
 *     xdp/filter     a program, `filter`         maps/counts    one map, `counts`
 *     .rodata.str1   a map of one value          maps           several maps, named by their symbols
 *     xdp, tc/x      nothing                     .text          nothing
 */
import { SHF, SHT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';

/** Of programs. */
export const KINDS = [
  'kprobe',
  'kretprobe',
  'uprobe',
  'uretprobe',
  'tracepoint',
  'xdp',
  'socketfilter',
  'streamparser',
  'streamverdict',
  'sk_lookup',
  'task_iter',
] as const;

export type Role = 'program' | 'map' | 'maps' | 'data' | 'other';

/** A section's name in two halves; without a `/` there is no second. */
export function halves({ name }: ElfSection): readonly [kind: string, name: string | undefined] {
  const slash = name.indexOf('/');
  return slash < 0 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)];
}

export function roleOf(section: ElfSection): Role {
  if (section.type !== SHT.PROGBITS) return 'other';
  const [kind, name] = halves(section);
  if (kind === 'maps') return name === undefined ? 'maps' : 'map';
  if (name !== undefined) return KINDS.some((known) => known === kind) ? 'program' : 'other';
  const data = kind === '.bss' || kind.startsWith('.data') || kind.startsWith('.rodata');
  return data ? 'data' : 'other';
}

export function sectionsOf(object: ElfObject, role: Role): ElfSection[] {
  return object.sections.filter((section) => roleOf(section) === role);
}

/** Instructions, whatever redbpf makes of them. */
export function hasCode({ type, flags, size }: ElfSection): boolean {
  return type === SHT.PROGBITS && (flags & SHF.EXECINSTR) !== 0 && size > 0;
}

/** redbpf counts every symbol, a section's own too. */
export function symbolsIn(object: ElfObject, section: ElfSection): ElfSymbol[] {
  return object.symbols.filter(
    (symbol) => symbol.place === 'section' && symbol.section === section.index,
  );
}
