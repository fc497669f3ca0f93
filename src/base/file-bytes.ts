/**
 * The bytes of a file, or of those parts of it that somebody looks at: of an object with debug information
 * that is a tenth. Plain data, so that whoever works on it needs no file.
 */

export type FileBytes = Uint8Array | PartialBytes;

export interface PartialBytes {
  /** Of the whole file, in bytes. */
  readonly size: number;
  readonly parts: readonly FilePart[];
}

export interface FilePart {
  /** Where it stands in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A stretch of a file, in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

export function isPartial(file: FileBytes): file is PartialBytes {
  return 'parts' in file;
}

export function fileSize(file: FileBytes): number {
  return isPartial(file) ? file.size : file.length;
}

/** A view of `size` bytes at `offset`; undefined where they are outside the file or were not read. */
export function fileSlice(file: FileBytes, offset: number, size: number): Uint8Array | undefined {
  if (!isPartial(file)) {
    return offset + size <= file.length ? file.subarray(offset, offset + size) : undefined;
  }
  for (const part of file.parts) {
    const start = offset - part.offset;
    if (start >= 0 && start + size <= part.bytes.length) {
      return part.bytes.subarray(start, start + size);
    }
  }
  return undefined;
}
