/** Looks at objects with libbpf's rules, and makes broken ones of good ones. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ByteView } from '../../../src/base/bytes.ts';
import { KIND } from '../../../src/btf/format.ts';
import { readBtf } from '../../../src/btf/read.ts';
import type { Btf } from '../../../src/btf/types.ts';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { SHT, STB, STT } from '../../../src/elf/constants.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Loader } from '../../../src/model/rule.ts';
import { libbpf, newestOf } from '../../../src/profiles/index.ts';
import { linkFixture, Output } from '../../support/link.ts';
import { type Patch, patch } from '../../support/patch.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export function fixtureBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fixtures + path));
}

/** What libbpf's rules say of a finished object; of the newest libbpf unless told otherwise. */
export function check(bytes: Uint8Array, machine: Partial<Loader> = {}): readonly Diagnostic[] {
  const { object, fault } = readElf(bytes, 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  const loader: Loader = { ...newestOf(libbpf).loader, ...machine };
  for (const rule of libbpf.rules) rule(object, (diagnostic) => found.push(diagnostic), loader);
  return found;
}

/** The text that a diagnostic says libbpf says; undefined where libbpf is silent. */
export function quoted({ says }: Diagnostic): string | undefined {
  return says?.who === 'libbpf' ? says.text : undefined;
}

const LOCAL_FUNCTION = (STB.LOCAL << 4) | STT.FUNC;
const LOCAL_OBJECT = (STB.LOCAL << 4) | STT.OBJECT;
const ABSOLUTE = 0xfff1;
const COMMON = 0xfff2;

function relocation(made: Patch, section: string, index = 0): number {
  return made.offsetOf(section) + index * 16;
}

/** The byte of the output where a CO-RE record's field stands: words from the start of the first record. */
function coreRecord(made: Patch, word: number): number {
  const start = made.offsetOf('.BTF.ext');
  const view = new ByteView(made.bytes, made.elf.order);
  // The record size, then the section's name and count, stand before the first record.
  return start + view.u32(start + 4) + view.u32(start + 24) + 12 + word * 4;
}

/** What no compiler writes, by name: changes to fixtures. */
const changes: Readonly<
  Record<string, readonly [fixture: string, change: (object: Patch) => void]>
> = {
  'no symbol table': [
    'libbpf-rules/no-relocations.o',
    (made) => made.header('.symtab', { type: 0x60000000 }),
  ],
  'half an instruction': ['libbpf-rules/fine.o', (made) => made.symbol('program', { size: 12 })],
  'relocation of a move': [
    'libbpf-rules/odd-section.o',
    (made) => made.file(relocation(made, '.reltc'), 8, 16),
  ],
  'relocation between instructions': [
    'libbpf-rules/odd-section.o',
    (made) => made.file(relocation(made, '.reltc'), 8, 4),
  ],
  'relocated helper call': ['libbpf-rules/call-inside.o', (made) => made.content('tc', 1, 1, 0)],
  'call between instructions': [
    'libbpf-rules/call-no-function.o',
    (made) => made.symbol('subprogram', { value: 4 }),
  ],
  '.bss with bytes': [
    'libbpf-rules/empty-bss.o',
    (made) => made.header('.bss', { type: SHT.PROGBITS, size: 8 }),
  ],
  'data without bytes': [
    'libbpf-rules/odd-section.o',
    (made) => made.header('.Lalloc52', { type: SHT.NOBITS }),
  ],
  'absolute symbol': [
    'libbpf-rules/odd-section.o',
    (made) => made.symbol('constant', { section: ABSOLUTE, value: 7, size: 0 }),
  ],
  'common symbol': [
    'libbpf-rules/odd-section.o',
    (made) => made.symbol('constant', { section: COMMON, value: 8, size: 8 }),
  ],
  'local function by its symbol': [
    'libbpf-rules/local-function.o',
    (made) => {
      const own = made.elf.symbols.find(({ name }) => name === 'subprogram')!.index;
      made.symbol('subprogram', { info: LOCAL_FUNCTION });
      made.file(relocation(made, '.reltc') + 12, 4, own).content('tc', 4, 4, 0);
    },
  ],
  'address between instructions': [
    'libbpf-rules/local-function.o',
    (made) => made.content('tc', 4, 4, 4),
  ],
  'ill-formed BTF': ['libbpf-rules/fine.o', (made) => made.content('.BTF', 8, 4, 0x7fffffff)],
  'ill-formed BTF of maps': [
    'libbpf-rules/map-fine.o',
    (made) => made.content('.BTF', 8, 4, 0x7fffffff),
  ],
  'map with an addend': [
    'libbpf-rules/map-fine.o',
    (made) => made.file(made.offsetOf('tc') + mapReference(made) + 4, 4, 8),
  ],
  'map without a symbol': [
    'libbpf-rules/map-fine.o',
    (made) => made.symbol('values', { info: LOCAL_OBJECT }),
  ],
  'inner map behind': [
    'libbpf-rules/slots-maps.o',
    (made) => {
      const [slot] = made.elf.relocations.get(made.indexOf('.maps'))!;
      const { value, size } = made.elf.symbols.find(({ name }) => name === 'outer')!;
      made.symbol('outer', { value: 0 }).symbol('inner', { value: size });
      made.file(relocation(made, '.rel.maps'), 8, slot!.offset - value);
    },
  ],
  'extern without a symbol': [
    'kernel-functions/one.o',
    (made) => made.symbol('bpf_rcu_read_unlock', { info: 0 }),
  ],
  'CO-RE relocation of an unknown kind': [
    'libbpf-rules/kernel-type.o',
    (made) => made.file(coreRecord(made, 3), 4, 99),
  ],
  'CO-RE relocation of the newest kind': [
    'libbpf-rules/kernel-type.o',
    (made) => made.file(coreRecord(made, 3), 4, 12),
  ],
  'CO-RE relocation of a jump': [
    'libbpf-rules/kernel-type.o',
    (made) => {
      const view = new ByteView(made.bytes, made.elf.order);
      const offset = view.u32(coreRecord(made, 0));
      made.content('fentry/do_unlinkat', offset, 1, 0x05);
    },
  ],
  'type with a name that is none': [
    'libbpf-rules/fine.o',
    (made) => made.content('.BTF', ownName(made), 1, '&'.charCodeAt(0)),
  ],
  'pointer with a name': [
    'libbpf-rules/fine.o',
    (made) => made.content('.BTF', typeWord(made, KIND.PTR, 0), 4, ownNameOffset(made)),
  ],
  'members out of order': [
    'libbpf-rules/fine.o',
    (made) => made.content('.BTF', typeWord(made, KIND.STRUCT, 5), 4, 64),
  ],
  'parameter without a name': [
    'libbpf-rules/fine.o',
    (made) => made.content('.BTF', typeWord(made, KIND.FUNC_PROTO, 3), 4, 0),
  ],
  'forward declaration with a size': [
    'types/one.o',
    (made) => made.content('.BTF', typeWord(made, KIND.FWD, 2), 4, 4),
  ],
  'struct_ops of unknown types': [
    'libbpf-rules/struct-ops-fine.o',
    (made) => made.content('.BTF', typeWord(made, KIND.PTR, 0), 4, ownNameOffset(made)),
  ],
  'license without bytes': [
    'libbpf-rules/no-relocations.o',
    (made) => made.header('license', { type: SHT.NOBITS }),
  ],
  'version without bytes': [
    'libbpf-rules/version.o',
    (made) => made.header('version', { type: SHT.NOBITS }),
  ],
};

function typesOf({ elf }: Patch): Btf {
  const { btf } = readBtf(elf.sections.find(({ name }) => name === '.BTF')!.bytes, elf.order);
  return btf!;
}

const BTF_HEADER = 24;

/** The byte of .BTF where a word of the first type of the kind stands. */
function typeWord(made: Patch, kind: number, word: number): number {
  const btf = typesOf(made);
  return BTF_HEADER + 4 * (btf.starts[btf.idsOf(kind)[0]!]! + word);
}

/** Of the first struct, in the strings. */
function ownNameOffset(made: Patch): number {
  const btf = typesOf(made);
  return btf.nameOffset(btf.idsOf(KIND.STRUCT)[0]!);
}

function ownName(made: Patch): number {
  return BTF_HEADER + 4 * typesOf(made).words.length + ownNameOffset(made);
}

function mapReference(made: Patch): number {
  const [first] = made.elf.relocations.get(made.indexOf('tc')) ?? [];
  return first!.offset;
}

/** A map's definition beside the place that its symbol names: in a linked object, whose BTF has all places. */
function mapBesideItsPlace(): Uint8Array {
  const { bytes } = new Output(linkFixture(['libbpf-rules/map-fine.o'], 'libbpf.ld'));
  return patch(bytes).symbol('values', { value: 8, size: 8 }).bytes;
}

/** A fixture by its path, or one of the changes by its name. */
export function objectNamed(name: string): Uint8Array {
  if (name === 'map beside its place') return mapBesideItsPlace();
  const change = changes[name];
  if (change === undefined) return fixtureBytes(name);
  const made = patch(fixtureBytes(change[0]));
  change[1](made);
  return made.bytes;
}
