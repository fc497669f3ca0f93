/**
 * The rules of cilium/ebpf, one by one: what it and the kernel make of an object that breaks one, and that they say
 * what bpfld says they do. Objects that cilium/ebpf takes break none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exit, movImm } from '../../src/bpf/build.ts';
import { programSections } from '../../src/bpf/program-sections.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { STT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import type { Version } from '../../src/model/rule.ts';
import { programTypeOf } from '../../src/profiles/rules/cilium/program-types.ts';
import { type BrokenObject, brokenObjects, fineObjects } from '../profiles/cilium/cases.ts';
import { check, objectNamed } from '../profiles/cilium/check.ts';
import { fixtureObjects } from '../support/link.ts';
import { object } from '../support/object.ts';
import {
  type CiliumReport,
  type CiliumVersion,
  ciliumLoad,
  ciliumLoadBytes,
  ciliumTools,
  refusal,
} from './support/cilium.ts';
import { cache, describeLoaders, fixture } from './support/environment.ts';
import { plainPacket } from './support/packets.ts';
import { quotationPattern } from './support/quotation.ts';

const versions: Readonly<Record<CiliumVersion, Version>> = {
  newest: [0, 22],
  '0.20': [0, 20],
  '0.13': [0, 13],
};

function meant({ rule, object, message, version }: BrokenObject): Diagnostic {
  const found = check(objectNamed(object), versions[version]);
  return found.find((one) => one.code === rule && one.message.includes(message))!;
}

const packet = plainPacket().data;
const runs = [{ program: 'program', data: packet }];

const retval = (report: CiliumReport): number | undefined => report.runs?.[0]?.retval;
const names = ({ programs }: CiliumReport): string[] => Object.keys(programs).sort();
const reference = (report: CiliumReport, index: number): string | undefined =>
  report.programs.program!.instructions[index]!.reference;

/** What shows that an object that is taken does something else than was meant. */
const effects: Readonly<Record<string, (report: CiliumReport) => void>> = {
  'program in licensecheck': (report) => {
    expect(names(report)).toEqual(['program']);
    expect(report.programs.program!.license).not.toBe('GPL');
  },
  'program in .data_prog': (report) => expect(names(report)).toEqual(['program']),
  'text in license_note': ({ programs }) => expect(programs.program!.license).toBe('none'),
  // The version is in no field that can be read from outside; that it was read shows in a short one.
  'text in version_note': ({ spec }) => expect(spec.ok).toBe(true),
  'two names of a program': (report) => expect(names(report)).toEqual(['other']),
  'program in clasifier': ({ programs, runs: made }) => {
    expect(programs.program!.type).toBe('UnspecifiedProgram');
    expect(made?.[0]?.error).toBe('no such program');
  },
  'libbpf-rules/other-name.o': ({ programs, runs: made }) => {
    expect(programs.program!.type).toBe('UnspecifiedProgram');
    expect(made?.[0]?.error).toBe('no such program');
  },
  'program in tcpmon': ({ programs }) => expect(programs.program!.type).toBe('SchedCLS'),
  'program in ?xdp': (report) => expect(retval(report)).toBe(2),
  // The call has gone to the instruction behind it, which is `exit`.
  'call of a symbol and 0': (report) => {
    expect(report.programs.program!.instructions[0]!.constant).toBe('0');
    expect(retval(report)).toBe(undefined);
  },
  'address of the upper function': (report) => expect(reference(report, 0)).toBe('lower'),
  'callbacks that are static by their types': (report) => expect(retval(report)).toBe(100),
  'addend of a variable': (report) => expect(retval(report)).toBe(43),
  'second line record at the first one': ({ programs }) => {
    const { instructions } = programs.program!;
    const own = instructions.slice(
      0,
      instructions.findIndex(({ symbol }) => symbol === 'twice'),
    );
    expect(own.filter(({ line }) => line !== undefined)).toHaveLength(1);
  },
  'cilium-rules/static-setting.o': ({ variables }) => expect(variables).not.toHaveProperty('limit'),
  'cilium-rules/hidden-setting.o': ({ variables }) => expect(variables).not.toHaveProperty('limit'),
  // The kernel has the function, without its flavor.
  'cilium-rules/weak-flavor.o': (report) => expect(retval(report)).toBe(2),
  'undefined data': (report) => expect(retval(report)).toBe(0),
  'table in ?.struct_ops.link': ({ maps }) => expect(maps).toEqual({}),
  'libbpf-rules/struct-ops-fine.o': ({ maps }) => expect(maps).toEqual({}),
};

const cases = brokenObjects.map((broken) => [broken.rule, broken.object, broken] as const);

describeLoaders(
  'the rules of cilium/ebpf',
  () => {
    test.each(cases)('%s: %s', (_rule, name, broken) => {
      const { refused, version } = broken;
      const report = ciliumLoadBytes(objectNamed(name), { version, load: true, runs });
      const { says } = meant(broken);
      expect(report.spec.ok).toBe(refused !== 'at reading');
      if (refused === 'at loading') expect(report.load!.ok).toBe(false);
      if (refused === 'never') effects[name]!(report);
      else if (says !== undefined) expect(refusal(report)).toMatch(quotationPattern(says.text));
    });

    test.each(fineObjects)('%s loads', (name) => {
      expect(refusal(ciliumLoadBytes(objectNamed(name), { load: true }))).toBe(undefined);
    });

    test('CILIUM-006: fine callbacks call the function that is meant', () => {
      const report = ciliumLoad(fixture('cilium-rules/fine.o'), { runs });
      expect(retval(report)).toBe(131);
    });
  },
  ciliumTools,
);

/** A program in each section of libbpf's table, and in what begins so. */
function everySection(): [object: Uint8Array, names: string[]] {
  const sections = programSections().flatMap(({ pattern: name }) => {
    const bare = name.replace('+', '');
    return [bare, `${bare}/extra`, `${bare}_extra`, `?${bare}`, `${bare}x`];
  });
  const names = [...new Set([...sections, 'prog', 'unknown/section'])];
  return [
    object({
      sections: names.map((name) => ({ name, code: [movImm(0, 0), exit()] })),
      symbols: names.map((name, i) => ({ name: `p${i}`, type: STT.FUNC, in: name, size: 16 })),
    }),
    names,
  ];
}

/** `SchedCLS` and `sched_cls` alike. */
const plain = (type: string): string =>
  type.toLowerCase().replaceAll('_', '').replace(/^ext$/, 'extension');

describeLoaders(
  'section names under cilium/ebpf',
  () => {
    test.each(Object.keys(versions) as CiliumVersion[])(
      'CILIUM-003: %s gives the types that the table and its prefixes say',
      (version) => {
        const [bytes, names] = everySection();
        const { programs } = ciliumLoadBytes(bytes, { version });
        const loader = { name: 'cilium', version: versions[version] };
        expect(Object.keys(programs)).toHaveLength(names.length);
        for (const { section, type } of Object.values(programs)) {
          const known = programTypeOf(section, loader)?.type ?? 'unspecified_program';
          expect(`${section}: ${plain(type)}`).toBe(`${section}: ${plain(known)}`);
        }
      },
    );
  },
  ciliumTools,
);

/** How messages begin that come when maps and programs are loaded. */
const atLoading =
  /^(program |map [^"]|loading |populating |fixing up |resolve |assembling |load btf: |Call at )/;

function realObjects(): [name: string, path: string][] {
  const folder = join(cache, 'corpus');
  const folders = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...fixtureObjects().map((name): [string, string] => [name, fixture(name)]),
    ...folders.flatMap((name) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith('.o'))
        .map((file): [string, string] => [`${name}/${file}`, join(folder, name, file)]),
    ),
  ];
}

describeLoaders(
  'real objects under cilium/ebpf',
  () => {
    test.each(Object.keys(versions) as CiliumVersion[])(
      '%s refuses those that a rule refuses, in the same words, and no others',
      (version) => {
        const wrong: string[] = [];
        const objects = realObjects();
        expect(objects.length).toBeGreaterThan(300);
        for (const [name, path] of objects) {
          const bytes = new Uint8Array(readFileSync(path));
          if (readElf(bytes, name).object === undefined) continue;
          const quotes = check(bytes, versions[version]).flatMap(({ severity, says }) =>
            severity === 'error' && says?.who === 'cilium/ebpf' && !atLoading.test(says.text)
              ? [says.text]
              : [],
          );
          const { spec } = ciliumLoad(path, { version });
          const told = quotes.some((text) => quotationPattern(text).test(spec.message));
          if (spec.ok && quotes.length > 0) wrong.push(`${name} is taken: ${quotes.join('; ')}`);
          if (!spec.ok && !told) wrong.push(`${name}: ${spec.message}: ${quotes.join('; ')}`);
        }
        expect(wrong).toEqual([]);
      },
      120_000,
    );
  },
  ciliumTools,
);
