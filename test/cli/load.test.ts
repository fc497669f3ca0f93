import { expect, test } from 'vitest';
import { elf, run } from './support/memory-host.ts';

/** The paths of what was linked, after a run without complaint. */
async function inputsOf(argv: string, files: Record<string, string>): Promise<string[]> {
  const { host, linked } = await run(argv.split(' '), files);
  expect(host.stderr).toBe('');
  return linked?.inputs.map(({ path }) => path) ?? [];
}

const foo = { 'lib/libfoo.a': 'INPUT(f1.o sub/f2.o)', 'lib/f1.o': elf, 'lib/sub/f2.o': elf };

test.each<[string, Record<string, string>, string[]]>([
  ['a.o b.o a.o', { 'a.o': elf, 'b.o': elf }, ['a.o', 'b.o', 'a.o']],
  ['./check', { './check': elf }, ['./check']],
  ['a.o check', { 'a.o': elf, check: elf }, ['a.o', 'check']],
  ['-- -o', { '-o': elf }, ['-o']],
  [
    'a.o -lfoo b.o -Llib',
    { ...foo, 'a.o': elf, 'b.o': elf },
    ['a.o', 'lib/f1.o', 'lib/sub/f2.o', 'b.o'],
  ],
  ['-Lnone -Llib -l:f1.o', foo, ['lib/f1.o']],
  ['-Lx -Ly -lz', { 'x/libz.a': elf, 'y/libz.a': elf }, ['x/libz.a']],
  ['-Lx -Ly -lz', { 'x/libz.a': '/', 'y/libz.a': elf }, ['y/libz.a']],
  [
    'list',
    { list: 'OUTPUT_FORMAT(elf64-bpf) GROUP(a.o -lfoo) SEARCH_DIR(lib)', ...foo, 'a.o': elf },
    ['a.o', 'lib/f1.o', 'lib/sub/f2.o'],
  ],
  ['-T s.ld', { 's.ld': 'INPUT(a.o)', 'a.o': elf }, ['a.o']],
  [
    'a.o -T s.ld c.o',
    { 's.ld': 'INPUT(b.o)', 'a.o': elf, 'b.o': elf, 'c.o': elf },
    ['a.o', 'b.o', 'c.o'],
  ],
  ['-T d/s.ld', { 'd/s.ld': 'INPUT(a.o)', 'd/a.o': elf }, ['d/a.o']],
  ['-T d/s.ld', { 'd/s.ld': 'INPUT(a.o)', 'd/a.o': elf, 'a.o': elf }, ['a.o']],
  ['-lfoo -T s.ld', { 's.ld': 'SEARCH_DIR(lib)', ...foo }, ['lib/f1.o', 'lib/sub/f2.o']],
])('%s links the right files', async (argv, files, expected) => {
  expect(await inputsOf(argv, files)).toEqual(expected);
});

test.each<[string, Record<string, string>, string, string]>([
  ['-T s.ld', { 's.ld': 'A', 'd/s.ld': 'B' }, 's.ld', 'A'],
  ['-Ld -T s.ld', { 'd/s.ld': 'B' }, 'd/s.ld', 'B'],
  ['-Ld -T tc.ld', { 'd/tc.ld': 'B' }, 'd/tc.ld', 'B'],
  ['-Ld -T tc.ld', {}, 'tc.ld', 'PROFILE(tc)\n'],
])('%s with %j takes %s', async (argv, files, name, text) => {
  const { linked } = await run([...argv.split(' '), 'a.o'], { ...files, 'a.o': elf });
  expect(linked?.script).toEqual({ name, text });
});

test('INCLUDE looks where -T looks', async () => {
  const { linked } = await run(['a.o', '-Ld'], { 'a.o': elf, 'd/x.ld': 'X' });
  expect(linked?.include?.('x.ld')).toEqual({ name: 'd/x.ld', text: 'X' });
  expect(linked?.include?.('tc.ld')).toEqual({ name: 'tc.ld', text: 'PROFILE(tc)\n' });
  expect(linked?.include?.('none.ld')).toBeUndefined();
});

test('an unknown file is left to the reader of objects', async () => {
  expect(await inputsOf('x', { x: 'ab\0cd' })).toEqual(['x']);
  expect(await inputsOf('x', { x: '' })).toEqual(['x']);
});

const bitcode = 'BC\xc0\xde\0\0';
const rustBitcode = `${bitcode}\0rustc version 1.95.0`;
const wrapper = '\xde\xc0\x17\x0b\0\0';

test.each<[string, Record<string, string>, string]>([
  ['no.o', {}, "CLI-011: cannot read input 'no.o': it does not exist"],
  ['no.o', { 'no.o': '!' }, "CLI-011: cannot read input 'no.o': permission is denied"],
  ['no.o', { 'no.o': '/' }, "CLI-011: cannot read input 'no.o': it is a directory"],
  ['@no', {}, "neither is there a response file 'no'"],
  ['x', { x: 'INPUT(no.o)' }, '>>> x:1:7'],
  ['-T s.ld', { 's.ld': 'INPUT(no.o)' }, '>>> s.ld:1:7'],
  [
    '-lno',
    {},
    "CLI-012: cannot find '-lno': no 'libno.a' in a library directory\n>>> there are no",
  ],
  ['-Ld -Le -lno', {}, '>>> looked in d, e; name more with -L'],
  ['-Ld -l:no.o', {}, "CLI-012: cannot find '-l:no.o': no 'no.o'"],
  ['-Ld -lno', { 'd/libno.a': '!' }, "CLI-011: cannot read input '-lno': permission is denied"],
  [
    'a.o -T tx.ld',
    { 'a.o': elf },
    "CLI-013: cannot find linker script 'tx.ld' (did you mean 'tc.ld'?)",
  ],
  ['a.o -T s.ld', { 'a.o': elf, 's.ld': '!' }, "CLI-011: cannot read linker script 's.ld'"],
  ['x.a', { 'x.a': '!<arch>\n' }, "CLI-014: 'x.a' is an archive"],
  ['-L. -lx', { 'libx.a': '!<thin>\n' }, "CLI-014: 'libx.a' is an archive"],
  ['-T a.o', { 'a.o': elf }, "CLI-021: 'a.o' is an object, not a linker script"],
  ['-T x.a', { 'x.a': '!<arch>\n' }, "CLI-021: 'x.a' is an archive, not a linker script"],
  ['-T x', { x: 'SECTIONS\0' }, "CLI-021: 'x' is a binary file, not a linker script"],
  ['-T s', { s: 'INCLUDE x.o', 'x.o': elf }, "CLI-021: 'x.o' is an object, not a linker script"],
  ['-T tc', {}, "CLI-013: cannot find linker script 'tc' (did you mean 'tc.ld'?)"],
  ['tc.ld', {}, '>>> for the linker script that comes with bpfld use -T tc.ld'],
  ['x.bc', { 'x.bc': bitcode }, 'llc -march=bpfel -filetype=obj x.bc -o x.o'],
  ['x.bc', { 'x.bc': bitcode }, '>>> compile it first, with the llc of the LLVM that made it: '],
  ['x.o', { 'x.o': bitcode }, 'llc -march=bpfel -filetype=obj x.o -o x.bpf.o'],
  [
    'x.o',
    { 'x.o': rustBitcode },
    `>>> compile it for a target that emits objects; the section "Rust"`,
  ],
  ['x.o', { 'x.o': wrapper }, "CLI-015: 'x.o' is LLVM bitcode"],
  ['d.e/x.c', { 'd.e/x.c': 'int x;' }, 'clang -O2 -g -target bpf -c d.e/x.c -o d.e/x.o'],
  ['x.o', { 'x.o': '#include <x.h>' }, 'clang -O2 -g -target bpf -x c -c x.o -o x.bpf.o'],
  ['x.h', { 'x.h': 'int x;' }, "CLI-016: 'x.h' is a C header, not an object"],
  ['x.h', { 'x.h': 'int x;' }, '>>> a header is compiled as part of a C file that includes it'],
  ['x.cpp', { 'x.cpp': 'int x;' }, "CLI-016: 'x.cpp' is C++ source"],
  ['x.S', { 'x.S': 'exit' }, "CLI-016: 'x.S' is assembly source"],
  ['x', { x: '/* c */\n#include <x.h>\n' }, "CLI-016: 'x' is C source"],
  ['x.rs', { 'x.rs': '//' }, `>>> compile it for a target that emits objects; the section "Rust"`],
  ['x', { x: '#![no_std]\n' }, "CLI-016: 'x' is Rust source"],
  ['x.ll', { 'x.ll': ';' }, 'llc -march=bpfel -filetype=obj x.ll -o x.o'],
  ['x', { x: "; ModuleID = 'x'\n" }, "CLI-016: 'x' is LLVM IR source"],
  ['x', { x: 'some words here' }, "CLI-017: 'x' is neither an ELF object nor a linker script"],
  [
    't.ld',
    { 't.ld': 'PROFILE(tc)\nSECTIONS { }' },
    '>>> use it as the script of this link: -T t.ld',
  ],
  ['t.ld', { 't.ld': 'x = 1;' }, "CLI-018: 't.ld' is given as an input"],
  [
    'x',
    { x: 'INPUT(y)', y: 'INPUT(x)' },
    "CLI-019: linker scripts name each other as inputs without end: 'x'",
  ],
])('%s with %j is an error', async (argv, files, message) => {
  const { code, host, linked } = await run(argv.split(' '), files);
  expect(host.stderr).toContain(message);
  expect(code).toBe(1);
  expect(linked).toBeUndefined();
});

test('CLI-019: scripts that double their number come to an end', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`f${at}`, `INPUT(f${at + 1} f${at + 1})`]),
  );
  const { code, host } = await run(['f0'], { ...files, f40: elf });
  expect(code).toBe(1);
  expect(host.stderr.match(/CLI-019/g)).toHaveLength(1);
});

test('every missing file is reported', async () => {
  const { host } = await run(['x.o', 'y.o', '-lz', '--set-from=v.json']);
  for (const name of ['x.o', 'y.o', '-lz', 'v.json']) expect(host.stderr).toContain(`'${name}'`);
});
