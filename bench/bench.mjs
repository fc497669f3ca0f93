/**
 * `npm run bench`: how long bpfld takes as a whole process, how much memory, how large its output is; beside
 * the linkers for BPF that this machine has (`bpftool gen object`, GNU `bpf-ld -r`).
 *
 * The work is not quite the same: bpftool also merges BTF, which bpfld leaves out and bpf-ld copies.
 *
 * The contenders of a group run in turns, so that what else the machine does meets all alike; medians count.
 * `npm run bench -- --rounds 15` takes more of them than the 9 of the default.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateObjects } from './generate.mjs';
import { findCommand, inTurns, peakMemory } from './measure.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Math.max(7, Number(values.rounds) || 0);

const root = fileURLToPath(new URL('../', import.meta.url));
const fixture = (path) => join(root, 'fixtures', path);
const work = mkdtempSync(join(tmpdir(), 'bpfld-bench-'));
const output = join(work, 'out.o');

const node = process.execPath;
const bpfld = join(root, 'bin/bpfld.js');
const peers = [
  {
    name: 'bpftool gen object',
    command: 'bpftool',
    words: (objects) => ['gen', 'object', output, ...objects],
  },
  { name: 'bpf-ld -r', command: 'bpf-ld', words: (objects) => ['-r', ...objects, '-o', output] },
].flatMap(({ command, ...peer }) => {
  const path = findCommand(command);
  if (path === undefined) process.stdout.write(`${command} is not here: left out\n`);
  return path === undefined ? [] : [{ ...peer, path }];
});

/** The same objects linked by everyone, without change of code. */
function linkers(objects) {
  const own = [bpfld, ...objects, '-T', 'generic.ld', '-o', output];
  return [
    { name: 'bpfld -T generic.ld', command: node, words: own, output },
    ...peers.map(({ name, path, words }) => ({
      name,
      command: path,
      words: words(objects),
      output,
    })),
  ];
}

function* groups() {
  const founding = [bpfld, fixture('founding-c/founding.o'), '-T', 'tc.ld', '-o', output];
  yield {
    title: 'one small object',
    contenders: [
      { name: 'node -e 0', command: node, words: ['-e', '0'] },
      { name: 'bpfld --version', command: node, words: [bpfld, '--version'] },
      { name: 'bpfld founding.o -T tc.ld', command: node, words: founding, output },
    ],
  };
  const pair = [fixture('clash-static/program.o'), fixture('clash-static/helper.o')];
  yield { title: "two objects, clang's (fixtures/clash-static)", contenders: linkers(pair) };
  for (const count of [2, 50, 250, 1000]) {
    const objects = generateObjects(join(work, `${count}`), count);
    yield { title: `${count} objects, generated`, contenders: linkers(objects) };
  }
}

const milliseconds = (value) => `${value.toFixed(1)} ms`;
const kibibytes = (value) => (value === undefined ? '-' : `${(value / 1024).toFixed(0)} KiB`);

function row(name, ...cells) {
  const line = name.padEnd(30) + cells.map((cell) => cell.padStart(12)).join('');
  process.stdout.write(`${line.trimEnd()}\n`);
}

try {
  process.stdout.write(
    `whole processes, medians of ${rounds}; ratios to a group's first line; node ${process.version}\n`,
  );
  for (const { title, contenders } of groups()) {
    process.stdout.write('\n');
    row(title, 'time', 'ratio', 'memory', 'output');
    const measured = inTurns(contenders, rounds);
    const [first] = measured;
    for (const { contender, median, failure } of measured) {
      const { name } = contender;
      if (failure !== undefined) {
        row(`  ${name}`, `fails: ${failure}`);
        continue;
      }
      const memory = kibibytes(peakMemory(contender));
      const size = contender.output === undefined ? '-' : kibibytes(statSync(output).size);
      row(`  ${name}`, milliseconds(median), (median / first.median).toFixed(2), memory, size);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
