/**
 * What an object holds, as data: one line a part. Bytes go in; whatever they are, a report or diagnostics come
 * out, mostly both: of a damaged part the diagnostic tells, and the rest is reported.
 */
import { decodeUtf8 } from '../../base/bytes.ts';
import { noMachine } from '../../diag/catalogue/elf.ts';
import { type Diagnostic, DiagnosticSink } from '../../diag/diagnostic.ts';
import { EM_BPF } from '../../elf/constants.ts';
import { INSIDE_REFERENCES } from '../../elf/producer.ts';
import { readElf } from '../../elf/read.ts';
import type { ElfObject } from '../../elf/types.ts';
import { reportBtf } from './btf.ts';
import { reportCode } from './code.ts';
import { reportData } from './data.ts';
import { reportExterns } from './externs.ts';
import { Functions } from './functions.ts';
import { reportFunctions } from './functions-report.ts';
import { reportMaps } from './maps.ts';
import { viewObject } from './object.ts';
import { btfOrder, inspectTypes } from './raw-btf.ts';
import { resolveRelocations } from './relocations.ts';
import { reportSections, reportSymbols } from './sections.ts';
import { readTypeInfo } from './type-info.ts';
import type { Inspection } from './types.ts';

export interface InspectOptions {
  /** The code as instructions; true unless said otherwise. */
  readonly code?: boolean;
  /** The types as C; true unless said otherwise. */
  readonly types?: boolean;
}

export interface InspectResult {
  /** Undefined where the bytes are neither an object nor BTF that can be read. */
  readonly report: Inspection | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** `bytes`: an object, or BTF alone. `path` is how the report and the diagnostics call the object. */
export function inspect(
  bytes: Uint8Array,
  path: string,
  { code = true, types: withTypes = true }: InspectOptions = {},
): InspectResult {
  const order = btfOrder(bytes);
  const sink = new DiagnosticSink();
  if (order !== undefined) {
    const report = inspectTypes(bytes, path, order, withTypes, sink);
    return { report, diagnostics: sink.all };
  }
  const { object: elf, fault } = readElf(bytes, path, { skipDebug: true });
  if (elf === undefined) return { report: undefined, diagnostics: [fault] };
  if (elf.machine !== EM_BPF) sink.report(noMachine(path));
  const view = viewObject(path, elf, readTypeInfo(path, elf, sink), sink);
  const relocations = resolveRelocations(view);
  const functions = new Functions(view, relocations);
  const report: Inspection = {
    path,
    size: bytes.length,
    byteOrder: elf.order,
    machine: elf.machine === EM_BPF ? 'EM_BPF' : 'EM_NONE',
    producers: producersOf(elf),
    assembler: view.assembler,
    license: licenseOf(elf),
    functions: reportFunctions(functions, view),
    maps: reportMaps(view, relocations),
    data: reportData(view, relocations),
    externs: reportExterns(view),
    sections: reportSections(elf),
    symbols: reportSymbols(elf),
    relocations: [...relocations].map((relocation) => relocation.report),
    btf: reportBtf(view.types, sizeOf(elf, '.BTF'), withTypes),
    code: code ? reportCode(functions, view) : null,
  };
  return { report, diagnostics: sink.all };
}

function textsIn(elf: ElfObject, name: string): string[] {
  const section = elf.sections.find((one) => one.name === name);
  const texts = section === undefined ? [] : decodeUtf8(section.bytes).split('\0');
  return texts.filter((text) => text !== '');
}

/** Without what bpfld leaves there for the next link. */
function producersOf(elf: ElfObject): string[] {
  const texts = new Set(textsIn(elf, '.comment'));
  texts.delete(INSIDE_REFERENCES);
  return [...texts];
}

function sizeOf(elf: ElfObject, name: string): number {
  return elf.sections.find((one) => one.name === name)?.size ?? 0;
}

function licenseOf(elf: ElfObject): string | null {
  return textsIn(elf, 'license')[0] ?? null;
}
