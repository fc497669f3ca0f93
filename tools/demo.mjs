/**
 * `npm run demo`: the founding problem and what bpfld makes of it, from objects that are in the repository.
 * Needs no network and no root. As root, with a tc that has its own ELF loader, tc also shows what it
 * makes of the object before and after.
 */
import { readFileSync } from 'node:fs';
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
