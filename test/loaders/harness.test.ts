import { expect, test } from 'vitest';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket, randomPackets } from './support/packets.ts';
import { elementOf, libbpfLoad } from './support/run.ts';

describeLoaders('the harness', () => {
  const packets = [
    { ...plainPacket({ 20: 5, 21: 77 }), mark: 41 },
    { ...plainPacket({ 20: 6, 21: 78 }), mark: 8 },
  ];

  test('legacy tc refuses a relocation against .rodata', () => {
    const result = legacyTc(fixture('founding-c/founding.o'));
    expect(result.loaded).toBe(false);
    expect(result.stderr).toContain('ELF contains non-{map,call} related relo data in entry');
    expect(result.stderr).toContain('Compiler bug?!');
  });

  test('legacy tc loads a plain object, and its runs give values, packets and maps', () => {
    const result = legacyTc(fixture('plain/plain.o'), { packets });
    if (!result.loaded) throw new Error(result.stderr);
    expect(result.run.results.map(({ retval, mark }) => [retval, mark])).toEqual([
      [77, 42],
      [78, 9],
    ]);
    expect(result.run.results[0]!.data).toBe(Buffer.from(packets[0]!.data).toString('hex'));
    expect(elementOf(result.run.maps[0]!, '00000000')).toBe('0600000000000000');
  });

  test('ip loads an XDP program with the same loader', () => {
    const result = legacyTc(fixture('plain/plain.o'), { type: 'xdp', packets });
    if (!result.loaded) throw new Error(result.stderr);
    expect(result.run.results.map(({ retval }) => retval)).toEqual([2, 2]);
  });

  test('libbpf loads the same program', () => {
    const run = libbpfLoad(fixture('plain/plain-btf.o'), 'plain', { type: 'sched_cls', packets });
    if (!run.ok) throw new Error(run.log);
    expect(run.results.map(({ retval, mark }) => [retval, mark])).toEqual([
      [77, 42],
      [78, 9],
    ]);
    expect(run.maps.map(({ name }) => name)).toEqual(['values']);
  });

  test('what libbpf says about a refused object is kept', () => {
    const run = libbpfLoad(fixture('plain/plain.o'), 'plain');
    expect(run.ok).toBe(false);
    expect(run.log).toContain("legacy map definitions in 'maps' section");
  });

  test('a section that is not there is refused', () => {
    const result = legacyTc(fixture('plain/plain.o'), { section: 'absent' });
    expect(result.loaded).toBe(false);
    expect(result.stderr).toContain("Program section 'absent' not found in ELF file!");
  });

  test('random packets are the same for a seed, and of 64 to 256 bytes', () => {
    const some = randomPackets(1, 50);
    expect(randomPackets(1, 50)).toEqual(some);
    expect(randomPackets(2, 50)).not.toEqual(some);
    expect(some.every(({ data }) => data.length >= 64 && data.length <= 256)).toBe(true);
  });
});
