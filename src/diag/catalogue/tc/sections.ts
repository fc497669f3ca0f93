/** TC-001 to TC-004, TC-024: the file and its sections. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { tcSays } from './says.ts';

type Places = readonly Location[];

/** `: a, b`, or nothing. */
function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.map((name) => `'${name}'`).join(', ')}`;
}

/** TC-001 */
export const otherByteOrder = (object: 'big' | 'little', host: 'big' | 'little'): Diagnostic =>
  error('TC-001', `the object is ${object}-endian, and the machine that loads it ${host}-endian`, {
    notes: [
      tcSays(`We are ${host} endian, eBPF object is ${object} endian!`),
      `compile with -target ${host === 'little' ? 'bpfel' : 'bpfeb'}`,
    ],
  });

/** TC-002 */
export const emptyLastSection = (section: string): Diagnostic =>
  error('TC-002', `the last section, '${section}', is empty, and the object has no maps`, {
    notes: [
      tcSays('Error fetching ELF ancillary data!'),
      'link the object: bpfld writes a string table last',
    ],
  });

/** TC-003; `quoted` is what follows from references to the maps. */
export const btfMaps = (
  section: string,
  maps: readonly string[],
  at: Places,
  quoted?: string,
): Diagnostic =>
  error('TC-003', `tc reads map definitions from 'maps', not from '${section}'${listed(maps)}`, {
    at,
    notes: [
      quoted === undefined ? undefined : tcSays(quoted),
      'tc would not see these maps; define them as struct bpf_elf_map in SEC("maps")',
      'a tc built with libbpf reads .maps and needs no lowering: load the object as it is',
    ],
  });

/** TC-003 */
export const emptySection = (section: string): Diagnostic =>
  error('TC-003', `program section '${section}' is empty; tc does not see empty sections`, {
    notes: [tcSays(`Program section '${section}' not found in ELF file!`)],
  });

/** TC-003; `follows` is what comes of it. */
export const tableOfOtherName = (
  kind: 'symbol' | 'string',
  name: string,
  follows: 'no load' | 'no relocations',
): Diagnostic => {
  const wants = kind === 'symbol' ? '.symtab' : '.strtab';
  return error('TC-003', `the ${kind} table is called '${name}'; tc knows it as '${wants}' only`, {
    notes: [
      follows === 'no load' ? tcSays('Error fetching program/map!') : undefined,
      'without it tc sees no maps, and silently leaves every reference to one as it is',
      'link the object: bpfld writes both tables under their usual names',
    ],
  });
};

/** TC-003 */
export const sectionOfOtherType = (section: string): Diagnostic =>
  error('TC-003', `section '${section}' has no bytes in the file (NOBITS), so tc does not see it`, {
    notes: ['initialise at least one variable of the section'],
  });

/** TC-003 */
export const severalSections = (
  section: string,
  count: number,
  taken: 'first' | 'last',
): Diagnostic =>
  error('TC-003', `${count} sections are called '${section}'; tc takes the ${taken} and no other`, {
    notes: ['link the object: bpfld puts sections of one name together'],
  });

/** TC-003 */
export const notExecutable = (section: string, fn: string, at: Places): Diagnostic =>
  error('TC-003', `'${fn}' is in section '${section}', which is not executable`, {
    at,
    notes: [
      tcSays(`Program section '${section}' not found in ELF file!`),
      `in assembly, write \`.section ${section}, "ax", @progbits\``,
    ],
  });

/** TC-004 */
export const licenseTooLong = (size: number, at: Places, index?: number): Diagnostic =>
  error('TC-004', `the license has ${size} bytes; tc takes at most 128`, {
    at,
    notes: [tcSays(`Error parsing section ${index ?? 'N'}! Perhaps check with readelf -a?`)],
  });

/** TC-004 */
export const noLicense = (): Diagnostic =>
  warning('TC-004', 'no license section: the kernel refuses GPL-only helpers to the programs', {
    notes: ['add: char _license[] SEC("license") = "GPL";'],
  });

/** TC-024 */
export const foreignSection = (section: string, type: string, at: Places): Diagnostic =>
  warning(
    'TC-024',
    `section '${section}' is for programs of type ${type}, which tc does not load`,
    {
      at,
      notes: [
        'tc loads the section that it is asked for and looks at no other, so the rest of the object is all right',
      ],
    },
  );

/** TC-024 */
export const nothingToLoad = (sections: readonly string[]): Diagnostic =>
  error('TC-024', `no section holds a program that tc or ip can load${listed(sections)}`, {
    notes: [
      tcSays("Program section 'classifier' not found in ELF file!"),
      'they load programs of type sched_cls, sched_act, xdp and lwt_*; other programs need libbpf',
    ],
  });
