import { expect, test } from 'vitest';
import { run as doctor } from '../../src/cli/doctor.ts';
import { kernelFacts } from '../../src/cli/doctor-kernel.ts';
import { type FoundLoader, machineLoaders } from '../../src/cli/doctor-loaders.ts';
import { projectLoaders } from '../../src/cli/doctor-projects.ts';
import type { ProgramResult } from '../../src/host.ts';
import { type MemoryHost, memoryHost, run } from './support/memory-host.ts';

/** A machine with these programs, by their command lines, and these files. */
function machine(
  programs: Readonly<Record<string, string | ProgramResult>>,
  files: Readonly<Record<string, string>> = {},
): MemoryHost {
  return {
    ...memoryHost(files),
    run: (program, words) => {
      const answer = programs[[program, ...words].join(' ')];
      if (answer === undefined) return { problem: 'it does not exist', missing: true };
      return typeof answer === 'string' ? { status: 0, stdout: answer, stderr: '' } : answer;
    },
  };
}

const withLibbpf = 'tc utility, iproute2-6.1.0, libbpf 1.1.2\n';

const found = (loaders: readonly FoundLoader[], name: string): FoundLoader | undefined =>
  loaders.find(({ loader }) => loader === name);

test.each([
  [withLibbpf, 'iproute2 6.1.0, libbpf 1.1.2', 'tc-libbpf@1.1'],
  ['tc utility, iproute2-5.10.0\n', 'iproute2 5.10.0, without libbpf', 'tc@5.10'],
  ['tc utility, iproute2-ss190107\n', 'iproute2 ss190107, without libbpf', 'tc'],
])('tc -V: %s', (answer, told, profile) => {
  const tc = found(machineLoaders(machine({ 'tc -V': answer })), 'tc');
  expect(tc).toEqual({ loader: 'tc', found: told, profile });
});

test('a tc outside of PATH', () => {
  const tc = found(machineLoaders(machine({ '/sbin/tc -V': withLibbpf })), 'tc');
  expect(tc?.profile).toBe('tc-libbpf@1.1');
});

test.each<[string | ProgramResult, string]>([
  ['BusyBox v1.36', 'it is not of iproute2'],
  [{ status: 255, stdout: '', stderr: 'what?' }, 'it fails with exit code 255'],
  [{ problem: 'permission is denied', missing: false }, 'permission is denied'],
])('a tc that does not tell its version: %j', (answer, why) => {
  expect(found(machineLoaders(machine({ 'tc -V': answer })), 'tc')).toEqual({
    loader: 'tc',
    found: `does not tell its version: ${why}`,
    profile: undefined,
  });
});

test.each([
  [
    'bpftool v7.1.0\nusing libbpf v1.1\nfeatures: libbpf_strict\n',
    '7.1.0, libbpf 1.1',
    'libbpf@1.1',
  ],
  ['bpftool v5.10.0\nfeatures: libbfd\n', '5.10.0', 'libbpf'],
])('bpftool version: %s', (answer, told, profile) => {
  const bpftool = found(machineLoaders(machine({ 'bpftool version': answer })), 'bpftool');
  expect(bpftool).toEqual({ loader: 'bpftool', found: told, profile });
});

test('libbpf.so by its file name, where ldconfig lists it', () => {
  const listed =
    '\tlibbpf.so.1 (libc6,x86-64) => /lib/x/libbpf.so.1\n\tlibbpf.so (libc6) => /lib/x/libbpf.so\n';
  const host = {
    ...machine({ '/sbin/ldconfig -p': listed }),
    identify: (path: string) =>
      path === '/lib/x/libbpf.so.1' ? '/usr/lib/x/libbpf.so.1.1.2' : path,
  };
  expect(found(machineLoaders(host), 'libbpf.so')).toEqual({
    loader: 'libbpf.so',
    found: '1.1.2 (/usr/lib/x/libbpf.so.1.1.2)',
    profile: 'libbpf@1.1',
  });
});

test('a libbpf that is older than the profile', () => {
  const host = {
    ...machine({}),
    identify: (path: string) => (path === '/usr/lib64/libbpf.so.0' ? `${path}.3.0` : path),
  };
  expect(found(machineLoaders(host), 'libbpf.so')).toMatchObject({
    profile: 'libbpf',
    note: '0.3 is older than what bpfld knows',
  });
});

const lock = (name: string, version: string): string =>
  `version = 3\n\n[[package]]\nname = "${name}"\nversion = "${version}"\n`;

test.each([
  ['Cargo.lock', lock('aya-obj', '0.3.2'), 'aya', 'aya@0.3'],
  ['Cargo.lock', lock('aya-obj', '0.1.0'), 'aya', 'aya'],
  ['Cargo.lock', lock('libbpf-sys', '1.5.0+v1.5.0'), 'libbpf-rs', 'libbpf@1.5'],
  ['Cargo.lock', lock('redbpf', '2.3.0'), 'redbpf', 'redbpf@2.3'],
  ['Cargo.toml', '[dependencies]\naya = "0.13"\n', 'aya', 'aya'],
  ['Cargo.toml', '[dependencies]\naya.workspace = true\n', 'aya', 'aya'],
  ['Cargo.toml', '[target.x.dependencies.libbpf-rs]\n', 'libbpf-rs', 'libbpf'],
  ['go.mod', 'require (\n\tgithub.com/cilium/ebpf v0.16.0\n)\n', 'cilium/ebpf', 'cilium@0.16'],
  ['go.mod', 'require github.com/cilium/ebpf v0.9.1\n', 'cilium/ebpf', 'cilium'],
  ['go.mod', '\tgithub.com/aquasecurity/libbpfgo v0.8.0-libbpf-1.5\n', 'libbpfgo', 'libbpf@1.5'],
])('%s names a loader: %j', (file, text, loader, profile) => {
  const told = found(projectLoaders(memoryHost({ [file]: text })), loader);
  expect(told).toMatchObject({ found: expect.stringContaining(file), profile });
});

test.each(['[dependencies]\naya-ebpf = "0.1"\n', '# aya = "0.13"\n'])(
  'Cargo.toml without a loader: %j',
  (text) => {
    const loaders = projectLoaders(memoryHost({ 'Cargo.toml': text }));
    expect(found(loaders, 'aya')?.found).toBeUndefined();
  },
);

const status = (uid: number, rights: string): string =>
  `Name:\tnode\nUid:\t${uid}\t${uid}\t0\t0\nCapEff:\t${rights}\n`;

test('facts of a kernel', () => {
  const host = memoryHost({
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/sys/kernel/btf/vmlinux': 'BTF',
    '/proc/sys/net/core/bpf_jit_enable': '1\n',
    '/proc/sys/kernel/unprivileged_bpf_disabled': '2\n',
    '/proc/mounts':
      'bpf /sys/fs/bpf bpf rw 0 0\nnone /mnt/a\\040b bpf rw 0 0\nproc /proc proc rw 0 0\n',
    '/proc/self/status': status(1000, '0000008000000000'),
  });
  expect(kernelFacts(host)).toEqual({
    release: '6.1.0',
    btf: true,
    jit: 'on',
    unprivileged: false,
    bpffs: ['/sys/fs/bpf', '/mnt/a b'],
    root: false,
    capBpf: true,
  });
});

test('without /proc nothing is claimed', () => {
  expect(kernelFacts(memoryHost())).toEqual({
    release: undefined,
    btf: false,
    jit: undefined,
    unprivileged: undefined,
    bpffs: [],
    root: undefined,
    capBpf: undefined,
  });
});

const loadHelp = (): Promise<typeof import('../../src/cli/help.ts')> =>
  import('../../src/cli/help.ts');

test('a table of loaders and of the kernel', async () => {
  const host = machine(
    { 'tc -V': withLibbpf },
    {
      'go.mod': '\tgithub.com/cilium/ebpf v0.16.0\n',
      '/proc/self/status': status(0, '0000000000000000'),
    },
  );
  let shown = '';
  const out = (text: string): void => {
    shown += text;
  };
  expect(await doctor([], { ...host, out }, { loadHelp })).toBe(0);
  expect(shown).toMatch(/^LOADER {7}FOUND {26}PROFILE\n/);
  expect(shown).toMatch(/^tc {11}iproute2 6\.1\.0, libbpf 1\.1\.2 {3}tc-libbpf@1\.1$/m);
  expect(shown).toMatch(/^ip +no +-$/m);
  expect(shown).toMatch(/^cilium\/ebpf {2}0\.16\.0 in go\.mod +cilium@0\.16$/m);
  expect(shown).toMatch(/^aya +no project here that names it +aya$/m);
  expect(shown).toMatch(/^you {11}root without CAP_BPF: may load no programs$/m);
});

test('--json', async () => {
  const { code, host } = await run(['doctor', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(host.stdout)).toMatchObject({
    format: 1,
    loaders: [{ loader: 'tc', found: null, profile: null, note: null }, {}, {}, {}, {}, {}],
    kernel: { release: null, btf: false, jit: null, bpffs: [], root: null },
  });
});

test('takes no inputs', async () => {
  const { code, host } = await run(['doctor', 'a.o']);
  expect([code, host.stdout]).toEqual([2, '']);
  expect(host.stderr).toContain("CLI-024: 'a.o' is not needed");
});

test('--help', async () => {
  const { code, host } = await run(['doctor', '--help']);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^Usage: bpfld doctor /);
});
