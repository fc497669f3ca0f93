/** Files that are BTF and nothing else, as the kernel has its types in /sys/kernel/btf/vmlinux. */
import { type ByteOrder, ByteView } from '../../base/bytes.ts';
import { BTF_MAGIC } from '../../btf/format.ts';
import type { DiagnosticSink } from '../../diag/diagnostic.ts';
import { reportBtf } from './btf.ts';
import { readRawTypes } from './type-info.ts';
import type { Inspection } from './types.ts';

/** The byte order of a file that begins as BTF does; undefined for other files. */
export function btfOrder(bytes: Uint8Array): ByteOrder | undefined {
  const orders = ['little', 'big'] as const;
  return orders.find(
    (order) => bytes.length > 1 && new ByteView(bytes, order).u16(0) === BTF_MAGIC,
  );
}

/** Undefined for damaged BTF, which is reported. */
export function inspectTypes(
  bytes: Uint8Array,
  path: string,
  byteOrder: ByteOrder,
  withTypes: boolean,
  sink: DiagnosticSink,
): Inspection | undefined {
  const types = readRawTypes(path, bytes, byteOrder, sink);
  if (types === undefined) return undefined;
  return {
    path,
    size: bytes.length,
    byteOrder,
    machine: null,
    producers: [],
    assembler: 'unknown',
    license: null,
    functions: [],
    maps: [],
    data: [],
    externs: [],
    sections: [],
    symbols: [],
    relocations: [],
    btf: reportBtf(types, bytes.length, withTypes),
    code: null,
  };
}
