/**
 * `npm run bench`: how long bpfld takes as a whole process, how much memory, how large its output is; beside
 * the linkers for BPF that this machine has (`bpftool gen object`, GNU `bpf-ld -r`), and beside Node itself,
 * which is the least that bpfld can take.
 *
 * The contenders of a set run in turns, so that what else the machine does meets all alike; medians count.
 * GNU ld's work is not the same: it copies BTF and debug information instead of merging the one and leaving
 * out the other.
 *
 *     npm run bench                      all sets, 9 rounds
 *     npm run bench -- --quick           the small ones
 *     npm run bench -- --set small-2000 --set corpus --rounds 15
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { largestSet, someObjects } from './corpus.mjs';
import { generateObjects } from './generate.mjs';
import { findCommand, inTurns, peakMemory } from './measure.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'bpfld-bench-'));
const output = join(work, 'out.o');

const node = process.execPath;
const bpfld = join(root, 'bin/bpfld.js');
const floor = (count) => ({ name: 'node -e 0', commands: Array(count).fill([node, '-e', '0']) });

const linkers = [
  { name: 'bpfld', command: node, words: (objects) => [bpfld, ...objects, '-o', output] },
  {
    name: 'bpftool gen object',
    command: findCommand('bpftool'),
    words: (objects) => ['gen', 'object', output, ...objects],
  },
  {
    name: 'bpf-ld -r',
    command: findCommand('bpf-ld'),
    words: (objects) => ['-r', ...objects, '-o', output],
  },
];

/** Each of the `links`, which are lists of objects, by everyone. */
function link(title, links) {
  const contenders = linkers
    .filter(({ command }) => command !== undefined)
    .map(({ name, command, words }) => ({
      name,
      output,
      commands: links.map((objects) => [command, ...words(objects)]),
    }));
  const size = links.flat().reduce((sum, path) => sum + statSync(path).size, 0);
  return {
    title: `${title}, ${(size / 1e6).toFixed(1)} MB`,
    contenders: [floor(links.length), ...contenders],
  };
}

async function generated(kind, count, title) {
  const objects = await generateObjects(kind, count);
  return objects && link(`${count} ${title}`, [objects]);
}

function ofCorpus(title, links) {
  return links.flat().length === 0 ? undefined : link(title, links);
}

/** By name; undefined where the machine lacks what a set is made of. */
const sets = {
  start: () => ({
    title: 'no link',
    contenders: [floor(1), { name: 'bpfld --version', commands: [[node, bpfld, '--version']] }],
  }),
  ...Object.fromEntries(
    [2, 250, 500, 1000, 2000].map((count) => [
      `small-${count}`,
      () => generated('small', count, 'small objects'),
    ]),
  ),
  ...Object.fromEntries(
    [190, 1900].map((count) => [
      `kernel-${count}`,
      () => generated('kernel', count, "objects with DWARF of the kernel's types"),
    ]),
  ),
  corpus: () => {
    const objects = someObjects(20);
    return ofCorpus(
      `${objects.length} objects of the corpus one by one`,
      objects.map((path) => [path]),
    );
  },
  'corpus-set': () => {
    const objects = largestSet();
    return ofCorpus(`${objects.length} objects of the corpus together`, [objects]);
  },
};
const quick = ['start', 'small-2', 'small-250', 'small-1000', 'kernel-190'];

const milliseconds = (value) => `${value.toFixed(1)} ms`;
const kibibytes = (value) => (value === undefined ? '-' : `${(value / 1024).toFixed(0)} KiB`);

function row(name, ...cells) {
  const line = name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join('');
  process.stdout.write(`${line.trimEnd()}\n`);
}

/** A line for each contender, with bpfld's time by its. */
function printSet({ title, contenders }, rounds) {
  process.stdout.write(`\n${title}\n`);
  row('', 'time', 'bpfld to it', 'memory', 'output');
  const measured = inTurns(contenders, rounds);
  const own = measured.find(({ contender }) => contender.name.startsWith('bpfld'));
  for (const { contender, median, failure } of measured) {
    if (failure !== undefined) {
      row(`  ${contender.name}`, `fails: ${failure}`);
      continue;
    }
    const ratio = contender === own.contender ? '' : (own.median / median).toFixed(2);
    const memory = kibibytes(peakMemory(contender));
    const size = contender.output === undefined ? '-' : kibibytes(statSync(output).size);
    row(`  ${contender.name}`, milliseconds(median), ratio, memory, size);
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '9' },
  },
});
const names = values.set ?? (values.quick ? quick : Object.keys(sets));
const unknown = names.filter((name) => !Object.hasOwn(sets, name));
if (unknown.length > 0) {
  process.stderr.write(`no set ${unknown.join(', ')}; there are ${Object.keys(sets).join(', ')}\n`);
  process.exit(2);
}
const rounds = Math.max(7, Number(values.rounds) || 0);

try {
  process.stdout.write(`whole processes, medians of ${rounds}; node ${process.version}\n`);
  for (const { name, command } of linkers) {
    if (command === undefined) process.stdout.write(`${name} is not here: left out\n`);
  }
  for (const name of names) {
    const set = await sets[name]();
    if (set === undefined) process.stdout.write(`\n${name}: not to be had on this machine\n`);
    else printSet(set, rounds);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
