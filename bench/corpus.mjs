/** Real objects: those that tools/install-loaders.sh compiles, where they are. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache } from './generate.mjs';
import { findCommand } from './measure.mjs';

const folder = join(cache, 'corpus');

/** Their paths, by name. */
function allObjects() {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.o'))
    .sort()
    .map((path) => join(folder, path));
}

const bpfld = fileURLToPath(new URL('../bin/bpfld.js', import.meta.url));

/** Whether bpfld and, where it is here, bpftool link the objects. */
function isAccepted(objects) {
  const output = join(tmpdir(), `bpfld-bench-${process.pid}.o`);
  const bpftool = findCommand('bpftool');
  const commands = [[process.execPath, bpfld, ...objects, '-o', output]];
  if (bpftool !== undefined) commands.unshift([bpftool, 'gen', 'object', output, ...objects]);
  const accepted = commands.every(
    ([command, ...words]) => spawnSync(command, words, { stdio: 'ignore' }).status === 0,
  );
  rmSync(output, { force: true });
  return accepted;
}

/** Up to `count` objects from all over, each of which both link. */
export function someObjects(count) {
  const all = allObjects();
  const step = Math.max(1, all.length / count);
  const chosen = Array.from(
    { length: Math.min(count, all.length) },
    (_, i) => all[Math.floor(i * step)],
  );
  return chosen.filter((path) => isAccepted([path]));
}

/**
 * As many objects as both link with each other: taken in their order, halves of what is refused apart. To
 * find them takes some minutes, so the list is kept.
 */
export function largestSet() {
  const all = allObjects();
  if (all.length === 0) return [];
  const key = createHash('sha256').update(all.join('\0')).digest('hex').slice(0, 16);
  const list = join(cache, 'bench', `corpus-${key}.txt`);
  if (existsSync(list)) return readFileSync(list, 'utf8').split('\n');
  const chosen = [];
  const add = (objects) => {
    if (isAccepted([...chosen, ...objects])) chosen.push(...objects);
    else if (objects.length > 1) {
      const middle = objects.length >> 1;
      add(objects.slice(0, middle));
      add(objects.slice(middle));
    }
  };
  for (let at = 0; at < all.length; at += 16) add(all.slice(at, at + 16));
  mkdirSync(dirname(list), { recursive: true });
  writeFileSync(list, chosen.join('\n'));
  return chosen;
}
