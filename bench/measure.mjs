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

/** Each contender once a round, after one that does not count. Times are in milliseconds. */
export function inTurns(contenders, rounds) {
  const measured = contenders.map((contender) => ({ contender, times: [], failure: undefined }));
  for (let round = 0; round <= rounds; round++) {
    for (const entry of measured) {
      if (entry.failure !== undefined) continue;
      const { time, failure } = run(entry.contender);
      entry.failure = failure;
      if (round > 0) entry.times.push(time);
    }
  }
  return measured.map((entry) => ({ ...entry, median: median(entry.times) }));
}

function run({ command, words }) {
  const before = process.hrtime.bigint();
  const { status, signal, stderr } = spawnSync(command, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const time = Number(process.hrtime.bigint() - before) / 1e6;
  if (status === 0) return { time };
  return { time, failure: stderr.split('\n')[0] || `${signal ?? status}` };
}

function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const time = findCommand('time');

/** The largest resident set of a run in bytes, the median of three; undefined without GNU time. */
export function peakMemory({ command, words }) {
  if (time === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'bpfld-bench-'));
  try {
    const report = join(folder, 'report');
    const peaks = [1, 2, 3].map(() => {
      spawnSync(time, ['-f', '%M', '-o', report, command, ...words], { stdio: 'ignore' });
      return Number(readFileSync(report, 'utf8')) * 1024;
    });
    return median(peaks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
