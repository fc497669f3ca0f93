/**
 * What is linked with `--profile cilium` loads in cilium/ebpf and computes there what the sources say: calls, data,
 * addresses of functions and maps in the form that both it and libbpf bind right. The same output under libbpf, and
 * the original, linked for libbpf, compute no other.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { type CiliumVersion, ciliumLoad, ciliumTools, refusal } from './support/cilium.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { plainPacket } from './support/packets.ts';
import { libbpfLoad } from './support/run.ts';

interface Form {
  readonly name: string;
  readonly objects: readonly string[];
  /** What each program returns. */
  readonly programs: Readonly<Record<string, number>>;
  /** Versions that refuse what the newest takes, and why. */
  readonly refused?: Partial<Readonly<Record<CiliumVersion, string>>>;
  /** Whether libbpf takes no such object. */
  readonly libbpf?: 'refuses';
}

const forms: readonly Form[] = [
  {
    name: 'data of every name, a callback that is hidden, a weak map',
    objects: ['cilium-rules/places.o'],
    programs: { program: 1283 },
    refused: { '0.13': 'reference to' },
  },
  {
    name: 'a subprogram in a section of its own',
    objects: ['cilium-rules/apart.o'],
    programs: { program: 1283 },
    refused: { '0.13': 'reference to' },
    libbpf: 'refuses',
  },
  {
    name: 'a hidden function',
    objects: ['cilium-rules/hidden.o'],
    programs: { program: 259 },
  },
  {
    name: 'statics of one name, hidden externs, weak functions, addresses of functions',
    objects: ['linked-functions/one.o', 'linked-functions/two.o'],
    programs: { first: 2190, second: 2613 },
  },
  {
    name: 'the same in the other order',
    objects: ['linked-functions/two.o', 'linked-functions/one.o'],
    programs: { first: 2290, second: 2713 },
  },
  {
    name: 'maps of two files',
    objects: ['linked-maps/one.o', 'linked-maps/two.o'],
    programs: { first: 27, second: 27 },
    refused: { '0.20': 'unexpected remaining bytes', '0.13': 'unexpected remaining bytes' },
  },
  {
    name: 'statics and their addends',
    objects: ['static-data/one.o', 'static-data/two.o'],
    programs: { first: 325, second: 638 },
  },
  {
    name: 'programs in slots, pointers in data',
    objects: ['data-pointers/one.o', 'data-pointers/two.o'],
    programs: { jump_one: 111, jump_two: 222 },
  },
  {
    name: 'functions of the kernel',
    objects: ['kernel-functions/one.o', 'kernel-functions/two.o', 'kernel-functions/weak.o'],
    programs: { one: 4, two: 5, weak: 6 },
  },
  {
    name: 'a weak definition that a strong one replaces',
    objects: ['bindings/weak.o', 'bindings/user.o', 'bindings/strong.o'],
    programs: { user: 101 },
  },
  {
    name: 'CO-RE records in a weak function that loses: no gap stays',
    objects: ['weak-records/one.o', 'weak-records/two.o'],
    programs: { one: 1, two: 1 },
  },
  {
    name: 'common symbols',
    objects: ['common/a.o', 'common/b.o'],
    programs: { common: 1 },
  },
  {
    name: 'types of rustc',
    objects: ['rust-types/names.o'],
    programs: { program: 42 },
  },
];

const packet = plainPacket();

function underLibbpf(object: string, program: string): number {
  const loaded = libbpfLoad(object, program, { packets: [packet] });
  if (!loaded.ok) throw new Error(loaded.log || loaded.error);
  const [result] = loaded.results;
  if (result?.error !== undefined) throw new Error(result.error);
  return result!.retval;
}

function link(objects: readonly string[], profile: string, output: string): void {
  const linked = bpfld(...objects, '--profile', profile, '-o', output);
  expect(linked.stderr).not.toMatch(/^error/m);
  expect(linked.status).toBe(0);
}

function returns(object: string, { programs }: Form, version: CiliumVersion): unknown {
  const runs = Object.keys(programs).map((program) => ({ program, data: packet.data }));
  const report = ciliumLoad(object, { version, load: true, runs });
  const refused = refusal(report);
  if (refused !== undefined) return refused;
  return Object.fromEntries((report.runs ?? []).map((run) => [run.program, run.retval]));
}

describeLoaders(
  'what --profile cilium links',
  () => {
    test.each(forms.map((form) => [form.name, form] as const))('%s', (_name, form) => {
      const { programs, refused = {} } = form;
      const objects = form.objects.map(fixture);
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        link(objects, 'cilium', output);
        expect(returns(output, form, 'newest')).toEqual(programs);
        for (const version of ['0.20', '0.13'] as const) {
          const reason = refused[version];
          const found = returns(output, form, version);
          if (reason === undefined) expect(found).toEqual(programs);
          else expect(found).toContain(reason);
        }

        const again = join(directory, 'again.o');
        link([output], 'cilium', again);
        expect(returns(again, form, 'newest')).toEqual(programs);

        if (form.libbpf === 'refuses') return;
        const original = join(directory, 'original.o');
        link(objects, 'libbpf', original);
        for (const [program, retval] of Object.entries(programs)) {
          expect(underLibbpf(output, program)).toBe(retval);
          expect(underLibbpf(original, program)).toBe(retval);
        }
      });
    });

    test('configuration behind a typedef', () => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        const input = fixture('cilium-rules/version-typedef.o');
        const runs = [{ program: 'program', data: packet.data }];
        expect(refusal(ciliumLoad(input, { runs }))).toContain('must be a 32 bits integer');
        link([input], 'cilium', output);
        expect(ciliumLoad(output, { runs }).runs![0]!.retval).toBeGreaterThan(0x40000);
      });
    });

    test('CILIUM-003: static functions of one name have names of their own', () => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        link(['linked-functions/one.o', 'linked-functions/two.o'].map(fixture), 'cilium', output);
        const { programs } = ciliumLoad(output);
        const names = (program: string): string[] =>
          programs[program]!.instructions.flatMap(({ symbol }) => symbol ?? []).sort();
        expect(names('first')).toEqual(
          ['choice', 'first', 'overridden', 'own', 'scale', 'step'].sort(),
        );
        expect(names('second')).toContain('own.1');
      });
    });
  },
  ciliumTools,
);
