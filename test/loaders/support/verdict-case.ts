/** An object of fixtures/verdicts, and what is known of it. */
export interface VerdictCase {
  /** Of fixtures/verdicts, without the ending: `01-rodata-with-maps/legacy`. */
  readonly object: string;
  /** What is special about it. */
  readonly title: string;
  /**
   * Verdicts that the fixture is there to show: of tc (T), of libbpf 1.7 (B) and of cilium/ebpf 0.22 (C). Loaded right
   * (+), refused (-), loaded to the wrong effect (!), left out (0).
   */
  readonly known: string;
  /** What the program returns where byte 20 is 1, and where it is 2; none where no loader can make sense of it. */
  readonly returns?: readonly [number, number];
  /** A map that asks to be pinned. */
  readonly pinned?: string;
  /** Of the program. Default: `classifier`. */
  readonly section?: string;
  /** Another object of the fixture that legacy tc loads before this one; then no other loader is asked. */
  readonly earlier?: string;
  /** Where `check` cannot agree with all loaders: why, and the codes that it has for each of them. */
  readonly exception?: { readonly why: string; readonly codes: readonly string[] };
}
