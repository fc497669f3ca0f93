/** Compiles types that were printed as C, and compares what clang makes of them with what they were. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteOrder } from '../../../src/base/bytes.ts';
import {
  type Btf,
  KIND,
  peel,
  printHeader,
  readBtf,
  sizeOf,
  typeIds,
} from '../../../src/btf/index.ts';
import { readElf } from '../../../src/elf/index.ts';

/** The types of the header for `btf`, as clang 19 compiles them. */
export function compiled(btf: Btf, order: ByteOrder): Btf {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-types-'));
  try {
    const header = printHeader(btf);
    // A variable for each struct, or clang leaves the struct out.
    const tags = [...header.matchAll(/^((?:struct|union) \w+) \{/gm)].map(([, tag]) => tag!);
    const uses = tags.map((tag, i) => `${tag} *variable_${i};\n`);
    writeFileSync(join(directory, 'types.h'), header);
    writeFileSync(
      join(directory, 'types.c'),
      ['#include "types.h"\n#include "types.h"\nint used;\n', ...uses].join(''),
    );
    const target = order === 'little' ? 'bpfel' : 'bpfeb';
    execFileSync('clang-19', ['-target', target, '-g', '-O2', '-c', 'types.c', '-o', 'types.o'], {
      cwd: directory,
      stdio: 'pipe',
    });
    const { object } = readElf(new Uint8Array(readFileSync(join(directory, 'types.o'))), 'types.o');
    const section = object?.sections.find(({ name }) => name === '.BTF');
    return readBtf(section!.bytes, order).btf!;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function isStruct(btf: Btf, id: number): boolean {
  return btf.kind(id) === KIND.STRUCT || btf.kind(id) === KIND.UNION;
}

/** Size and members, `name@bit:width/bytes`, those of anonymous structs at their places; without padding. */
function layoutOf(btf: Btf, id: number): string {
  const lines: string[] = [];
  const add = (struct: number, start: number): void => {
    for (const { name, type, offsetBits, sizeBits } of btf.members(struct)) {
      const at = start + offsetBits;
      const inner = peel(btf, type);
      const anonymous = isStruct(btf, inner) && btf.name(inner) === '';
      if (name !== '' && !/^__pad(___\d+)?$/.test(name)) {
        lines.push(`${name}@${at}:${sizeBits}/${sizeOf(btf, type)}`);
      }
      if (anonymous) add(inner, at);
    }
  };
  add(id, 0);
  return `${btf.size(id)} ${lines.join(' ')}`;
}

/** By name, without the suffix that tells types of one name apart; sorted. */
export function layouts(btf: Btf): string[] {
  const named = [...typeIds(btf)].filter((id) => isStruct(btf, id) && btf.name(id) !== '');
  return named.map((id) => `${btf.name(id).replace(/___\d+$/, '')} ${layoutOf(btf, id)}`).sort();
}
