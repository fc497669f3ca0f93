/** Time and memory of whole processes. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The path of a command on PATH, or in the directories where administrators' tools are. */
export function findCommand(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Each contender once a round, after one round that does not count. A contender has `commands`, of which a
 * round runs all, one after the other; its time is their sum, in milliseconds.
 */
export function inTurns(contenders, rounds) {
  const measured = contenders.map((contender) => ({ contender, times: [], failure: undefined }));
  for (let round = 0; round <= rounds; round++) {
    for (const entry of measured) {
      let sum = 0;
      for (const words of entry.contender.commands) {
        if (entry.failure !== undefined) break;
        const { time, failure } = run(words);
        entry.failure = failure;
        sum += time;
      }
      if (round > 0) entry.times.push(sum);
    }
  }
  return measured.map((entry) => ({ ...entry, median: median(entry.times) }));
}

function run([command, ...words]) {
  const before = process.hrtime.bigint();
  const { status, signal, stderr } = spawnSync(command, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const time = Number(process.hrtime.bigint() - before) / 1e6;
  if (status === 0) return { time };
  return { time, failure: stderr.split('\n')[0] || `${signal ?? status}` };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const time = findCommand('time');

/** The largest resident set of the largest command in bytes, the median of three; undefined without GNU time. */
export function peakMemory({ commands }) {
  if (time === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'bpfld-bench-'));
  try {
    const report = join(folder, 'report');
    const peaks = [1, 2, 3].map(() =>
      Math.max(
        ...commands.map((words) => {
          spawnSync(time, ['-f', '%M', '-o', report, ...words], { stdio: 'ignore' });
          return Number(readFileSync(report, 'utf8')) * 1024;
        }),
      ),
    );
    return median(peaks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
