/**
 * `npm run demo`, from objects that are in the repository: objects linked for libbpf, a mistake found, an
 * object for another loader; then the problem of tc's own loader, and what bpfld makes of it. Needs no network
 * and no root. As root, with a tc that has its own ELF loader, tc also shows what it makes of the object before
 * and after.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { link, renderDiagnostic } from 'bpfld';
import { openLoader } from './demo/loader.mjs';
import { compareCode, listRelocations } from './demo/object.mjs';

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, red, green, dim] = [paint(1), paint(31), paint(32), paint(2)];
const say = (text = '') => process.stdout.write(`${text}\n`);
// A reader that goes away (`npm run demo | head`) is no fault.
process.stdout.on('error', () => process.exit());

const cases = [
  { language: 'C, from clang', path: 'fixtures/founding-c/founding.o' },
  { language: 'Rust, from rustc', path: 'fixtures/founding-rust/founding.o' },
];

const root = new URL('../', import.meta.url);
const directory = mkdtempSync(join(tmpdir(), 'bpfld-demo-'));
process.on('exit', () => rmSync(directory, { recursive: true }));

const maps = ['fixtures/linked-maps/one.o', 'fixtures/linked-maps/two.o'];
const clash = ['fixtures/declarations/function-use.o', 'fixtures/declarations/function-long.o'];
say(bold('For libbpf: two objects whose programs and maps refer to each other'));
if (show(...maps, '-o', join(directory, 'prog.o')) !== 0) process.exitCode = 1;
show('inspect', join(directory, 'prog.o'));
say(bold('\nA declaration that is not what the other object defines'));
if (show(...clash, '-o', join(directory, 'clash.o')) !== 1) process.exitCode = 1;
say(bold('\nWhat each loader would say of an object; then the same object, linked for aya'));
const elsewhere = 'fixtures/aya/names.o';
const linked = join(directory, 'names.o');
if (show('check', elsewhere) !== 0) process.exitCode = 1;
if (show(elsewhere, '--profile', 'aya', '-o', linked) !== 0) process.exitCode = 1;
if (show('check', linked, '--profile', 'aya') !== 0) process.exitCode = 1;
say();

const script = {
  name: 'tc.ld',
  text: readFileSync(new URL('linker-scripts/tc.ld', root), 'utf8'),
};
const loader = openLoader();

for (const { language, path } of cases) {
  say(bold(`${language}: bpfld ${path} -T tc.ld -o prog.o`));
  const input = new Uint8Array(readFileSync(new URL(path, root)));
  const { output, diagnostics } = link({ inputs: [{ path, bytes: input }], script });
  for (const diagnostic of diagnostics) say(renderDiagnostic(diagnostic, colour));
  if (output === undefined) {
    process.exitCode = 1;
    continue;
  }
  showRelocations("what the code refers to, before (!: tc's loader refuses it)", input);
  showRelocations('after', output);
  showCode(compareCode(input, output));
  if (loader.load !== undefined) {
    showLoad('tc, before', loader.load(input));
    showLoad('tc, after', loader.load(output));
  }
  say();
}
if (loader.load === undefined) say(`tc itself was not asked: ${loader.why}.`);

/** Runs bpfld as a user does, and gives its exit code. */
function show(...words) {
  say(`\n  bpfld ${words.map((word) => word.replace(`${directory}/`, '')).join(' ')}`);
  const bpfld = fileURLToPath(new URL('bin/bpfld.js', root));
  const options = { cwd: root, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bpfld, ...words], options);
  const lines = `${stdout}${stderr}`.replaceAll(`${directory}/`, '').trimEnd();
  for (const line of lines === '' ? [] : lines.split('\n')) say(line && `    ${line}`);
  return status;
}

function showRelocations(title, bytes) {
  say(`\n  ${title}`);
  for (const { place, section, constant } of listRelocations(bytes)) {
    if (constant === undefined) say(`      ${place}  ${section}`);
    else say(`${red(`    ! ${place}  ${section}`)}  ${dim(`holds ${constant}`)}`);
  }
}

function showCode(lines) {
  say('\n  the code, before (-) and after (+)');
  for (const { change, text, note } of lines) {
    const paintLine = change === '-' ? red : change === '+' ? green : (line) => line;
    const line = `    ${change} ${text}`;
    say(note === undefined ? paintLine(line) : `${paintLine(line.padEnd(32))}  ${dim(note)}`);
  }
}

function showLoad(title, { loaded, message }) {
  say(`\n  ${title}: ${loaded ? green('loaded') : red('refused')}`);
  if (!loaded) for (const line of message) say(`      ${line}`);
}
