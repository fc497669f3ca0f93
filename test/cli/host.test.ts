import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Host, nodeHost } from '../../src/host.ts';

const host: Host = nodeHost();
const root = process.getuid?.() === 0;
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'bpfld-host-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const bytes = new TextEncoder().encode('new');

test('a file is read', () => {
  fs.writeFileSync(at('a'), 'x');
  expect(host.readFile(at('a'))).toMatchObject({ bytes: expect.objectContaining({ length: 1 }) });
});

test.each([
  ['none', 'it does not exist', true],
  ['none/x', 'it does not exist', true],
  ['file/x', 'a part of its path is not a directory', false],
  ['.', 'it is a directory', false],
  ['circle', 'its symbolic links form a circle', false],
  ['x'.repeat(300), 'its name is too long', false],
  ['nul\0', 'its name holds a NUL character', false],
])('reading %s: %s', (name, problem, missing) => {
  fs.writeFileSync(at('file'), '');
  fs.symlinkSync('circle', at('circle'));
  expect(host.readFile(`${folder}/${name}`)).toEqual({ problem, missing });
});

const all = { offset: 0, size: 100_000 };

test('a small file is read whole, and nobody is asked which parts', () => {
  fs.writeFileSync(at('a'), 'text');
  const never = (): never => expect.unreachable();
  expect(host.readParts(at('a'), never)).toEqual({ bytes: new TextEncoder().encode('text') });
});

test('of a large file the parts are read that are asked for', () => {
  fs.writeFileSync(
    at('a'),
    Uint8Array.from({ length: 100_000 }, (_, index) => index % 251),
  );
  const result = host.readParts(at('a'), (size, peek) => {
    expect(size).toBe(100_000);
    return [
      { offset: 2, size: 3 },
      { offset: peek(70_000, 1)[0]!, size: 1 },
    ];
  });
  const place = 70_000 % 251;
  expect(result).toEqual({
    bytes: {
      size: 100_000,
      parts: [
        { offset: 2, bytes: Uint8Array.of(2, 3, 4) },
        { offset: place, bytes: Uint8Array.of(place) },
      ],
    },
  });
});

test('a large file without parts is read whole', () => {
  fs.writeFileSync(at('a'), 'x'.repeat(all.size));
  expect(host.readParts(at('a'), () => undefined)).toMatchObject({ bytes: { length: all.size } });
});

test('a large file that shrinks meanwhile is told as such', () => {
  fs.writeFileSync(at('a'), 'x'.repeat(all.size));
  const shrink = (): (typeof all)[] => {
    fs.truncateSync(at('a'), 10);
    return [all];
  };
  const problem = 'it changed while it was read';
  expect(host.readParts(at('a'), shrink)).toEqual({ problem, missing: false });
});

test('a pipe is read to its end', (context) => {
  if (spawnSync('mkfifo', [at('pipe')]).status !== 0) return context.skip('no mkfifo');
  const writer = spawn('sh', ['-c', `(echo one; sleep 0.1; echo two) > ${at('pipe')}`]);
  const result = host.readParts(at('pipe'), () => [all]);
  writer.kill();
  expect(result).toEqual({ bytes: new TextEncoder().encode('one\ntwo\n') });
});

test('parts of a directory are no better than the whole', () => {
  const problem = 'it is a directory';
  expect(host.readParts(folder, () => undefined)).toEqual({ problem, missing: false });
});

test('a file without permission is told as such', () => {
  const nobody = 65534;
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(at('a'), '', { mode: 0 });
  // Root may read all, so the test becomes another user for a moment.
  if (root) process.seteuid!(nobody);
  try {
    expect(host.readFile(at('a'))).toEqual({ problem: 'permission is denied', missing: false });
  } finally {
    if (root) process.seteuid!(0);
  }
});

test('writing makes a file and leaves nothing else', () => {
  expect(host.writeFile(at('out'), bytes)).toBeUndefined();
  expect(fs.readFileSync(at('out'), 'utf8')).toBe('new');
  expect(fs.readdirSync(folder)).toEqual(['out']);
});

test('permissions are those of a new file, even over a read-only one', () => {
  fs.writeFileSync(at('out'), 'old', { mode: 0o444 });
  host.writeFile(at('out'), bytes);
  expect(fs.statSync(at('out')).mode & 0o777).toBe(0o666 & ~process.umask());
});

test('a reader of the old file keeps it', () => {
  fs.writeFileSync(at('out'), 'old');
  const reader = fs.openSync(at('out'), 'r');
  host.writeFile(at('out'), bytes);
  expect(fs.readFileSync(reader, 'utf8')).toBe('old');
  fs.closeSync(reader);
});

test('a symbolic link is replaced and its target left', () => {
  fs.writeFileSync(at('target'), 'old');
  fs.symlinkSync('target', at('out'));
  host.writeFile(at('out'), bytes);
  expect(fs.lstatSync(at('out')).isFile()).toBe(true);
  expect(fs.readFileSync(at('target'), 'utf8')).toBe('old');
});

test('a device is written to, not replaced', () => {
  expect(host.writeFile('/dev/null', bytes)).toBeUndefined();
  expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test.skipIf(!fs.existsSync('/dev/full'))('a full device is told as such', () => {
  expect(host.writeFile('/dev/full', bytes)).toBe('the disk is full');
});

test.each([
  ['none/out', 'its directory does not exist'],
  ['file/out', 'a part of its path is not a directory'],
  ['folder', 'it is a directory'],
  ['folder/', 'it is a directory'],
  ['none/', 'its name is that of a directory'],
])('writing %s: %s, and nothing is left', (name, problem) => {
  fs.writeFileSync(at('file'), 'old');
  fs.mkdirSync(at('folder'));
  expect(host.writeFile(`${folder}/${name}`, bytes)).toBe(problem);
  expect(fs.readdirSync(folder)).toEqual(['file', 'folder']);
});

test('a name that a crashed run left behind is not in the way', () => {
  fs.writeFileSync(at(`.bpfld-${process.pid}-0.tmp`), 'stale');
  expect(host.writeFile(at('out'), bytes)).toBeUndefined();
  expect(fs.readFileSync(at('out'), 'utf8')).toBe('new');
  expect(fs.readFileSync(at(`.bpfld-${process.pid}-0.tmp`), 'utf8')).toBe('stale');
});

test('a full disk leaves the old output and nothing else', (context) => {
  const mounted =
    root &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
      .status === 0;
  if (!mounted) return context.skip('a small tmpfs needs root and mount');
  try {
    fs.writeFileSync(at('out'), 'old');
    expect(host.writeFile(at('out'), new Uint8Array(1 << 20))).toBe('the disk is full');
    expect(fs.readFileSync(at('out'), 'utf8')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['out']);
  } finally {
    spawnSync('umount', [folder]);
  }
});

test('the working directory', () => {
  expect(host.directory).toBe(process.cwd());
});

test('a program is run, and what it prints is told', () => {
  const script =
    'console.log(process.argv[1], process.env.LC_ALL); console.error("e"); process.exit(3)';
  expect(host.run(process.execPath, ['-e', script, 'word one'])).toEqual({
    status: 3,
    stdout: 'word one C\n',
    stderr: 'e\n',
  });
});

test('a program that is not there', () => {
  const gone = { problem: 'it does not exist', missing: true };
  expect(host.run('bpfld-no-such-program', [])).toEqual(gone);
  expect(host.run(at('none'), [])).toEqual(gone);
});

test('a program that is no program, and one that is killed', () => {
  expect(host.run(folder, [])).toEqual({ problem: 'permission is denied', missing: false });
  const suicide = 'process.kill(process.pid, "SIGKILL")';
  expect(host.run(process.execPath, ['-e', suicide])).toEqual({
    problem: 'it was ended by SIGKILL',
    missing: false,
  });
});
