/**
 * Names for C. BTF's come from any language (`core::fmt::Arguments`) and repeat: two files may each have a
 * `struct foo` of their own. The second becomes `foo___2`, which CO-RE takes for a flavour of `foo`.
 */

/** Words that cannot name anything in C17 with GNU extensions, as clang compiles by default. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'asm auto break case char const continue default do double else enum extern float for goto if ' +
    'inline int long register restrict return short signed sizeof static struct switch typedef ' +
    'typeof union unsigned void volatile while _Alignas _Alignof _Atomic _Bool _Complex _Generic ' +
    '_Imaginary _Noreturn _Static_assert _Thread_local _Float16 __int128 __attribute__ __asm__ ' +
    '__auto_type __builtin_va_list __const __inline __inline__ __extension__ __restrict __signed ' +
    '__signed__ __typeof__ __volatile__ __alignof__ __real__ __imag__ __label__ __thread'
  ).split(' '),
);

/** Longer names exist in damaged tables only, where thousands of types may share one. */
const LONGEST = 255;

/** `name` as C can write it; empty stays empty. */
export function identifier(name: string): string {
  if (name === '') return '';
  const word = name.slice(0, LONGEST).replace(/[^A-Za-z0-9_]/g, '_');
  if (/^[0-9]/.test(word)) return `_${word}`;
  return KEYWORDS.has(word) ? `${word}_` : word;
}

/** Names of one scope, each given out once. */
export class Scope {
  readonly #taken = new Set<string>();
  readonly #last = new Map<string, number>();

  /** `name`, or the first of `name___2`, `name___3`... that is free. */
  claim(name: string): string {
    if (!this.#taken.has(name)) {
      this.#taken.add(name);
      return name;
    }
    let count = this.#last.get(name) ?? 1;
    let free: string;
    do free = `${name}___${++count}`;
    while (this.#taken.has(free));
    this.#last.set(name, count);
    this.#taken.add(free);
    return free;
  }
}
