/** The same link gives the same bytes, wherever and whenever it runs. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const inputs = ['fixtures/rich/main.o', 'fixtures/rich/lib.o'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfld-same-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function linkIn(
  cwd: string,
  objects: readonly string[],
  script: string,
  env: Record<string, string>,
): Buffer {
  const output = join(folder, 'out.o');
  const words = [join(root, 'bin/bpfld.js'), ...objects, '-T', script, '-o', output];
  const child = spawnSync(process.execPath, words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(child.stderr).not.toContain('error:');
  return readFileSync(output);
}

test.each(['tc.ld', 'generic.ld'])('%s: another directory, time zone and locale', (script) => {
  const here = linkIn(root, inputs, script, { TZ: 'UTC', LC_ALL: 'C' });
  const away = join(folder, script);
  for (const input of inputs) cpSync(join(root, input), join(away, input));
  const there = linkIn(
    join(away, 'fixtures'),
    inputs.map((input) => join(away, input)),
    script,
    { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
  );
  expect(there.equals(here)).toBe(true);
});
