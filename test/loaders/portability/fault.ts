/** Where a loader does something else with an object than libbpf does with the original. */
export interface Fault {
  readonly aspect: Aspect;
  /** A program, map or section; empty where the whole object is meant. */
  readonly where: string;
  /** A refusal's message, or the difference. */
  readonly text: string;
}

export type Aspect =
  /** The loader refuses the object in user space. */
  | 'object'
  | 'map'
  /** A program is not there, or of another type. */
  | 'program'
  | 'code'
  /** A variable or constant is not what it was. */
  | 'data'
  /** The kernel refuses what it takes from libbpf. */
  | 'load'
  | 'run';

export function faultText({ aspect, where, text }: Fault): string {
  // Verifier logs have hundreds of lines, of which the last ones matter.
  const lines = text.trim().split('\n');
  const short = lines.length < 6 ? lines : [lines[0], '...', ...lines.slice(-4)];
  return `${aspect} ${where}: ${short.join('\n    ').slice(0, 1000)}`;
}
