import { archive, bitcode, cannotRead, sourceFile } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';
import { classify } from './classify.ts';

/** The bytes of a file that is to be an object, or why there are none. */
export function readObject(path: string, host: Host): { readonly bytes: Uint8Array } | Diagnostic {
  const read = host.readFile(path);
  if (!('bytes' in read)) return cannotRead('input', path, read.problem);
  const file = classify(path, read.bytes);
  switch (file.kind) {
    case 'archive':
      return archive(path);
    case 'bitcode':
      return bitcode(path, file.rustc);
    case 'source':
      return sourceFile(path, file.language);
    default:
      return read;
  }
}
