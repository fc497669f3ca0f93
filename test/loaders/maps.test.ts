/**
 * Maps converted from one kind of definition into the other, as the kernel has them: under the loader that reads the
 * other kind they are what they were under their own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { link } from '../../src/link.ts';
import { linkFixture, Output, type ShippedScript, shippedScript } from '../support/link.ts';
import { withDirectory } from './support/bpfld.ts';
import { type CiliumVersion, ciliumLoad, ciliumTools } from './support/cilium.ts';
import { cache, describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import type { LibbpfVersion } from './support/libbpf-open.ts';
import { type DumpedMap, mapsUnderLegacyTc, mapsUnderLibbpf } from './support/map-dump.ts';
import { plainPacket } from './support/packets.ts';
import { libbpfLoad } from './support/run.ts';

const versions: readonly LibbpfVersion[] = ['debian', 'newest'];
const ciliumVersions: readonly CiliumVersion[] = ['newest', '0.20', '0.13'];
const runners = ['map-dump-debian', 'map-dump-newest'];
const packets = [plainPacket()];

/** Hands a fixture that was linked with one script after the other to `use`. */
function withConverted<Result>(
  path: string,
  scripts: readonly ShippedScript[],
  use: (object: string) => Result,
): Result {
  return withDirectory((directory) => {
    const object = join(directory, 'out.o');
    writeFileSync(object, converted(path, scripts).bytes);
    return use(object);
  });
}

function converted(path: string, [first, ...more]: readonly ShippedScript[]): Output {
  return more.reduce(
    (output, script) => relinked(output, script),
    new Output(linkFixture([path], first!)),
  );
}

function relinked({ bytes }: Output, name: ShippedScript): Output {
  return new Output(link({ inputs: [{ path: 'first.o', bytes }], script: shippedScript(name) }));
}

function underTc(object: string): readonly DumpedMap[] {
  const dumped = mapsUnderLegacyTc(object);
  if (dumped.maps === undefined) throw new Error(dumped.why);
  return dumped.maps;
}

function underLibbpf(
  object: string,
  version: LibbpfVersion,
  program = 'entry',
): readonly DumpedMap[] {
  const dumped = mapsUnderLibbpf(object, program, version);
  if (dumped.maps === undefined) throw new Error(dumped.why);
  return dumped.maps;
}

/** Code that does without .rodata has another tag. */
function withoutTags({ slots, ...map }: DumpedMap): object {
  return { ...map, slots: slots.map(({ index }) => index) };
}

describeLoaders(
  'maps of .maps under tc',
  () => {
    test.each(versions)('every kind is what it is under libbpf (%s)', (version) => {
      const original = underLibbpf(fixture('maps-described/every.o'), version);
      expect(original).toHaveLength(26);
      withConverted('maps-described/every.o', ['tc.ld'], (object) => {
        expect(underTc(object)).toEqual(original);
      });
    });

    test.each(['shared.o', 'same-outers.o'])('%s', (name) => {
      const original = underLibbpf(fixture(`maps-described/${name}`), 'newest');
      withConverted(`maps-described/${name}`, ['tc.ld'], (object) => {
        expect(underTc(object)).toEqual(original);
      });
    });

    test('programs of two files in slots', () => {
      const priorities = [0, 1].map((priority) => ({ ...plainPacket(), priority }));
      const inputs = ['maps-described/entry.o', 'maps-described/tails.o'];
      const tc = new Output(linkFixture(inputs, 'tc.ld'));
      expect(tc.sectionNames).toEqual(['license', 'maps', 'classifier', 'action', '1/0', '1/1']);
      withDirectory((directory) => {
        const object = join(directory, 'out.o');
        writeFileSync(object, tc.bytes);
        const result = legacyTc(object, { packets: priorities });
        expect(result.loaded && result.run.results.map(({ retval }) => retval)).toEqual([55, 18]);
      });
    });

    test('a perf event array gets a number of entries', () => {
      withConverted('maps-described/perf.o', ['tc.ld'], (object) => {
        expect(underTc(object)).toMatchObject([{ type: 4, maxEntries: 1024 }]);
      });
    });

    test('and there and back again', () => {
      const original = underLibbpf(fixture('maps-described/every.o'), 'newest');
      withConverted('maps-described/every.o', ['tc.ld', 'libbpf.ld'], (object) => {
        for (const version of versions) expect(underLibbpf(object, version)).toEqual(original);
      });
    });

    test('a program runs and calls what is in the slots', () => {
      withConverted('maps-described/every.o', ['tc.ld'], (object) => {
        const result = legacyTc(object, { packets });
        expect(result.loaded && result.run.results[0]?.retval).toBe(42);
      });
    });
  },
  runners,
);

const sameIds = ['maps-ids/array-first.o', 'maps-ids/array-second.o'];

describeLoaders('objects with the same ids', () => {
  test.each([
    ['classifier', 11],
    ['tc', 22],
  ])('tc: section %s gets to its own program', (section, returned) => {
    withDirectory((directory) => {
      const object = join(directory, 'out.o');
      writeFileSync(object, new Output(linkFixture(sameIds, 'tc.ld')).bytes);
      const result = legacyTc(object, { section, packets });
      expect(result.loaded && result.run.results.map(({ retval }) => retval)).toEqual([returned]);
    });
  });

  test.each([
    ['main_first', 11],
    ['main_second', 22],
  ])('libbpf: program %s gets to its own program', (program, returned) => {
    withDirectory((directory) => {
      const object = join(directory, 'out.o');
      writeFileSync(object, new Output(linkFixture(sameIds, 'libbpf.ld')).bytes);
      const run = libbpfLoad(object, program, { packets });
      expect(run.ok && run.results.map(({ retval }) => retval)).toEqual([returned]);
    });
  });
});

describeLoaders(
  'maps of maps under libbpf',
  () => {
    const outers = ['first', 'second'].map((name) => `maps-ids/outer-${name}.o`);
    const ends = ['slots-outer.o', 'slots-inner.o'].map((name) => `libbpf-rules/${name}`);
    const cases = versions.flatMap((version) => [
      [version, 'main_first', outers, 0, 8] as const,
      [version, 'main_second', outers, 0, 16] as const,
      [version, 'program', ends, 1, 8] as const,
    ]);
    test.each(cases)(
      '%s, %s: inner maps are there in time',
      (version, program, inputs, index, size) => {
        withDirectory((directory) => {
          const object = join(directory, 'out.o');
          writeFileSync(object, new Output(linkFixture(inputs, 'libbpf.ld')).bytes);
          const [outer] = underLibbpf(object, version, program);
          expect(outer).toMatchObject({ type: 12, slots: [{ index, map: { valueSize: size } }] });
        });
      },
    );
  },
  runners,
);

describeLoaders(
  'maps of `maps` under libbpf',
  () => {
    test.each(['every.o', 'no-types.o'])('every kind is what it is under tc: %s', (name) => {
      const original = underTc(fixture(`maps-legacy/${name}`));
      expect(original).toHaveLength(25);
      withConverted(`maps-legacy/${name}`, ['libbpf.ld'], (object) => {
        for (const version of versions) expect(underLibbpf(object, version)).toEqual(original);
      });
    });

    test('and there and back again', () => {
      const original = underTc(fixture('maps-legacy/every.o'));
      withConverted('maps-legacy/every.o', ['libbpf.ld', 'tc.ld'], (object) => {
        expect(underTc(object)).toEqual(original);
      });
    });

    test.each(['size16', 'size20', 'size28', 'size36', 'plain20'])('%s', (name) => {
      const original = underTc(fixture(`maps-legacy/${name}.o`));
      withConverted(`maps-legacy/${name}.o`, ['libbpf.ld'], (object) => {
        for (const version of versions) {
          expect(underLibbpf(object, version, 'count')).toEqual(original);
        }
        const run = libbpfLoad(object, 'count', { packets: [...packets, ...packets] });
        expect(run.ok && run.results.map(({ retval }) => retval)).toEqual([1, 2]);
      });
    });

    test.each([
      ['founding-rust/founding.o', 'founding', 2],
      ['maps-legacy/local.o', 'local', 1],
    ])('a map of rustc: %s', (path, program, entries) => {
      withConverted(path, ['libbpf.ld'], (object) => {
        const run = libbpfLoad(object, program, { packets });
        expect(run.ok && run.maps.find(({ type }) => type === 1)?.entries).toHaveLength(entries);
      });
    });

    test.each(['bpf_cyclic.o', 'bpf_tailcall.o'])("iproute2's example %s", (name) => {
      const path = `${cache}/corpus/tc/${name}`;
      const input = { path, bytes: new Uint8Array(readFileSync(path)) };
      const [tc, libbpf] = (['tc.ld', 'libbpf.ld'] as const).map(
        (script) => new Output(link({ inputs: [input], script: shippedScript(script) })),
      );
      withDirectory((directory) => {
        const object = join(directory, 'out.o');
        writeFileSync(object, tc!.bytes);
        const original = underTc(object).map(withoutTags);
        writeFileSync(object, libbpf!.bytes);
        const maps = underLibbpf(object, 'newest', 'cls_entry').filter(({ flags }) => flags === 0);
        expect(maps.map(withoutTags)).toEqual(original);
      });
    });

    test('a perf event array without entries has one for each CPU', () => {
      withConverted('maps-legacy/perf.o', ['libbpf.ld'], (object) => {
        const [perf] = underLibbpf(object, 'newest');
        expect(perf).toMatchObject({ type: 4, keySize: 4, valueSize: 4 });
        expect(perf!.maxEntries).toBeGreaterThan(0);
      });
    });

    test('an annotation is what the kernel knows of the types', () => {
      withConverted('maps-legacy/annotated.o', ['libbpf.ld'], (object) => {
        expect(underLibbpf(object, 'newest')).toMatchObject([{ type: 1, valueSize: 16 }]);
      });
    });
  },
  runners,
);

describeLoaders(
  'maps of `maps` under cilium/ebpf',
  () => {
    const cases = ciliumVersions.flatMap((version) =>
      (['every.o', 'no-types.o'] as const).map((name) => [name, version] as const),
    );
    test.each(cases)('%s: %s', (name, version) => {
      withConverted(`maps-legacy/${name}`, ['cilium.ld'], (object) => {
        const { spec, maps } = ciliumLoad(object, { version });
        expect(spec).toMatchObject({ ok: true });
        expect(maps).toMatchObject({
          hash: { keySize: 4, valueSize: 16, maxEntries: 8, flags: 1, pinning: 1 },
          outer: { contents: ['1: inner_a', '3: inner_b'] },
          jump: { pinning: 1, contents: ['2: tail', '5: other_tail'] },
        });
      });
    });
  },
  ciliumTools,
);
