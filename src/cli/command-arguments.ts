/** Arguments of the commands beside the link: files, and options whose order among them does not matter. */
import type { Diagnostic } from '../diag/diagnostic.ts';
import { normalise } from './normalise.ts';
import type { Option } from './options.ts';

export interface CommandArguments<Name extends string> {
  readonly files: readonly string[];
  /** By option, the values that were given; the empty one for an option without. */
  readonly given: ReadonlyMap<Name, readonly string[]>;
  /** Usage errors. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `argv`: what follows the command's name, its response files expanded. */
export function readCommandArguments<Name extends string>(
  argv: readonly string[],
  options: readonly Option<Name>[],
  command: string,
): CommandArguments<Name> {
  const { canonical, diagnostics } = normalise(argv, options, command);
  const files: string[] = [];
  const given = new Map<Name, string[]>();
  for (const argument of canonical) {
    // `--input=file:a.o`, `--color=color:always`.
    const [, key, value] = /^--([^=]*)=[^:]*:(.*)$/s.exec(argument)!;
    if (key === 'input') {
      files.push(value!);
      continue;
    }
    const values = given.get(key as Name) ?? [];
    given.set(key as Name, [...values, value!]);
  }
  return { files, given, diagnostics };
}
