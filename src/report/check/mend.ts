/** How a user has bpfld mend an object, or why it cannot. */
import type { Verdict } from './types.ts';

/** The words of a link that makes an object for the loader: `bpfld a.o --profile aya -o a.aya.o`. */
export function mendCommand(path: string, { profile, name }: Verdict): readonly string[] {
  // A file that begins with a dash would be taken for an option.
  const input = path.startsWith('-') ? `./${path}` : path;
  return ['bpfld', input, '--profile', profile, '-o', `${input.replace(/\.o$/, '')}.${name}.o`];
}

/** One line, or nothing where there are no errors to mend. */
export function mendLine(path: string, verdict: Verdict): string | undefined {
  const { mend, name } = verdict;
  if (mend === undefined) return undefined;
  if (mend.possible) {
    const command = mendCommand(path, verdict).map(quoted).join(' ');
    return `${command} makes an object that ${name} takes`;
  }
  const codes = [...new Set(mend.diagnostics.map(({ code }) => code))];
  return `bpfld cannot mend this: the link would fail with ${codes.join(', ')}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
