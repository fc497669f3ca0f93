/** `--trap-symbols` and LOWER(trap: ...): calls that become exits. */
import { expect, test } from 'vitest';
import {
  addImm,
  call,
  exit,
  jumpIfImm,
  loadReg,
  movImm,
  movReg,
  storeImm,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { STT } from '../../src/elf/constants.ts';
import type { LinkOptions } from '../../src/link-types.ts';
import { linked, linkObjects, shippedScript } from '../support/link.ts';
import type { ObjectSpec } from '../support/object.ts';
import { callOf, type FunctionSpec, type Line, program, ref } from './support/assemble.ts';
import { run } from './support/interpreter.ts';

type Lines = readonly (Instruction | Line)[];
type Options = Omit<LinkOptions, 'inputs' | 'script'>;

const SECTIONS =
  'SECTIONS { license : { *(license) } .text : { *(.text) } .rodata : { *(.rodata) } classifier : { *(classifier) } }';
const panics: Options = { trapSymbols: ['*panic*'] };

function chain(main: Lines, subprograms: Readonly<Record<string, Lines>> = {}): ObjectSpec {
  return program({
    classifier: [{ name: 'main', binding: 'global', lines: main }],
    '.text': Object.entries(subprograms).map(([name, lines]): FunctionSpec => ({ name, lines })),
  });
}

function instructions(made: ObjectSpec, text: string, options: Options, section = 'classifier') {
  const { bytes } = linked({ 'a.o': made }, text, options).section(section);
  const { code } = Code.decode(bytes, 'little', { file: 'out', section });
  const all: Instruction[] = [];
  for (let slot = 0; slot < code!.length; slot = code!.next(slot)) all.push(code!.at(slot));
  return all;
}

/** What the program gives for packets of these lengths. */
function results(made: ObjectSpec, text: string, lengths: readonly number[]): number[] {
  const { elf } = linked({ 'a.o': made }, text, panics);
  return lengths.map((length) => {
    const { status, result } = run(elf, 'classifier', new Uint8Array(length));
    expect(status).toBe('exited');
    return result;
  });
}

const checked = [
  loadReg(4, 6, 1, 0),
  jumpIfImm(0x20, 6, 80, 2),
  movReg(0, 6),
  exit(),
  callOf('core_panic'),
];

test('an undefined function is not called: the program returns 0', () => {
  const expected = [...checked.slice(0, 4), movImm(0, 0), exit()];
  expect(instructions(chain(checked), SECTIONS, panics)).toEqual(expected);
});

test('the script says it too', () => {
  const text = `LOWER(trap: abort core_*)\n${SECTIONS}`;
  expect(instructions(chain(checked), text, {}).at(-1)).toEqual(exit());
});

test('the output has no symbol of it', () => {
  const { elf } = linked({ 'a.o': chain(checked) }, shippedScript('libbpf.ld').text, panics);
  expect(elf.symbols.map(({ name }) => name)).not.toContain('core_panic');
});

test('a defined function is not called either, by whatever the call names it', () => {
  const called = chain(checked, { core_panic: [movImm(0, 9), exit()] });
  expect(instructions(called, SECTIONS, panics).slice(4)).toEqual([movImm(0, 0), exit()]);
  const bySection = chain([callOf('.text'), exit()], { core_panic: [movImm(0, 9), exit()] });
  expect(instructions(bySection, SECTIONS, panics)).toEqual([movImm(0, 0), exit()]);
});

test('what only its return led to is left out, with what that refers to', () => {
  const main = [...checked, ref(1, 'table'), loadReg(1, 0, 1, 0), call(5), exit()];
  const made = program(
    { classifier: [{ name: 'main', binding: 'global', lines: main }] },
    { '.rodata': [{ name: 'table', bytes: [1, 2, 3, 4] }] },
  );
  const tc = shippedScript('tc.ld').text;
  expect(instructions(made, tc, panics).slice(-2)).toEqual([movImm(0, 0), exit()]);
  expect(instructions(made, SECTIONS, panics)).toHaveLength(6);
});

const fail = [storeImm(8, 10, -8, 1), callOf('core_panic')];
const nested = chain(
  [
    loadReg(4, 6, 1, 0),
    movReg(1, 6),
    callOf('check'),
    jumpIfImm(0x20, 6, 100, 1),
    exit(),
    callOf('fail'),
  ],
  {
    check: [jumpIfImm(0x20, 1, 80, 2), movImm(0, 7), exit(), callOf('core_panic')],
    fail,
  },
);

test('without inlining the function that calls returns 0; one that never returns ends its callers', () => {
  expect(results(nested, SECTIONS, [70, 90, 110])).toEqual([7, 0, 0]);
  expect(instructions(nested, SECTIONS, panics).slice(-3)).toEqual([
    expect.objectContaining({ opcode: 0x85 }),
    movImm(0, 0),
    exit(),
  ]);
  const copied = `LOWER(calls: copy)\n${SECTIONS}`;
  expect(results(nested, copied, [70, 90, 110])).toEqual([7, 0, 0]);
});

test('a caller goes on with the 0 where functions remain, and ends where they are inlined', () => {
  const made = chain([loadReg(4, 1, 1, 0), callOf('check'), addImm(0, 1), exit()], {
    check: [jumpIfImm(0x20, 1, 80, 2), movImm(0, 7), exit(), callOf('core_panic')],
  });
  expect(results(made, SECTIONS, [70, 90])).toEqual([8, 1]);
  expect(results(made, `LOWER(calls: inline)\n${SECTIONS}`, [70, 90])).toEqual([8, 0]);
});

test('inlined, nothing stands behind a call that never returns', () => {
  const text = `LOWER(calls: inline)\n${SECTIONS}`;
  expect(results(nested, text, [70, 90, 110])).toEqual([7, 0, 0]);
  expect(instructions(nested, text, panics).slice(-3)).toEqual([
    storeImm(8, 10, -8, 1),
    movImm(0, 0),
    exit(),
  ]);
});

test('what nothing matches stays a call', () => {
  const { diagnostics } = linkObjects({ 'a.o': chain(checked) }, shippedScript('tc.ld').text, {
    trapSymbols: ['abort'],
  });
  expect(diagnostics.map(({ message }) => message).join()).toContain('core_panic');
});

test('LOWER-033: a pattern that no name fits', () => {
  const { diagnostics } = linkObjects({ 'a.o': chain(checked) }, shippedScript('libbpf.ld').text, {
    trapSymbols: ['core_panc'],
  });
  expect(diagnostics).toContainEqual(
    expect.objectContaining({
      code: 'LOWER-033',
      severity: 'warning',
      message: "--trap-symbols core_panc: no object names it (did you mean 'core_panic'?)",
    }),
  );
});

test('sizes of functions follow', () => {
  const { elf } = linked({ 'a.o': nested }, SECTIONS, panics);
  const sizes = elf.symbols
    .filter(({ type }) => type === STT.FUNC)
    .map(({ name, size }) => [name, size]);
  expect(Object.fromEntries(sizes)).toEqual({ main: 64, check: 40, fail: 24 });
});
