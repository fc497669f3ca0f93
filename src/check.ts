/**
 * A loader's verdict on an object as it is, before it is loaded: the same rules that end each link, on a file
 * that the user has. Where there are errors, the object is linked for the loader, to tell whether that mends them.
 *
 * Pure, as `link` is: equal bytes give equal diagnostics. Whatever the bytes are, nothing is thrown but a fault of
 * bpfld itself. What the kernel's verifier would say is not attempted.
 */
import type { CheckOptions, CheckResult, Mend } from './check-types.ts';
import { unknownProfile } from './diag/catalogue/command-line.ts';
import type { Diagnostic, Location } from './diag/diagnostic.ts';
import { readElf } from './elf/read.ts';
import type { ElfObject } from './elf/types.ts';
import { link } from './link.ts';
import { OUTPUT } from './model/origins.ts';
import { applyRules, type Loader } from './model/rule.ts';
import { type ChosenProfile, chooseProfile, loaders, profileFault } from './profiles/index.ts';

export function check({ file, profile: text }: CheckOptions): CheckResult {
  const chosen = chooseLoader(text);
  if ('code' in chosen) return { loader: undefined, diagnostics: [chosen], mend: undefined };
  const { profile, loader } = chosen;
  const told = { name: loader.name, title: profile.title, version: loader.version.join('.') };
  const { object, fault } = readElf(file.bytes, file.path);
  if (object === undefined) {
    return { loader: told, diagnostics: [withPlace(fault, file.path)], mend: undefined };
  }

  const diagnostics = findings(object, chosen, file.path);
  const mend = diagnostics.some(isError) ? tryToMend(file, chosen, text, diagnostics) : undefined;
  return { loader: told, diagnostics, mend };
}

function findings(
  object: ElfObject,
  { profile, loader }: ChosenProfile,
  path: string,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  // The machines that objects are checked for are little-endian.
  const here: Loader = { ...loader, host: 'little' };
  applyRules(object, profile.rules, here, inFile(path), (one) => found.push(one));
  return inOrder(found.map((one) => withPlace(one, path)));
}

/** A profile that has a loader, or why there is none of that name. */
export function chooseLoader(text: string): ChosenProfile | Diagnostic {
  const chosen = chooseProfile(text);
  if (chosen === undefined && !loaders.includes(text.replace(/@.*/s, ''))) {
    return unknownProfile(text, loaders);
  }
  if (chosen === undefined) return profileFault(text);
  return loaders.includes(chosen.loader.name) ? chosen : unknownProfile(text, loaders);
}

function tryToMend(
  file: CheckOptions['file'],
  chosen: ChosenProfile,
  profile: string,
  found: readonly Diagnostic[],
): Mend {
  const { output, diagnostics } = link({ inputs: [file], profile });
  if (output === undefined) return { possible: false, diagnostics: diagnostics.filter(isError) };
  // A link allows what a later one may resolve, and either byte order.
  const { object } = readElf(output, file.path);
  const wrong = object === undefined ? [] : findings(object, chosen, file.path).filter(isError);
  if (wrong.length > 0) return { possible: false, diagnostics: wrong };
  const left = new Set(diagnostics.map(({ code }) => code));
  const codes = [...new Set(found.map(({ code }) => code))].filter((code) => !left.has(code));
  return { possible: true, codes };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** Rules call the object that they look at by a name that is no file's. */
function inFile(path: string): (place: Location) => Location {
  return (place) => (place.file === OUTPUT ? { ...place, file: path } : place);
}

function withPlace(diagnostic: Diagnostic, file: string): Diagnostic {
  return diagnostic.at.length > 0 ? diagnostic : { ...diagnostic, at: [{ kind: 'object', file }] };
}

/** What one rule finds in two ways is told once. */
function inOrder(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const once = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
  return [...once.filter(isError), ...once.filter((one) => !isError(one))];
}
