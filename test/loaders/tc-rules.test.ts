/**
 * tc's rules, one by one: what the real loader makes of an object that breaks one, and what becomes of the
 * object in a link with tc.ld: it loads and runs right, or the rule's id says why it cannot.
 */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bpfld, withDirectory, withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { type LegacyTcLoaded, type LegacyTcOptions, legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

const packets = [{ ...plainPacket({ 20: 2, 21: 5 }), mark: 41 }];

function load(object: string, options: LegacyTcOptions = {}): LegacyTcLoaded {
  const result = legacyTc(object, { packets, ...options });
  if (!result.loaded) throw new Error(result.stderr);
  return result;
}

/** What tc says where it refuses the object. */
function refusal(object: string, options: LegacyTcOptions = {}): string {
  const result = legacyTc(object, { packets, ...options });
  return result.loaded ? 'loaded' : result.stderr;
}

function returned(object: string, options: LegacyTcOptions = {}): number {
  return load(object, options).run.results[0]!.retval;
}

/** Refused as they are; linked they load and return a number. */
const mended: readonly [rule: string, object: string, says: string, returns: number][] = [
  ['TC-002', 'tc-rules/empty-last.o', 'Error fetching ELF ancillary data!', 7],
  ['TC-003', 'plain/plain-btf.o', 'R1 type=scalar expected=map_ptr', 5],
  ['TC-005', 'tc-rules/alias.o', 'Error fixing up map structure', 7],
  ['TC-005', 'tc-rules/local.o', '0 maps not supported in current map section!', 7],
  ['TC-011', 'rela/rela.o', 'Error fetching program/map!', 142],
  ['TC-013', 'founding-c/founding.o', 'non-{map,call} related relo data', 0],
  ['TC-015', 'text-section/no-relocations.o', 'Error fetching program/map!', 3 + 5 + 2 + 4],
  ['TC-016', 'text-section/by-function.o', 'rejected', 7 + 5 + 1],
  ['TC-018', 'text-section/nested.o', 'rejected', 6 + 5 + 1],
];

/** Refused as they are, and by bpfld, under the rule's id and with a remedy. */
const refused: readonly [rule: string, object: string, says: string, remedy: string][] = [
  ['TC-004', 'tc-rules/license129.o', 'Error parsing section', 'at most 128'],
  ['TC-005', 'many-maps/maps65.o', 'Too many BPF maps in ELF section!', 'at most 64'],
  ['TC-005', 'tc-rules/long-struct.o', 'coming from future version?', 'struct bpf_elf_map'],
  ['TC-005', 'tc-rules/short-struct.o', 'too small', 'struct bpf_elf_map'],
  ['TC-007', 'tc-rules/ring-buffer.o', 'rejected: Invalid argument (22)!', 'power of two'],
  ['TC-007', 'tc-rules/perf-array.o', 'rejected: Invalid argument (22)!', 'at least 1'],
  ['TC-009', 'tc-rules/no-inner.o', 'no inner map ID defined', 'set inner_id'],
  ['TC-009', 'tc-rules/unknown-inner.o', 'Inner map with ID 9 not found!', 'ID 9 not found'],
  ['TC-010', 'two-programs-one-section/two.o', 'unreachable insn', 'section name of its own'],
  ['TC-013', 'mutable-data/counter.o', "invalid mem access 'scalar'", 'keep it in a map'],
  ['TC-019', 'function-address/callback.o', 'Error fetching program/map!', 'bounded loop'],
  ['TC-021', 'tc-rules/tail-out-of-bounds.o', 'out of bounds?', 'raise max_elem'],
];

/** Loaded as they are, though not to the effect that they ask for; bpfld warns. */
const warned: readonly [rule: string, object: string][] = [
  ['TC-004', 'tc-rules/license0.o'],
  ['TC-008', 'tc-rules/pinning.o'],
  ['TC-021', 'tc-rules/tail-unknown.o'],
  ['TC-023', 'tc-rules/frags.o'],
  ['TC-023', 'tc-rules/devmap.o'],
];

describeLoaders("tc's rules", () => {
  test.each(mended)('%s: %s is refused, and linked it loads', (_, path, says, returns) => {
    expect(refusal(fixture(path))).toContain(says);
    withLinked([fixture(path)], [], (output) => expect(returned(output)).toBe(returns));
  });

  test.each(refused)('%s: %s is refused, by bpfld with the reason', (rule, path, says, remedy) => {
    expect(refusal(fixture(path))).toContain(says);
    withDirectory((directory) => {
      const link = bpfld(fixture(path), '-T', 'tc.ld', '-o', `${directory}/out.o`);
      expect(link.status).toBe(1);
      expect(link.stderr).toContain(rule);
      expect(link.stderr).toContain(remedy);
    });
  });

  test.each(warned)('%s: %s is loaded, and bpfld warns', (rule, path) => {
    expect(returned(fixture(path))).toBe(7);
    withDirectory((directory) => {
      const output = `${directory}/out.o`;
      const link = bpfld(fixture(path), '-T', 'tc.ld', '-o', output);
      expect(link.stderr).toContain(`warning: ${rule}`);
      expect(returned(output)).toBe(7);
    });
  });

  test("TC-001: the byte order is the host's", () => {
    expect(refusal(fixture('plain/plain.be.o'))).toContain('eBPF object is big endian');
    withLinked([fixture('plain/plain.o')], [], (output) => expect(returned(output)).toBe(5));
  });

  test('TC-004: a license of 128 bytes', () => {
    expect(returned(fixture('tc-rules/license128.o'))).toBe(7);
    withLinked([fixture('tc-rules/license128.o')], [], (output) => {
      expect(returned(output)).toBe(7);
    });
  });

  test('TC-006: a map by its section and an offset is the first one, and linked the right one', () => {
    const valueSize = (object: string) => load(object).run.maps.map((map) => map.valueSize);
    expect(valueSize(fixture('tc-rules/by-section.o'))).toEqual([4]);
    withLinked([fixture('tc-rules/by-section.o')], [], (output) => {
      expect(valueSize(output)).toEqual([8]);
    });
  });

  test('TC-012: without maps and .text no relocation is applied, and nothing says so', () => {
    const mark = (object: string) => load(object).run.results[0]!.mark;
    expect(mark(fixture('fetch-idiom/address.o'))).toBe(0);
    withLinked([fixture('fetch-idiom/address.o')], ['--fetch', 'foo'], (output) => {
      expect(mark(output)).toBe(42);
    });
  });

  test('TC-014: an undefined function crashes tc or is refused; bpfld names it', () => {
    expect(refusal(fixture('undefined/undefined.o'))).not.toBe('loaded');
    withDirectory((directory) => {
      const object = fixture('undefined/undefined.o');
      const link = bpfld(object, '-T', 'tc.ld', '-o', `${directory}/out.o`);
      expect(link.stderr).toContain('undefined function: get_nprocs');
    });
  });

  test('TC-017: a program that does not reach all of .text, and linked carries what it reaches', () => {
    const action = { section: 'action' };
    expect(refusal(fixture('text-section/unreached.o'), action)).toContain('unreachable insn');
    withLinked([fixture('text-section/unreached.o')], [], (output) => {
      expect(returned(output, action)).toBe(11);
      expect(returned(output)).toBe(13);
    });
  });

  test('TC-022: linked objects have no BTF for tc to trip over', () => {
    withLinked([fixture('tc-rules/annotated.o')], [], (output) => {
      const { stderr } = load(output);
      expect(stderr).not.toContain('BTF');
    });
  });

  test('TC-024: tc does not look at sections that are not asked for; bpfld does', () => {
    expect(returned(fixture('tc-rules/unselected.o'))).toBe(7);
    expect(refusal(fixture('tc-rules/unselected.o'), { section: 'broken' })).not.toBe('loaded');
    withDirectory((directory) => {
      const object = fixture('tc-rules/unselected.o');
      const link = bpfld(object, '-T', 'tc.ld', '-o', `${directory}/out.o`);
      expect(link.stderr).toContain('TC-013');
    });
  });
});

const body = `
PERMIT_RELOCATIONS(maps .text)
SECTIONS
{
  license : { KEEP(*(license)) }
  maps    : { *(maps) }
  .text   : { *(.text) }
  /DISCARD/ : { *(.llvm_addrsig .BTF .BTF.*) }
}
`;

/** Links without LOWER(calls: copy), so that .text stays. */
function keepingText<Result>(
  profile: string,
  object: string,
  use: (output: string, stderr: string) => Result,
): Result {
  return withDirectory((directory) => {
    const script = `${directory}/text.ld`;
    const output = `${directory}/out.o`;
    writeFileSync(script, profile + body);
    const link = bpfld(fixture(`text-section/${object}.o`), '-T', script, '-o', output);
    return use(output, link.stderr);
  });
}

const broken: readonly [rule: string, object: string, section: string][] = [
  ['TC-015', 'no-relocations', 'classifier'],
  ['TC-016', 'by-function', 'classifier'],
  ['TC-017', 'unreached', 'action'],
  ['TC-018', 'nested', 'classifier'],
];

describeLoaders('.text under tc, without LOWER(calls: copy)', () => {
  test('calls by the symbol of .text are right', () => {
    keepingText('PROFILE(tc)', 'text', (output, stderr) => {
      expect(stderr).toBe('');
      expect(returned(output)).toBe(7 + 5 + 1);
      expect(returned(output, { section: 'action' })).toBe(11);
    });
  });

  test.each(broken)('%s says of %s what tc would do', (rule, object, section) => {
    keepingText('PROFILE(tc)', object, (_, stderr) => expect(stderr).toContain(`error: ${rule}`));
    keepingText('', object, (output) => {
      const result = legacyTc(output, { section, packets });
      const value = result.loaded ? result.run.results[0]!.retval : 'refused';
      expect(value).not.toBe({ classifier: 13, action: 11 }[section]);
    });
  });
});
