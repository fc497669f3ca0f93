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

/** Maps, or verdicts of a program that mention one, which differ in nothing but its size and contents. */
function differsInSize({ ours, theirs }: Difference): boolean {
  const sizeless = (text: string): string =>
    text.replace(/value_size=\d+|"value":\d+|"contents":"[0-9a-f]*"/g, '');
  return ours !== undefined && theirs !== undefined && sizeless(ours) === sizeless(theirs);
}

/** Whether a program differs in nothing but the verifier's messages. */
function sameVerdict({ where, ours, theirs }: Difference): boolean {
  const silent = (text: string): string => text.replace(/"log":"(\\.|[^"\\])*"/, '');
  return where.startsWith('program ') && silent(ours ?? '') === silent(theirs ?? '');
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
    allows: (difference, all) => {
      const { aspect, where, ours, theirs } = difference;
      if (aspect === 'place') {
        return isFolded(ours, theirs) || (sectionOf(where) === '.rodata' && hasFolding(all));
      }
      if (aspect !== 'load' || !hasFolding(all)) return false;
      const oneSided = ours === undefined || theirs === undefined;
      return oneSided
        ? /^map .*\.rodata(\.(str|cst).*)?$/.test(where)
        : differsInSize(difference) && (isMapOf(where, '.rodata') || where.startsWith('program '));
    },
  },
  {
    name: 'padding',
    why: 'the reference rounds every part of a section up to the strictest alignment so far; bpfld gives each part what it asks for, as ld does',
    allows: (difference, all) => {
      const { aspect, where, ours, theirs } = difference;
      if (aspect === 'place') {
        const align = Number(/, aligned to (\d+)$/.exec(where)?.[1]);
        return Number(ours) < Number(theirs) && Number(ours) % align === 0;
      }
      const moved = all.filter((one) => one.aspect === 'place' && /aligned to/.test(one.where));
      if (aspect !== 'load' || !differsInSize(difference)) return false;
      return moved.some(
        (one) => isMapOf(where, sectionOf(one.where)) || where.startsWith('program '),
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
    name: 'parameters named',
    why: 'the kernel refuses all BTF of an object of which one function has a parameter without a name; bpfld names it',
    allows: (difference, all) => {
      if (namesParameters(difference)) return true;
      if (difference.aspect !== 'load' || !all.some(namesParameters)) return false;
      // The verifier has more to say to what has types; what it decides has to be the same.
      return difference.where === 'log' || sameVerdict(difference);
    },
  },
  {
    name: 'types taken by the kernel',
    why: 'clang gives an enum that is only declared no size, for which the kernel refuses all BTF; bpfld gives it that of an int',
    allows: ({ aspect, where, ours }, all) =>
      aspect === 'load' &&
      where === 'log' &&
      ours === undefined &&
      all.some(({ theirs }) => theirs?.includes('Error loading .BTF into kernel')),
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

function namesParameters({ aspect, ours, theirs }: Difference): boolean {
  if (aspect !== 'parameters' || theirs === undefined) return false;
  const named = theirs.split(',').map((name, i) => name || `arg${i + 1}`);
  return ours === named.join();
}

/** One variable of a section that ours has where its symbol is and the reference elsewhere. */
function isStale({ aspect, where, ours, theirs }: Difference, all: readonly Difference[]): boolean {
  if (aspect !== 'variable') return false;
  const name = /^\S+/.exec(ours ?? theirs!)![0];
  const has = (side: 'ours' | 'theirs', place: string): boolean =>
    all.some(
      (one) =>
        one.aspect === aspect &&
        one.where === where &&
        one[side]?.startsWith(`${name} at `) &&
        one[side].includes(` ${place} its symbol `),
    );
  return has('ours', 'as') && has('theirs', 'apart from');
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
      // Its VAR is still there: compare-types.ts sees to it.
      return (
        ours === undefined &&
        / linkage 2 /.test(theirs!) &&
        !['.ksyms', '.kconfig'].includes(where) &&
        !all.some((one) => one.aspect === aspect && one.where === where && one.ours !== undefined)
      );
    case 'load':
      return undefinedNames.length > 0 && opensNeither(all) && ['open', 'log'].includes(where);
    default:
      return false;
  }
}
