/** LIBBPF-011 and LIBBPF-012: names that libbpf looks for, in the kernel and in the symbols. */

import { nearest } from '../../../base/nearest.ts';
import { helperByName, helperNames } from '../../../bpf/helpers.ts';
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { readMapDefinition } from '../../../btf/map-definition.ts';
import { typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { referencesOf } from './references.ts';
import { refusedSetting } from './settings.ts';
import { isExtern, isVariable, type View, viewOf } from './view.ts';

const KSYMS = '.ksyms';
const KCONFIG = '.kconfig';

export const externs: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
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

  /** Of what the name is declared to be. */
  symbolType(name: string): number | undefined {
    const id = this.#ids.get(name);
    if (this.btf === undefined || id === undefined) return undefined;
    return this.btf.kind(id) === KIND.FUNC ? STT.FUNC : STT.OBJECT;
  }

  /** By its type: the declaration need not be in `.maps`. */
  isMap(name: string): boolean {
    const id = this.#ids.get(name);
    if (this.btf === undefined || id === undefined || this.btf.kind(id) !== KIND.VAR) return false;
    const { map } = readMapDefinition(this.btf, id);
    return this.section(id) === '.maps' || map?.attributes.has('type') === true;
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
    const kind = kindOf(declarations, name);
    const near =
      kind === 'helper' ? undefined : nearest(name, definedLike(view, declarations, name));
    // A link may be followed by another; an object that a machine is to load is not.
    const isLast = view.loader.host !== undefined;
    return diagnose.unresolvedExtern(name, quoted, near, kind, isLast, usedAt(view, symbol));
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
  if (section === KCONFIG) return refusedSetting(btf, id, symbol, () => usedAt(view, symbol));
  if (section !== KSYMS) return unresolved(`unrecognized extern section '${section}'`);
  return refusedFlavor(view, btf, id, symbol);
}

/** `name___suffix` stands for `name` since 1.3; before that the kernel is to have the whole name. */
function refusedFlavor(
  view: View,
  btf: Btf,
  id: number,
  symbol: ElfSymbol,
): Diagnostic | undefined {
  const { name, binding } = symbol;
  if (binding === STB.WEAK || !/.___./.test(name) || !isBefore(view.loader, [1, 3])) {
    return undefined;
  }
  const quoted =
    btf.kind(id) === KIND.FUNC
      ? `extern (func ksym) '${name}': not found in kernel or module BTFs`
      : `extern (var ksym) '${name}': not found in kernel BTF`;
  const fault = 'has a flavor (___), which libbpf leaves out since 1.3 only';
  const remedy = 'declare it without, or __weak, and ask with bpf_ksym_exists()';
  return diagnose.badExtern(name, fault, quoted, remedy, usedAt(view, symbol));
}

function linkageOf(btf: Btf, id: number): number {
  return btf.kind(id) === KIND.FUNC ? btf.vlen(id) : btf.field(id, FIELD.first);
}

type Kind = Parameters<typeof diagnose.unresolvedExtern>[3];

function kindOf(declarations: Declarations, name: string): Kind {
  if (name.startsWith('bpf_') && helperByName(name) !== undefined) return 'helper';
  return declarations.isMap(name) ? 'map' : 'other';
}

/** What a misspelt name may mean: `bpf_map_lookup_elem`, and what other files see of the object. */
function* definedLike(view: View, declarations: Declarations, name: string): Generator<string> {
  const isMap = declarations.isMap(name);
  if (!isMap && name.startsWith('bpf_')) for (const helper of helperNames()) yield `bpf_${helper}`;
  const type = declarations.symbolType(name);
  for (const symbol of view.object.symbols) {
    if (symbol.place === 'undefined' || symbol.binding === STB.LOCAL) continue;
    if (type !== undefined && symbol.type !== type) continue;
    // `map2` beside `map1` is another file's, and no mistake.
    if (otherNumber(symbol.name, name)) continue;
    const section = view.sectionOf(symbol);
    if ((section !== undefined && view.role(section) === 'maps') === isMap) yield symbol.name;
  }
}

function otherNumber(a: string, b: string): boolean {
  const [one, other] = [a, b].map((name) => name.replace(/\D+/g, ''));
  return one !== '' && other !== '' && one !== other;
}

/** The first place that refers to the symbol; without one the symbol alone. */
function usedAt(view: View, symbol: ElfSymbol): readonly Location[] {
  const use = referencesOf(view).find((reference) => reference.symbol === symbol);
  return use === undefined
    ? view.atSymbol(symbol)
    : view.at(use.section, use.relocation.offset, `symbol '${symbol.name}'`);
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
export const variablesHaveSymbols: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf } = view;
  if (btf === undefined) return;
  const hasWeak = !isBefore(loader, [0, 8]);
  const symbols = new Set(
    object.symbols
      .filter((symbol) => isVariable(symbol) && (hasWeak || symbol.binding === STB.GLOBAL))
      .map(({ name }) => name),
  );
  const silent = !isBefore(loader, [1, 1]);
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const section = btf.name(id);
    if (section === KSYMS || section === KCONFIG) continue;
    const variables = btf
      .variables(id)
      .filter(({ type }) => btf.field(type, FIELD.first) !== LINKAGE.EXTERN);
    if (variables.length === 0) continue;
    if (btf.size(id) === 0 && !view.section(section)?.size) {
      report(diagnose.sectionWithoutBytes(section, silent));
      continue;
    }
    for (const { type } of variables) {
      if (btf.field(type, FIELD.first) === LINKAGE.STATIC || symbols.has(btf.name(type))) continue;
      report(diagnose.variableWithoutSymbol(btf.name(type), section, silent));
    }
  }
};
