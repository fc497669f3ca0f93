/** LIBBPF-011 and LIBBPF-012: names that libbpf looks for, in the kernel, in its configuration, in the symbols. */

import { nearest } from '../../../base/nearest.ts';
import { helperByName, helperNames } from '../../../bpf/helpers.ts';
import { INT_BOOL, KIND, LINKAGE } from '../../../btf/format.ts';
import { peel, sizeOf, typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { STB } from '../../../elf/constants.ts';
import type { ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { referencesOf } from './references.ts';
import { isExtern, isVariable, type View, viewOf } from './view.ts';

const KSYMS = '.ksyms';
const KCONFIG = '.kconfig';

export const externs: Rule = (object, report) => {
  const view = viewOf(object);
  const undefinedSymbols = object.symbols.filter(isExtern);
  if (undefinedSymbols.length > 0) {
    const declarations = new Declarations(view.btf);
    for (const symbol of undefinedSymbols) {
      const refusal = refusedExtern(view, declarations, symbol);
      if (refusal !== undefined) report(refusal);
    }
  }
  for (const refusal of declaredWithoutSymbol(view, undefinedSymbols)) report(refusal);
};

/** The FUNCs and VARs by name, and the DATASECs that list them. */
class Declarations {
  readonly btf: Btf | undefined;
  readonly #ids = new Map<string, number>();
  readonly #sections = new Map<number, string>();

  constructor(btf: Btf | undefined) {
    this.btf = btf;
    if (btf === undefined) return;
    for (const id of typeIds(btf)) {
      const kind = btf.kind(id);
      if (kind === KIND.VAR || kind === KIND.FUNC) {
        const name = btf.name(id);
        if (!this.#ids.has(name)) this.#ids.set(name, id);
      } else if (kind === KIND.DATASEC) {
        for (const { type } of btf.variables(id)) {
          if (!this.#sections.has(type)) this.#sections.set(type, btf.name(id));
        }
      }
    }
  }

  /** The first of the name, as libbpf searches. */
  id(name: string): number | undefined {
    return this.#ids.get(name);
  }

  section(id: number): string | undefined {
    return this.#sections.get(id);
  }
}

const ENOENT = 2;
const ESRCH = 3;
const EINVAL = 22;

/** In the order in which libbpf asks. */
function refusedExtern(
  view: View,
  declarations: Declarations,
  symbol: ElfSymbol,
): Diagnostic | undefined {
  const { name } = symbol;
  const { btf } = declarations;
  const unresolved = (quoted: string): Diagnostic => {
    const helper = helperByName(name) !== undefined && name.startsWith('bpf_');
    const near = helper ? undefined : nearestHelper(name);
    return diagnose.unresolvedExtern(name, quoted, near, helper, usedAt(view, symbol));
  };
  const notFound = (error: number): Diagnostic =>
    unresolved(`failed to find BTF for extern '${name}': -${error}`);
  if (btf === undefined) return notFound(ESRCH);
  const id = declarations.id(name);
  if (id === undefined) return notFound(ENOENT);
  if (linkageOf(btf, id) !== LINKAGE.EXTERN) return notFound(EINVAL);
  const section = declarations.section(id);
  if (section === undefined) {
    return unresolved(`failed to find BTF for extern '${name}' [${id}] section: -${ENOENT}`);
  }
  if (section === KCONFIG) return refusedSetting(view, btf, id, symbol);
  return section === KSYMS ? undefined : unresolved(`unrecognized extern section '${section}'`);
}

function linkageOf(btf: Btf, id: number): number {
  return btf.kind(id) === KIND.FUNC ? btf.vlen(id) : btf.field(id, FIELD.first);
}

/** `bpf_map_lookup_elem` for `bpf_map_lookup_elm`. */
function nearestHelper(name: string): string | undefined {
  const names = [...helperNames()].map((helper) => `bpf_${helper}`);
  return name.startsWith('bpf_') ? nearest(name, names) : undefined;
}

/** The first place that refers to the symbol; without one the symbol alone. */
function usedAt(view: View, symbol: ElfSymbol): readonly Location[] {
  const use = referencesOf(view).find((reference) => reference.symbol === symbol);
  return use === undefined
    ? view.atSymbol(symbol)
    : view.at(use.section, use.relocation.offset, `symbol '${symbol.name}'`);
}

function refusedSetting(
  view: View,
  btf: Btf,
  id: number,
  symbol: ElfSymbol,
): Diagnostic | undefined {
  const { name } = symbol;
  const refuse = (fault: string, quoted: string, remedy: string): Diagnostic =>
    diagnose.badExtern(name, fault, quoted, remedy, usedAt(view, symbol));
  if (btf.kind(id) === KIND.FUNC) {
    const quoted = `extern function ${name} is unsupported under .kconfig section`;
    return refuse('is a function of .kconfig', quoted, 'declare functions with __ksym');
  }
  const types =
    'a setting is a bool, char, integer, enum libbpf_tristate, or an array of char of a given length';
  if (!sizeOf(btf, btf.target(id))) {
    const quoted = `failed to resolve size of extern (kcfg) '${name}'`;
    return refuse('of .kconfig has no size', quoted, types);
  }
  if (!isSettingName(symbol)) {
    const names =
      'names begin with CONFIG_, or are LINUX_KERNEL_VERSION and others that libbpf itself knows';
    const quoted = `extern (kcfg) '${name}': unrecognized virtual extern`;
    return refuse('of .kconfig is no setting of the kernel', quoted, names);
  }
  return isSetting(btf, btf.target(id))
    ? undefined
    : refuse(
        'of .kconfig has a type that no setting has',
        `extern (kcfg) '${name}': type is unsupported`,
        types,
      );
}

/** LINUX_HAS_SYSCALL_WRAPPER and LINUX_HAS_BPF_COOKIE are known from 1.0 on. */
function isSettingName({ name, binding }: ElfSymbol): boolean {
  if (/^LINUX_(KERNEL_VERSION|HAS_BPF_COOKIE|HAS_SYSCALL_WRAPPER)$/.test(name)) return true;
  return name.startsWith('CONFIG_') || (name.startsWith('LINUX_') && binding === STB.WEAK);
}

function isSetting(btf: Btf, type: number, element = false): boolean {
  const id = peel(btf, type);
  switch (btf.kind(id)) {
    case KIND.INT: {
      const size = btf.size(id);
      const isBool = ((btf.field(id, FIELD.first) >>> 24) & INT_BOOL) !== 0;
      if (element || isBool) return size === 1 && element !== isBool;
      return size === 1 || size === 2 || size === 4 || size === 8;
    }
    case KIND.ENUM:
      return !element && btf.size(id) === 4 && btf.name(id) === 'libbpf_tristate';
    case KIND.ENUM64:
      return !element && btf.name(id) === 'libbpf_tristate';
    case KIND.ARRAY:
      return (
        !element &&
        btf.field(id, FIELD.arrayCount) > 0 &&
        isSetting(btf, btf.field(id, FIELD.arrayElement), true)
      );
    default:
      return false;
  }
}

/** Listed in .ksyms or .kconfig, though no symbol asks for it. Without any extern libbpf does not look. */
function* declaredWithoutSymbol(
  { btf, dataSections }: View,
  undefinedSymbols: readonly ElfSymbol[],
): Generator<Diagnostic> {
  if (btf === undefined || undefinedSymbols.length === 0) return;
  const names = new Set(undefinedSymbols.map(({ name }) => name));
  for (const section of [KSYMS, KCONFIG]) {
    const list = dataSections.get(section);
    const listed = list?.variables.map(({ type }) => type) ?? [];
    if (!listed.some((id) => names.has(btf.name(id)))) continue;
    for (const id of listed) {
      const name = btf.name(id);
      if (names.has(name)) continue;
      const kind = section === KCONFIG || btf.kind(id) === KIND.VAR ? 'var' : 'func';
      const quoted = `failed to find extern definition for BTF ${kind} '${name}'`;
      const fault = `is listed in ${section}, and no undefined symbol is of that name`;
      yield diagnose.badExtern(name, fault, quoted, 'build the object again', []);
    }
  }
}

/** The variables of data sections: libbpf looks for the symbols of all that are neither static nor extern. */
export const variablesHaveSymbols: Rule = (object, report) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  const symbols = new Set(object.symbols.filter(isVariable).map(({ name }) => name));
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const section = btf.name(id);
    if (section === KSYMS || section === KCONFIG) continue;
    const variables = btf
      .variables(id)
      .filter(({ type }) => btf.field(type, FIELD.first) !== LINKAGE.EXTERN);
    if (variables.length === 0) continue;
    if (btf.size(id) === 0 && !view.section(section)?.size) {
      report(diagnose.sectionWithoutBytes(section));
      continue;
    }
    for (const { type } of variables) {
      if (btf.field(type, FIELD.first) === LINKAGE.STATIC || symbols.has(btf.name(type))) continue;
      report(diagnose.variableWithoutSymbol(btf.name(type), section));
    }
  }
};
