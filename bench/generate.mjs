/**
 * Sets of objects of any size, from clang: programs, functions that call into the next object, variables,
 * maps, BTF and DWARF. Compiling thousands would take minutes, so some dozens are compiled, and the rest are
 * copies in which the number in every name is another (the names keep their length, so nothing moves).
 * What is made stays in the cache until a source, the compiler or this file changes.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCommand } from './measure.mjs';

const sources = fileURLToPath(new URL('./sources/', import.meta.url));
export const cache = process.env.BPFLD_CACHE ?? join(homedir(), '.cache/bpfld');
const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';

/** Of programs; each is a kind that libbpf knows. */
const SECTIONS = ['tc', 'xdp', 'socket', 'sk_msg', 'cgroup_skb/ingress', 'kprobe/do_exit'];

/** How many different objects are compiled; one more, the first of a set, has the license. */
const VARIANTS = 60;
const [SELF, NEXT] = ['selfself', 'nextnext'];

/**
 * The paths of `count` objects, 2 or more, of a `kind`: `small`, or `kernel` with a vmlinux.h and its DWARF.
 * Undefined where the machine lacks what they are made with. A larger set begins with the smaller ones.
 */
export async function generateObjects(kind, count) {
  const clang = ['clang', 'clang-19', 'clang-18', 'clang-17', 'clang-16'].find(findCommand);
  if (clang === undefined) return undefined;
  const header = kind === 'kernel' ? kernelHeader() : '';
  if (header === undefined) return undefined;
  const folder = join(cache, 'bench', `${kind}-${digest(kind, clang, header)}`);
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.o`));
  if (paths.every(existsSync)) return paths;

  mkdirSync(folder, { recursive: true });
  if (header !== '') writeFileSync(join(folder, 'vmlinux.h'), header);
  const variants = await compileAll(kind, clang, folder, VARIANTS);
  paths.forEach((path, index) => {
    const template = index === 0 ? variants[0] : variants[1 + (index % (variants.length - 1))];
    writeFileSync(`${path}.new`, renumber(template, index, index === 0 ? 1 : index - 1));
    renameSync(`${path}.new`, path);
  });
  return paths;
}

function kernelHeader() {
  const bpftool = findCommand('bpftool');
  if (bpftool === undefined || !existsSync(KERNEL_TYPES)) return undefined;
  const words = ['btf', 'dump', 'file', KERNEL_TYPES, 'format', 'c'];
  return execFileSync(bpftool, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

function digest(kind, clang, header) {
  const hash = createHash('sha256')
    .update(header)
    .update(execFileSync(clang, ['--version']));
  for (const name of ['shared.h', `${kind}.c`]) hash.update(readFileSync(join(sources, name)));
  return hash
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 16);
}

/** The compiled variants; the first is variant 0 with the license. */
async function compileAll(kind, clang, folder, variants) {
  const compiled = [];
  let next = 0;
  const work = async () => {
    while (next <= variants) {
      const index = next++;
      const output = join(folder, `variant-${index}.tmp`);
      const variant = Math.max(0, index - 1);
      const words = ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-c', '-o', output];
      const macros = [`-DVARIANT=${variant}`, `-DSELF=${SELF}`, `-DNEXT=${NEXT}`];
      macros.push(`-DSECTION="${SECTIONS[variant % SECTIONS.length]}"`, '-D__TARGET_ARCH_x86');
      if (index === 0) macros.push('-DWITH_LICENSE');
      const from = [`-I${folder}`, join(sources, `${kind}.c`)];
      await promisify(execFile)(clang, [...words, ...macros, ...from]);
      compiled[index] = readFileSync(output);
      rmSync(output);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return compiled;
}

/** `template` as object `self`, which refers to object `next`. */
function renumber(template, self, next) {
  const bytes = Buffer.from(template);
  const number = (index) => `x${String(index).padStart(SELF.length - 1, '0')}`;
  for (const [from, to] of [
    [SELF, number(self)],
    [NEXT, number(next)],
  ]) {
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at)) bytes.write(to, at);
  }
  return bytes;
}
