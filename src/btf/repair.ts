/**
 * GCC 12 says of `char` that it is SIGNED and CHAR, and the kernel takes one property of an integer and no
 * more ("Unsupported encoding"), for which it would refuse all types of the object. CHAR goes, which
 * leaves what clang writes.
 */
import { INT_CHAR, INT_SIGNED, KIND } from './format.ts';
import { Btf, FIELD } from './types.ts';

const BOTH = ((INT_SIGNED | INT_CHAR) << 24) >>> 0;

/** The table itself where there is nothing to mend. */
export function withOneEncoding(btf: Btf): Btf {
  let words: Uint32Array | undefined;
  for (let id = 1; id <= btf.typeCount; id++) {
    if (btf.kind(id) !== KIND.INT) continue;
    const encoding = btf.field(id, FIELD.first);
    if ((encoding & BOTH) >>> 0 !== BOTH) continue;
    words ??= btf.words.slice();
    words[btf.starts[id]! + FIELD.first] = (encoding & ~(INT_CHAR << 24)) >>> 0;
  }
  return words === undefined ? btf : new Btf(words, btf.starts, btf.strings);
}
