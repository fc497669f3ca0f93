import { didYouMean } from '../../base/nearest.ts';
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** What every complaint about a value names: the setting, the symbol and the place's type or size. */
export interface SettingSubject {
  /** The part that is set, e.g. `cfg.ports[2]`, whether the name or the value says so. */
  readonly setting: string;
  readonly symbol: string;
  /** E.g. `__u16, 2 bytes` or `4 bytes of unknown type`. */
  readonly what: string;
  readonly at: Location;
}

function about(subject: SettingSubject): string {
  return `setting '${subject.setting}' (symbol '${subject.symbol}', ${subject.what})`;
}

export function malformedValue(problem: string, at: Location, remedy: string): Diagnostic {
  return error('CONF-001', `malformed setting: ${problem}`, { at: [at], notes: [remedy] });
}

export function malformedName(problem: string, at: Location): Diagnostic {
  return error('CONF-002', `malformed name of a setting: ${problem}`, {
    at: [at],
    notes: ["write NAME=VALUE, where NAME is a symbol or a part of one, such as 'cfg.ports[2]'"],
  });
}

export function malformedJson(problem: string, at: Location): Diagnostic {
  return error('CONF-003', `malformed values file: ${problem}`, {
    at: [at],
    notes: ['a values file is one JSON object whose members are named like symbols'],
  });
}

export function unsupportedJson(found: string, at: Location, remedy: string): Diagnostic {
  return error('CONF-004', `${found} cannot be stored in a program's data`, {
    at: [at],
    notes: [remedy],
  });
}

export function duplicateMember(name: string, at: Location): Diagnostic {
  return error('CONF-005', `'${name}' is given twice`, { at: [at], notes: ['keep one of them'] });
}

/** `1 byte`, `2 bytes`. */
export function countBytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** No input defines a data symbol of this name. `names`: those that exist. */
export function unknownSymbol(setting: string, names: Iterable<string>, at: Location): Diagnostic {
  const all = [...names];
  const [head = setting] = /^\.*[^.[]+/.exec(setting) ?? [];
  // clang calls a function's static variable `function.variable`, a second one `function.variable.1`.
  const inner = all.filter((name) => name.replace(/\.[0-9]+$/, '').endsWith(`.${head}`));
  const near =
    inner.length === 0
      ? didYouMean(setting, all)
      : ` (did you mean ${inner.map((name) => `'${name}'`).join(' or ')}?)`;
  return error('CONF-006', `no data symbol for setting '${setting}'${near}`, {
    at: [at],
    notes: [
      'a setting names a global or static variable that an input defines; one whose value the compiler put into the code is gone unless it is declared volatile',
    ],
  });
}

/** `needed`: what the place takes, e.g. `an integer`. */
export function wrongKind(subject: SettingSubject, given: string, needed: string): Diagnostic {
  return error('CONF-007', `${given} does not suit ${about(subject)}`, {
    at: [subject.at],
    notes: [`give ${needed}`],
  });
}

export function outOfRange(
  subject: SettingSubject,
  value: bigint,
  low: bigint,
  high: bigint,
): Diagnostic {
  return error('CONF-008', `${value} is out of range for ${about(subject)}`, {
    at: [subject.at],
    notes: [`give an integer from ${low} to ${high}`],
  });
}

/** `typed`: the type is known, so an element has a name. */
export function wrongCount(
  subject: SettingSubject,
  given: number,
  needed: string,
  typed: boolean,
): Diagnostic {
  const values = given === 1 ? '1 value' : `${given} values`;
  return error('CONF-009', `${values} for ${about(subject)}`, {
    at: [subject.at],
    notes: [
      typed
        ? `give ${needed}, or set one element with '${subject.setting}[INDEX]=VALUE'`
        : `give ${needed}, or all bytes as hex:...`,
    ],
  });
}

/** `length`: bytes of the text without its NUL; `room`: bytes there are; `asBytes`: what is perhaps meant. */
export function stringTooLong(
  subject: SettingSubject,
  length: number,
  room: number,
  asBytes: string | undefined,
): Diagnostic {
  return error(
    'CONF-010',
    `a string of ${countBytes(length)} and its NUL do not fit ${about(subject)}, which has room for ${room}`,
    {
      at: [subject.at],
      notes: [
        asBytes === undefined
          ? 'shorten it, enlarge the array in the source, or give exact bytes as hex:...'
          : `for these bytes write ${asBytes}`,
      ],
    },
  );
}

export function wrongByteCount(subject: SettingSubject, given: number, size: number): Diagnostic {
  return error('CONF-011', `hex: gives ${countBytes(given)} for ${about(subject)}`, {
    at: [subject.at],
    notes: [`give exactly ${countBytes(size)} (${size * 2} digits)`],
  });
}

export function unknownMember(
  subject: SettingSubject,
  member: string,
  members: readonly string[],
): Diagnostic {
  return error(
    'CONF-012',
    `no member '${member}'${didYouMean(member, members)} in ${about(subject)}`,
    {
      at: [subject.at],
      notes: [members.length === 0 ? 'it has no members' : `members: ${someOf(members)}`],
    },
  );
}

export function unknownEnumerator(
  subject: SettingSubject,
  name: string,
  names: readonly string[],
): Diagnostic {
  return error(
    'CONF-013',
    `no enumerator '${name}'${didYouMean(name, names)} for ${about(subject)}`,
    {
      at: [subject.at],
      notes: [
        names.length === 0
          ? 'it has no enumerators; give an integer'
          : `enumerators: ${someOf(names)}`,
      ],
    },
  );
}

/** The name leads to no part of the symbol: an index past the end, a member of an integer, a symbol without type. */
export function badPath(subject: SettingSubject, problem: string, remedy: string): Diagnostic {
  return error('CONF-014', `${problem} in ${about(subject)}`, {
    at: [subject.at],
    notes: [remedy],
  });
}

export function cannotBeSet(subject: SettingSubject, why: string, remedy: string): Diagnostic {
  return error('CONF-015', `${why}: ${about(subject)}`, { at: [subject.at], notes: [remedy] });
}

export function ambiguousText(subject: SettingSubject, text: string): Diagnostic {
  return error('CONF-016', `'${text}' may be text or a number for ${about(subject)}`, {
    at: [subject.at],
    notes: [
      'give a number without quotes, or the bytes of a text as "hex:...", or compile the object with -g',
    ],
  });
}

/** `typeSize`: bytes by the type; `size`: bytes by the symbol table. */
export function typeSizeDiffers(
  subject: SettingSubject,
  typeSize: number,
  size: number,
): Diagnostic {
  return error(
    'CONF-017',
    `the type has ${countBytes(typeSize)} but the symbol ${size}: ${about(subject)}`,
    {
      at: [subject.at],
      notes: [
        `the object's BTF does not describe the symbol; give all of the symbol as hex:... or compile it anew`,
      ],
    },
  );
}

/** The symbol exists but holds no settable data. `why`: e.g. `it is a function`. */
export function notData(setting: string, symbol: string, why: string, at: Location): Diagnostic {
  return error('CONF-018', `setting '${setting}': symbol '${symbol}' cannot be set, ${why}`, {
    at: [at],
    notes: ['a setting names a global or static variable that an input defines'],
  });
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown}, and ${names.length - 12} more` : shown;
}

export function ambiguousSymbol(
  setting: string,
  symbol: string,
  at: readonly Location[],
): Diagnostic {
  return error('CONF-019', `${setting}: several objects have a static variable '${symbol}'`, {
    at,
    notes: ['make the one that is meant global, or rename the others'],
  });
}

/** The value is stored, but no code and no data of the link refers to the symbol. */
export function settingWithoutEffect(symbol: string, at: Location): Diagnostic {
  return warning('CONF-020', `nothing refers to '${symbol}', so setting it has no effect`, {
    at: [at],
    notes: [
      'the compiler put its value into the code, or the program does not use it: declare it volatile',
    ],
  });
}

/** The variable is initialised with an address, which the linker or loader fills in. */
export function settingOverAddress(setting: string, target: string, at: Location): Diagnostic {
  return error('CONF-021', `setting '${setting}': the address of '${target}' is stored there`, {
    at: [at],
    notes: ['a relocation would write over the value; set a variable that holds a number'],
  });
}
