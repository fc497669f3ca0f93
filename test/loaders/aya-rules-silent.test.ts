/**
 * What aya does without a word where a rule is broken: the wrong instructions, maps and programs that come of it, as
 * aya-obj itself puts them together.
 */
import { expect, test } from 'vitest';
import { exit, movImm } from '../../src/bpf/build.ts';
import { readElf } from '../../src/elf/read.ts';
import {
  addressOf,
  call,
  callOf,
  data,
  func,
  load,
  make,
  pass,
  program,
} from '../profiles/aya/build.ts';
import { brokenObjects } from '../profiles/aya/cases.ts';
import { check } from '../profiles/aya/check.ts';
import { patch } from '../support/patch.ts';
import { type AyaObject, type AyaVersion, ayaObject, ayaRun } from './support/aya.ts';
import { describeLoaders } from './support/environment.ts';
import { plainPacket } from './support/packets.ts';

function broken(rule: string, name: string): Uint8Array {
  const found = brokenObjects.find((one) => one.rule === rule && one.name === name);
  if (found === undefined) throw new Error(`no object ${rule}: ${name}`);
  return found.object();
}

function read(bytes: Uint8Array, version: AyaVersion): AyaObject {
  const object = ayaObject(bytes, version);
  if (!object.ok) throw new Error(object.error);
  return object;
}

interface Slot {
  readonly opcode: number;
  readonly src: number;
  readonly imm: number;
}

/** The only program's instructions, little-endian. */
function slots({ programs: [program] }: AyaObject): Slot[] {
  const bytes = Buffer.from(program!.instructions, 'hex');
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({
    opcode: bytes.readUInt8(i * 8),
    src: bytes.readUInt8(i * 8 + 1) >> 4,
    imm: bytes.readInt32LE(i * 8 + 4),
  }));
}

/** The instruction that a call leads to. */
function target(code: readonly Slot[], at: number): number {
  return at + 1 + code[at]!.imm;
}

const names = ({ programs }: AyaObject): string[] => programs.map(({ name }) => name);

const versions = [['0.3'], ['0.6']] as const;

describeLoaders('what aya says nothing of', () => {
  test.each(versions)(
    'AYA-001: relocations of another symbol table are left out (%s)',
    (version) => {
      const made = patch(make(program([load, ...pass], [addressOf('.rodata')]), data('.rodata')));
      made.header('.relclassifier', { link: 0 });
      // bpfld's own reader refuses such a file.
      expect(readElf(made.bytes, 'x').fault?.code).toMatch(/^ELF-/);
      expect(slots(read(made.bytes, version))[0]).toEqual({ opcode: 0x18, src: 0, imm: 0 });
    },
  );

  test.each(versions)('AYA-002: the addend of RELA is 0 (%s)', (version) => {
    const code = slots(read(broken('AYA-002', 'addend of RELA'), version));
    expect([code[0]!.src, code[1]!.imm]).toEqual([2, 0]);
  });

  test.each(versions)(
    'AYA-006: programs whose section is taken for a version are left out (%s)',
    (version) => {
      expect(names(read(broken('AYA-006', 'version_check'), version))).toEqual(['program']);
    },
  );

  test.each(versions)('AYA-007: code without a named function is no program (%s)', (version) => {
    expect(names(read(broken('AYA-007', 'no function'), version))).toEqual([]);
    expect(names(read(broken('AYA-007', 'no name'), version))).toEqual([]);
  });

  test.each(versions)('AYA-008: of two programs of one name one is left (%s)', (version) => {
    const { programs } = read(broken('AYA-008', 'one name twice'), version);
    expect(programs.map(({ section }) => section)).toEqual(['xdp']);
  });

  test.each(versions)('AYA-009: an alias is a second program (%s)', (version) => {
    expect(names(read(broken('AYA-009', 'alias'), version)).sort()).toEqual(['other', 'program']);
  });

  test('AYA-012: two functions at one address are one', () => {
    const bytes = broken('AYA-012', 'functions in two sections');
    const old = slots(read(bytes, '0.3'));
    expect(target(old, 1)).toBe(target(old, 0));
    expect(old.length).toBe(4 + 2);
    const now = slots(read(bytes, '0.6'));
    expect(target(now, 1)).not.toBe(target(now, 0));
    expect(now.length).toBe(4 + 2 + 2);
  });

  test.each(versions)('AYA-013: a program that is called is a copy (%s)', (version) => {
    const code = read(broken('AYA-013', 'call of a program'), version).programs[0]!;
    expect(code.instructions.length / 16).toBe(3 + 2);
  });

  test.each(versions)(
    'AYA-013: with calls of its own, what comes of it is up to chance (%s)',
    (version) => {
      const bytes = make(
        program([call, ...pass], [callOf('other')]),
        func('other', 'xdp', [call, ...pass], [callOf('.text')]),
        func('helper', '.text'),
      );
      const [told] = check(bytes, [0, 6]).filter(({ code }) => code === 'AYA-013');
      expect(told?.severity).toBe('error');
      const results = new Set(
        Array.from({ length: 24 }, () => JSON.stringify(ayaObject(bytes, version))),
      );
      expect(results.size).toBeGreaterThan(1);
    },
  );

  test.each(versions)('AYA-015: a call behind the start goes to the start (%s)', (version) => {
    const code = slots(read(broken('AYA-015', 'call behind the start'), version));
    expect([target(code, 0), code.length]).toEqual([3, 3 + 2]);
  });

  test.each(versions)('AYA-017: of two relocations the last counts (%s)', (version) => {
    const object = read(broken('AYA-017', 'two relocations'), version);
    const { fd } = object.maps.find(({ name }) => name === '.rodata')!;
    expect(slots(object)[0]!.imm).toBe(fd);
  });

  test.each(versions)('AYA-021: the place behind a map is the map (%s)', (version) => {
    const object = read(broken('AYA-021', 'behind a map'), version);
    expect(slots(object)[0]).toEqual({ opcode: 0x18, src: 1, imm: object.maps[0]!.fd });
    expect(slots(object)[1]!.imm).toBe(0);
  });

  test.each(versions)('AYA-022: without a DATASEC there are no maps (%s)', (version) => {
    expect(read(broken('AYA-022', 'maps not described'), version).maps).toEqual([]);
  });

  test.each(versions)('AYA-027: addresses in data stay 0 (%s)', (version) => {
    const { maps } = read(broken('AYA-027', 'address in data'), version);
    expect(maps.find(({ name }) => name === '.rodata')!.data).toBe('00'.repeat(8));
  });

  test.each([
    ['AYA-028', 'common symbol', '0.3'],
    ['AYA-028', 'common symbol', '0.6'],
    ['AYA-028', 'absolute symbol', '0.3'],
    ['AYA-028', 'absolute symbol', '0.6'],
    ['AYA-029', 'extern variable', '0.3'],
    ['AYA-029', 'extern variable', '0.6'],
  ] as const)('%s: a reference to the %s stays 0 (%s)', (rule, name, version) => {
    const code = slots(read(broken(rule, name), version));
    expect(code.slice(0, 2).map(({ src, imm }) => [src, imm])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('AYA-041: records of one section are those of another of its name', () => {
    const { programs } = read(broken('AYA-041', 'two sections of programs'), '0.6');
    expect(programs.map(({ name, funcInfo }) => [name, funcInfo])).toEqual([
      ['program', [0]],
      ['other', [0]],
    ]);
  });

  test('AYA-044: an array of arrays has one dimension', () => {
    const bytes = broken('AYA-044', 'array of arrays');
    expect(read(bytes, '0.3').maps[0]!.valueSize).toBe(12);
    expect(read(bytes, '0.6').maps[0]!.valueSize).toBe(24);
  });

  test.each(versions)('programs run (%s)', (version) => {
    const loaded = ayaRun(make(program([movImm(0, 7), exit()])), version, 'program', [
      plainPacket(),
    ]);
    if (!loaded.ok) throw new Error(loaded.error);
    expect(loaded.programs[0]!.results).toEqual([{ retval: 7, data: '00'.repeat(64) }]);
  });
}, ['aya-load']);
