import { didYouMean } from '../../base/nearest.ts';
import { type Diagnostic, error, type Location } from '../diagnostic.ts';

/** Usage errors are one line each, and end with where to read on. `command` is `bpfld`, or `bpfld inspect`. */
const help = (command = 'bpfld'): string => `; see ${command} --help`;

export function unknownOption(
  argument: string,
  near: string | undefined,
  command?: string,
): Diagnostic {
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  return error('CLI-001', `unknown option '${argument}'${hint}${help(command)}`);
}

export function missingValue(option: string, placeholder: string, command?: string): Diagnostic {
  return error('CLI-002', `option '${option}' needs a value, ${placeholder}${help(command)}`);
}

export function unexpectedValue(option: string, value: string, command?: string): Diagnostic {
  const given = `but was given '${value}'`;
  return error('CLI-003', `option '${option}' takes no value, ${given}${help(command)}`);
}

/** `needed`: e.g. `a number`, or the choices. */
export function badValue(
  option: string,
  value: string,
  needed: string,
  choices: readonly string[],
  command?: string,
): Diagnostic {
  const near = didYouMean(value, choices);
  return error(
    'CLI-004',
    `option '${option}' takes ${needed}, not '${value}'${near}${help(command)}`,
  );
}

export function noInputs(command?: string): Diagnostic {
  return error('CLI-005', `no input files${help(command)}`);
}

/** `-` as an input or as the output. */
export function notAFile(what: 'input' | 'output'): Diagnostic {
  const stream = what === 'input' ? 'read standard input' : 'write to standard output';
  return error('CLI-006', `'-' names no file and bpfld does not ${stream}; for a file write './-'`);
}

/** `-o=x`: with GNU ld that is no option either. */
export function equalsAfterLetter(argument: string, letter: string, long: string): Diagnostic {
  const value = argument.slice(3);
  return error(
    'CLI-007',
    `'${argument}' has '=' behind a one-letter option; write '-${letter} ${value}' or '--${long}=${value}'`,
  );
}

export function conflict(problem: string, remedy: string): Diagnostic {
  return error('CLI-008', `${problem}; ${remedy}`);
}

export function badResponseFile(file: string, problem: string): Diagnostic {
  return error('CLI-009', `response file '${file}' ${problem}`);
}

export function unknownProfile(name: string, names: readonly string[]): Diagnostic {
  const known = names.length === 0 ? '' : `; known: ${names.join(', ')}`;
  return error('CLI-010', `unknown profile '${name}'${didYouMean(name, names)}${known}`);
}

/** `tc@x`, `libbpf@0.1`; versions as `0.4`. */
export function unknownVersion(
  profile: string,
  version: string,
  oldest: string,
  newest: string,
): Diagnostic {
  const known =
    oldest === newest
      ? `known: ${newest}, which later ones count as`
      : `known: ${oldest} to ${newest}, which later ones count as`;
  return error('CLI-022', `profile '${profile}' has no version '${version}'; ${known}`);
}

/** `what`: whose codes are asked for. */
export function unknownCode(code: string, codes: readonly string[], command: string): Diagnostic {
  return error('CLI-023', `unknown code '${code}'${didYouMean(code, codes)}${help(command)}`);
}

/** A word that is neither option nor code, where a command takes no files. */
export function unexpectedFile(word: string, command: string): Diagnostic {
  return error('CLI-024', `'${word}' is not needed: there are no inputs${help(command)}`);
}

/** What a file is read as. */
export type FileRole = 'input' | 'linker script' | 'values file' | 'response file';

/** `problem`: why, in words: `it does not exist`. `from`: where the script names it. */
export function cannotRead(
  role: FileRole,
  file: string,
  problem: string,
  from?: Location,
  note?: string,
): Diagnostic {
  return error('CLI-011', `cannot read ${role} '${file}': ${problem}`, {
    at: [from],
    notes: [note],
  });
}

export function libraryNotFound(
  library: string,
  file: string,
  directories: readonly string[],
  from?: Location,
): Diagnostic {
  return error('CLI-012', `cannot find '${library}': no '${file}' in a library directory`, {
    at: [from],
    notes: [
      directories.length === 0
        ? 'there are no library directories; name them with -L'
        : `looked in ${directories.join(', ')}; name more with -L`,
    ],
  });
}

export function scriptNotFound(name: string, shipped: readonly string[]): Diagnostic {
  const whole = shipped.filter((script) => script === `${name}.ld`);
  const near = didYouMean(whole[0] ?? name, shipped);
  return error('CLI-013', `cannot find linker script '${name}'${near}`, {
    notes: [
      'it is neither in the working directory nor in a -L directory',
      `shipped with bpfld: ${shipped.length === 0 ? 'none' : shipped.join(', ')}`,
    ],
  });
}

export function archive(file: string, from?: Location): Diagnostic {
  return error('CLI-014', `'${file}' is an archive, which this release does not read`, {
    at: [from],
    notes: [`unpack it with 'ar x ${file}' and give its members as inputs`],
  });
}

/** `rustc`: rustc made it. */
export function bitcode(file: string, rustc: boolean, from?: Location): Diagnostic {
  return error('CLI-015', `'${file}' is LLVM bitcode${rustc ? ' from rustc' : ''}, not an object`, {
    at: [from],
    notes: [rustc ? rustRemedy : llcRemedy(file)],
  });
}

/** LLVM reads the bitcode of its own version and of older ones only. */
function llcRemedy(file: string): string {
  return `compile it first, with the llc of the LLVM that made it: llc -march=bpfel -filetype=obj ${file} -o ${objectName(file)}`;
}

// rustc writes bitcode for the BPF targets even when asked for an object.
const rustRemedy =
  'compile it for a target that emits objects; the section "Rust" of bpfld\'s README says how to make one';

/** `language`: as its users call it. */
export function sourceFile(
  file: string,
  language: 'C' | 'C header' | 'C++' | 'Rust' | 'LLVM IR' | 'assembly',
  from?: Location,
): Diagnostic {
  const object = objectName(file);
  // clang goes by the name, bpfld also by the content.
  const named = file.endsWith('.c') ? '' : '-x c ';
  const remedy = {
    C: `compile it first, with: clang -O2 -g -target bpf ${named}-c ${file} -o ${object}`,
    'C header':
      'a header is compiled as part of a C file that includes it: give the object of that',
    'C++': `compile it first, with: clang++ -O2 -target bpf -c ${file} -o ${object}`,
    assembly: `compile it first, with: clang -target bpf -c ${file} -o ${object}`,
    'LLVM IR': llcRemedy(file),
    Rust: rustRemedy,
  }[language];
  const what = language === 'C header' ? 'a C header' : `${language} source`;
  return error('CLI-016', `'${file}' is ${what}, not an object`, { at: [from], notes: [remedy] });
}

/** Never the file itself, which a compiler would write over. */
function objectName(file: string): string {
  const stem = file.replace(/\.[^./]*$/, '');
  return file === `${stem}.o` ? `${stem}.bpf.o` : `${stem}.o`;
}

/** `problem`: the first fault found when the text was read as a script. */
export function notAnInput(file: string, problem: Diagnostic): Diagnostic {
  return error('CLI-017', `'${file}' is neither an ELF object nor a linker script`, {
    at: problem.at,
    notes: [`read as a linker script: ${problem.message}`],
  });
}

/** An implicit script may only name files. */
export function notAllowedInInput(file: string, at: Location): Diagnostic {
  return error(
    'CLI-018',
    `'${file}' is given as an input, but has commands of a full linker script`,
    {
      at: [at],
      notes: [
        'a script among the inputs may only have INPUT, GROUP, SEARCH_DIR and OUTPUT_FORMAT',
        `use it as the script of this link: -T ${file}`,
      ],
    },
  );
}

export function inputsNestTooDeep(file: string, from?: Location): Diagnostic {
  return error('CLI-019', `linker scripts name each other as inputs without end: '${file}'`, {
    at: [from],
    notes: ['remove one of the INPUT or GROUP commands from the circle'],
  });
}

export function cannotWrite(
  what: 'output' | 'dependency file' | 'report',
  file: string,
  problem: string,
): Diagnostic {
  return error('CLI-020', `cannot write ${what} '${file}': ${problem}`);
}

/** `what`: an object, an archive, LLVM bitcode or a binary file. */
export function notAScript(file: string, what: string): Diagnostic {
  return error('CLI-021', `'${file}' is ${what}, not a linker script`, {
    notes: [`a script is a text; inputs are given without -T and are named by INPUT, not INCLUDE`],
  });
}
