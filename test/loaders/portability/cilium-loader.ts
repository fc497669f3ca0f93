import {
  type CiliumInstruction,
  type CiliumReport,
  ciliumLoad,
  refusal,
} from '../support/cilium.ts';
import { type Code, type Instruction, pseudo, pseudoCall, type Reference } from './code.ts';
import type { Asked, Reading, RunResult, TargetLoader } from './loader.ts';
import type { Contents } from './references.ts';

export const ciliumLoader: TargetLoader = {
  profile: 'cilium',
  examine: (path, asked) => {
    const runs = asked.programs.flatMap((program) => runsOf(program, asked.packets));
    const report = ciliumLoad(path, { load: true, runs });
    if (!report.spec.ok) return { reading: report.spec.message, programs: new Map() };
    // One program that is refused takes all with it, so then each is tried alone.
    const why = refusal(report);
    const programs = asked.programs.map((program): [string, string | RunResult[]] => {
      if (why === undefined) return [program.name, resultsOf(program.name, report)];
      const only = program.name;
      const alone = ciliumLoad(path, { load: true, only, runs: runsOf(program, asked.packets) });
      return [only, refusal(alone) ?? resultsOf(only, alone)];
    });
    return {
      reading: readingOf(report),
      message: why,
      refusal: why && mapFault(why),
      programs: new Map(programs),
    };
  },
};

function runsOf(
  { name, runs }: Asked['programs'][number],
  packets: Asked['packets'],
): { program: string; data: Uint8Array }[] {
  return runs ? packets.map(({ data }) => ({ program: name, data })) : [];
}

function resultsOf(name: string, { runs = [] }: CiliumReport): RunResult[] {
  return runs
    .filter(({ program }) => program === name)
    .map(({ error, retval, data }) => ({ failed: error !== undefined, retval, data }));
}

/** The message where it is about a map. */
function mapFault(message: string): string | undefined {
  return message.startsWith('map ') ? message : undefined;
}

/** Where cilium/ebpf has another word than libbpf for a type of programs or maps. */
const spelling: Readonly<Record<string, string>> = {
  UnspecifiedProgram: 'unspec',
  Extension: 'ext',
  ProgramArray: 'prog_array',
  LRUCPUHash: 'lru_percpu_hash',
  CgroupStorage: 'cgrp_storage',
  StructOpsMap: 'struct_ops',
};

function readingOf(report: CiliumReport): Reading {
  return {
    programs: new Map(
      Object.entries(report.programs).map(([name, { type, instructions }]) => [
        name,
        { type: spelling[type] ?? type, code: codeOf(instructions) },
      ]),
    ),
    maps: new Map(
      Object.entries(report.maps).map(([name, { type, ...shape }]) => [
        name,
        { ...shape, type: spelling[type] ?? type },
      ]),
    ),
    contents: contentsOf(report),
  };
}

function contentsOf({ maps }: CiliumReport): Contents {
  return new Map(
    Object.entries(maps)
      .filter(([name]) => name.startsWith('.'))
      .map(([name, { contents, valueSize }]) => {
        const hex = contents[0]?.replace('0: ', '');
        const isZero = name.startsWith('.bss') && hex === undefined;
        if (isZero) return [name, new Uint8Array(valueSize)];
        return [name, hex === undefined ? undefined : new Uint8Array(Buffer.from(hex, 'hex'))];
      }),
  );
}

/** cilium/ebpf numbers what instructions refer to only when it loads them; until then it goes by names. */
function codeOf(instructions: readonly CiliumInstruction[]): Code {
  const functions = new Map<string, number>();
  let index = 0;
  for (const { symbol, raw } of instructions) {
    if (symbol !== undefined) functions.set(symbol, index);
    index += raw.length / 16;
  }
  return instructions.flatMap((one) => {
    const instruction = instructionOf(one, functions);
    return one.raw.length === 32 ? [instruction, undefined] : [instruction];
  });
}

function instructionOf(
  one: CiliumInstruction,
  functions: ReadonlyMap<string, number>,
): Instruction {
  const { raw, core } = one;
  if (core !== undefined) return { text: raw, unfinished: true };
  const reference = referenceOf(one, functions);
  if (reference === undefined) {
    const isZero = /^180[0-9a-f]0{28}$/.test(raw);
    return isZero ? { text: raw, mayBeKernel: true } : { text: raw };
  }
  if (reference.kind !== 'kernel') return { text: raw.slice(0, 8), reference };
  return { text: raw.slice(0, raw.length === 32 ? 2 : 4), reference };
}

function referenceOf(
  { raw, source, reference: name, constant, text }: CiliumInstruction,
  functions: ReadonlyMap<string, number>,
): Reference | undefined {
  const isWide = raw.length === 32;
  if (!isWide && raw.slice(0, 2) !== '85') return undefined;
  if (isWide ? source === pseudo.kernelVariable : source === pseudoCall.kernel) {
    return { kind: 'kernel', what: name ?? text };
  }
  if (name === undefined) {
    // It names all sections but this one.
    const isSetting = isWide && source === pseudo.data;
    return isSetting ? { kind: 'data', section: '.kconfig', offset: 0 } : undefined;
  }
  if (isWide && source === pseudo.map) return { kind: 'map', name };
  if (isWide && source === pseudo.data) {
    return { kind: 'data', section: name, offset: Number(BigInt(constant) >> 32n) };
  }
  const to = functions.get(name);
  if (to === undefined) return undefined;
  if (isWide) return source === pseudo.address ? { kind: 'address', to } : undefined;
  return source === pseudoCall.local ? { kind: 'call', to } : undefined;
}
