/**
 * The differences that are meant. Each is a fault of the reference that bpfld does not copy, or something that
 * bpfld does better on purpose; everything else that differs fails the test.
 */
import type { Difference } from './difference.ts';

export interface AllowedDifference {
  readonly name: string;
  readonly why: string;
  /** `all` are the differences of the same link. */
  readonly allows: (difference: Difference, all: readonly Difference[]) => boolean;
}

/** The reason that allows a difference. */
export function reasonFor(
  difference: Difference,
  all: readonly Difference[],
): AllowedDifference | undefined {
  return allowedDifferences.find(({ allows }) => allows(difference, all));
}

const hasFolding = (all: readonly Difference[]): boolean =>
  all.some(({ aspect, ours, theirs }) => aspect === 'place' && isFolded(ours, theirs));

const isFolded = (ours: string | undefined, theirs: string | undefined): boolean =>
  ours === '.rodata' && theirs !== undefined && /^\.rodata\.(str|cst)/.test(theirs);

/** The section of a place such as `.bss+64, aligned to 8`, and the map that libbpf makes of it. */
const sectionOf = (where: string): string => where.replace(/\+.*/, '');

const isMapOf = (where: string, section: string): boolean =>
  where.startsWith('map ') && where.endsWith(section);

/** Verdicts of a program that differ in nothing but the size of a map that the verifier mentions. */
function differsInSize(ours: string | undefined, theirs: string | undefined): boolean {
  const sizeless = (text: string | undefined): string | undefined =>
    text?.replace(/value_size=\d+/g, '');
  return ours !== undefined && sizeless(ours) === sizeless(theirs);
}

/** Whether libbpf opens ours and refuses the reference's. */
function opensOursOnly(all: readonly Difference[]): boolean {
  return all.some(
    ({ aspect, where, ours }) => aspect === 'load' && where === 'open' && ours === '0',
  );
}

/** Whether libbpf refuses both; the messages need not be the same. */
function opensNeither(all: readonly Difference[]): boolean {
  return all.some(
    ({ aspect, where, ours, theirs }) =>
      aspect === 'load' && where === 'open' && ours !== '0' && theirs !== '0',
  );
}

export const allowedDifferences: readonly AllowedDifference[] = [
  {
    name: 'constants folded',
    why: 'libbpf.ld lays .rodata.str* and .rodata.cst* into .rodata, equal ones once; the reference leaves sections of which libbpf makes maps of their own',
    allows: ({ aspect, where, ours, theirs }, all) => {
      if (aspect === 'place') {
        return isFolded(ours, theirs) || (sectionOf(where) === '.rodata' && hasFolding(all));
      }
      if (aspect !== 'load' || !hasFolding(all)) return false;
      return /^map .*\.rodata(\.(str|cst).*)?$/.test(where) || differsInSize(ours, theirs);
    },
  },
  {
    name: 'padding',
    why: 'the reference rounds every part of a section up to the strictest alignment so far; bpfld gives each part what it asks for, as ld does',
    allows: ({ aspect, where, ours, theirs }, all) => {
      if (aspect === 'place') {
        const align = Number(/, aligned to (\d+)$/.exec(where)?.[1]);
        return Number(ours) < Number(theirs) && Number(ours) % align === 0;
      }
      const moved = all.filter((one) => one.aspect === 'place' && /aligned to/.test(one.where));
      if (aspect !== 'load' || moved.length === 0) return false;
      return (
        moved.some((one) => isMapOf(where, sectionOf(one.where))) || differsInSize(ours, theirs)
      );
    },
  },
  {
    name: 'loser left out',
    why: 'the reference keeps the body of a weak function that another definition goes before; bpfld drops it with its records',
    allows: ({ aspect, where, ours }) =>
      aspect === 'place' && ours === undefined && where.endsWith(', a loser'),
  },
  {
    name: 'licence symbol kept',
    why: 'of two equal license (or version) sections one copy remains; the reference drops the symbols of the other, and a reference to one becomes a reference to symbol 0',
    allows: ({ aspect, ours, theirs }) =>
      aspect === 'symbol' && theirs === undefined && / in (license|version) at 0 /.test(ours!),
  },
  {
    name: 'extern stays undefined',
    why: 'the reference emits an unresolved extern whose DATASEC is that of a section of its own object as if it were defined there',
    allows: (difference, all) => isExtern(difference, all),
  },
  {
    name: 'variable at its symbol',
    why: "the reference leaves a variable's DATASEC offset at that of its first declaration; libbpf then fails to find the definition",
    allows: (difference, all) =>
      isStale(difference, all) ||
      (difference.aspect === 'load' && opensOursOnly(all) && all.some((one) => isStale(one, all))),
  },
  {
    name: 'the same kfunc twice',
    why: "the reference asks for the size of a kfunc that two objects declare, which has none: 'failed to resolve size of underlying type'",
    allows: ({ aspect, ours, theirs }) =>
      aspect === 'verdict' &&
      ours === 'links' &&
      /failed to resolve size of underlying type/.test(theirs!),
  },
  {
    name: 'licence flags',
    why: 'the reference refuses equal licences of which one is a constant and one a variable',
    allows: ({ aspect, ours, theirs }) =>
      aspect === 'verdict' && ours === 'links' && /sec license flags mismatch/.test(theirs!),
  },
  {
    name: 'refused at the link',
    why: 'bpfld checks what it writes against the rules of libbpf, which refuses the output of the reference',
    allows: ({ aspect, ours, theirs }) =>
      aspect === 'verdict' && theirs === 'links, does not open' && /LIBBPF-0\d\d/.test(ours!),
  },
];

/** One variable of a section at two offsets: ours is where the symbol is, which compare-symbols.ts checks. */
function isStale({ aspect, where, ours, theirs }: Difference, all: readonly Difference[]): boolean {
  if (aspect !== 'variable') return false;
  const text = ours ?? theirs!;
  const name = /^\S+/.exec(text)![0];
  const other = all.some(
    (one) =>
      one.aspect === 'variable' &&
      one.where === where &&
      (ours === undefined ? one.ours : one.theirs)?.startsWith(`${name} at `),
  );
  return other && /linkage 1/.test(text);
}

/** A name that ours has undefined and the reference's has in a section, or what follows from that. */
function isExtern(
  { aspect, where, ours, theirs }: Difference,
  all: readonly Difference[],
): boolean {
  const undefinedNames = all.flatMap((one) => {
    const name = one.aspect === 'symbol' && /^(\S+) in UND /.exec(one.ours ?? '')?.[1];
    return name ? [name] : [];
  });
  switch (aspect) {
    case 'symbol': {
      const name = /^(\S+) in /.exec(ours ?? theirs ?? '')?.[1];
      const isReferences = theirs !== undefined && / size 0 type 0 /.test(theirs);
      return undefinedNames.includes(name!) && (ours !== undefined || isReferences);
    }
    case 'relocation':
      return undefinedNames.some(
        (name) => ours === theirs?.replace(/\(.*\)$/, '()') && ours?.includes(` to ${name}+0 `),
      );
    case 'variable':
      return (
        ours === undefined &&
        !['.ksyms', '.kconfig'].includes(where) &&
        undefinedNames.some(
          (name) => theirs!.startsWith(`${name} at 0 `) && /linkage 2/.test(theirs!),
        )
      );
    case 'load':
      return undefinedNames.length > 0 && opensNeither(all) && ['open', 'log'].includes(where);
    default:
      return false;
  }
}
