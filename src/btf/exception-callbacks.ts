/**
 * Programs that name a function for the kernel to call when they throw: `__exception_cb(handler)`, the tag
 * `exception_callback:handler` of the program's FUNC. Nothing in the code refers to the function.
 */
import { KIND } from './format.ts';
import { typeIds } from './query.ts';
import type { Btf } from './types.ts';

/** The name of the callback, by that of the program. */
export function exceptionCallbacks(btf: Btf): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const id of typeIds(btf, KIND.DECL_TAG)) {
    const [word, callback] = btf.name(id).split(':');
    const program = btf.target(id);
    if (word !== 'exception_callback' || !callback || btf.kind(program) !== KIND.FUNC) continue;
    found.set(btf.name(program), callback);
  }
  return found;
}
