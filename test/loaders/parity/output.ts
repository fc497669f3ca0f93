/** A linked object, read: what the comparisons work on. */
import { type ObjectFile, readObject, sectionNamed } from './object-file.ts';
import { type CodeRecords, readCodeRecords, readTypeInfo, type TypeInfo } from './type-info.ts';
import { labelTypes } from './type-labels.ts';

export interface Output {
  readonly file: ObjectFile;
  readonly types: TypeInfo;
  readonly records: CodeRecords;
}

/** Two links of the same inputs, with the labels of all their types (type-labels.ts). */
export interface Pair {
  readonly ours: LabelledOutput;
  readonly theirs: LabelledOutput;
}

export interface LabelledOutput extends Output {
  /** By type id. */
  readonly labels: Int32Array;
  /** With forward declarations and what they stand for taken as one, behind pointers. */
  readonly looseLabels: () => Int32Array;
}

const noTypes: TypeInfo = {
  types: [{ kind: 0, name: 'void', flag: false, size: 0, shape: '', refers: [] }],
  sections: new Map(),
  string: () => '',
};

const noRecords: CodeRecords = { functions: new Map(), lines: new Map(), core: new Map() };

export function readOutput(bytes: Uint8Array): Output {
  const file = readObject(bytes);
  const btf = sectionNamed(file, '.BTF');
  const ext = sectionNamed(file, '.BTF.ext');
  const types = btf === undefined ? noTypes : readTypeInfo(btf.bytes, file.littleEndian);
  const records =
    ext === undefined ? noRecords : readCodeRecords(ext.bytes, file.littleEndian, types);
  return { file, types, records };
}

export function pairOf(ours: Output, theirs: Output): Pair {
  const files = [ours.types, theirs.types];
  const [first, second] = labelTypes(files);
  let loose: Int32Array[] | undefined;
  const looseLabels = (index: 0 | 1) => (): Int32Array => {
    loose ??= labelTypes(files, true);
    return loose[index]!;
  };
  return {
    ours: { ...ours, labels: first!, looseLabels: looseLabels(0) },
    theirs: { ...theirs, labels: second!, looseLabels: looseLabels(1) },
  };
}
