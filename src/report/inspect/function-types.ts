/**
 * Which FUNC of BTF a function is. Static functions may have one name, and then only the records of .BTF.ext
 * tell them apart:
 *
 *     .text+0x00  clamp    func_info: type 7     static int clamp(int x)
 *     .text+0x20  clamp    func_info: type 9     static __u64 clamp(__u64 x)
 */
import { type BtfExt, RECORD_WORDS } from '../../btf/ext.ts';
import { KIND, LINKAGE } from '../../btf/format.ts';
import { typeIds } from '../../btf/query.ts';
import type { Btf } from '../../btf/types.ts';

export class FunctionTypes {
  readonly #btf: Btf;
  /** FUNCs by name. */
  readonly #named = new Map<string, number[]>();
  /** FUNCs by section name, then by offset. */
  readonly #placed = new Map<string, Map<number, number[]>>();
  /** Those of which a record says where they are. */
  readonly #known = new Set<number>();

  constructor(btf: Btf, ext: BtfExt | undefined) {
    this.#btf = btf;
    for (const id of typeIds(btf, KIND.FUNC)) push(this.#named, btf.name(id), id);
    for (const { section, records } of ext?.func ?? []) {
      const name = btf.strings.at(section);
      const places = this.#placed.get(name) ?? new Map<number, number[]>();
      this.#placed.set(name, places);
      for (let at = 0; at < records.length; at += RECORD_WORDS.func) {
        push(places, records[at]!, records[at + 1]!);
        this.#known.add(records[at + 1]!);
      }
    }
  }

  /** The FUNC of the function that begins at `offset`; `names`: of the symbols there. */
  at(section: string, offset: number, names: readonly string[]): number | undefined {
    const here = this.#placed.get(section)?.get(offset) ?? [];
    // Sections of one name have their records together.
    const found = here.find((id) => names.includes(this.#btf.name(id))) ?? here[0];
    if (found !== undefined) return found;
    const [only, other] = names.flatMap((name) => this.#named.get(name) ?? []);
    return only === undefined || other !== undefined || this.#known.has(only) ? undefined : only;
  }

  /** The FUNC of an undefined function. */
  undefined(name: string): number | undefined {
    const all = this.#named.get(name) ?? [];
    // GCC 12 marks all functions static.
    return (
      all.find((id) => this.#btf.vlen(id) === LINKAGE.EXTERN) ??
      all.find((id) => !this.#known.has(id))
    );
  }
}

function push<Key>(map: Map<Key, number[]>, key: Key, id: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [id]);
  else known.push(id);
}
