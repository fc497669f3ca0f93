/**
 * CILIUM-015: names that the kernel or another object has. Which of these an undefined symbol is, cilium/ebpf
 * knows from the DATASECs `.ksyms` and `.kconfig`; what is in neither stays as it is, and loads 0.
 */
import { didYouMean } from '../../../base/nearest.ts';
import { Opcode } from '../../../bpf/opcode.ts';
import { KIND } from '../../../btf/format.ts';
import { printType } from '../../../btf/print-c.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/externs.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { loadedFunctions } from './reach.ts';
import { type Reference, referencesOf } from './references.ts';
import { refusedSetting } from './settings.ts';
import { sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

/** The DATASECs themselves, whether anything refers to what they list or not. */
export const externs: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  const settings = sectionTypes(btf, '.kconfig') ?? [];
  const areResolved = refersTo(view, new Set(settings.map(({ type }) => btf.name(type))));
  for (const { type } of settings) {
    const found = refusedSetting(btf, type, areResolved, placesOf(view, btf.name(type)));
    if (found !== undefined) report(found);
  }
  for (const { type } of sectionTypes(btf, '.ksyms') ?? []) {
    const found = refusedKsym(view, btf, type, loader);
    if (found !== undefined) report(found);
  }
};

/** Whether a program has one of the settings; then the values of all are looked up. */
function refersTo(view: CiliumView, settings: ReadonlySet<string>): boolean {
  const loaded = loadedFunctions(view);
  return referencesOf(view).some(
    ({ inside, symbol }) =>
      symbol?.place === 'undefined' && settings.has(symbol.name) && loaded.has(inside.name),
  );
}

function refusedKsym(
  view: CiliumView,
  btf: Btf,
  id: number,
  loader: Loader,
): Diagnostic | undefined {
  const name = btf.name(id);
  const at = placesOf(view, name);
  if (btf.kind(id) === KIND.FUNC) {
    const [plain, flavor] = name.split(/___(.*)/s);
    const symbol = externNamed(view.object, name);
    if (flavor === undefined || symbol === undefined) return undefined;
    return diagnose.kfuncFlavor(name, plain!, symbol.binding === STB.WEAK, at);
  }
  if (btf.kind(id) !== KIND.VAR) return undefined;
  const type = btf.target(id);
  const title = type === 0 ? 'void' : printType(btf, type);
  if (isBefore(loader, [0, 17])) return diagnose.badKsym(name, title, '0.17', at);
  if (type === 0 || !isBefore(loader, [0, 23])) return undefined;
  return diagnose.badKsym(name, title, undefined, at);
}

function externNamed(object: ElfObject, name: string): ElfSymbol | undefined {
  return object.symbols.find((symbol) => symbol.place === 'undefined' && symbol.name === name);
}

/** Where code first refers to the name. */
function placesOf(view: CiliumView, name: string): ReturnType<CiliumView['at']> {
  for (const section of view.sections('code')) {
    for (const [offset, { symbol }] of view.relocations(section)) {
      if (view.object.symbols[symbol]!.name === name) return view.at(section, offset);
    }
  }
  return [];
}

/** What the loader makes of a reference to a symbol that the object does not define. */
export function undefinedReference(
  view: CiliumView,
  { section, offset, inside, opcode }: Reference,
  symbol: ElfSymbol,
  loader: Loader,
): Diagnostic | undefined {
  const { name, binding, type } = symbol;
  const at = view.at(section, offset);
  if (binding === STB.LOCAL) {
    return diagnose.undefinedForm(name, 'is local', 'unsupported binding: STB_LOCAL', at);
  }
  if (binding === STB.WEAK && isBefore(loader, [0, 14])) {
    return diagnose.weakExtern(name, 'name', at);
  }
  if (type !== STT.NOTYPE) {
    const title = type === STT.FUNC ? 'STT_FUNC' : '...';
    return diagnose.undefinedForm(name, 'has a type', `unsupported type ${title}`, at);
  }
  const { btf } = view;
  const settings = btf && sectionTypes(btf, '.kconfig');
  const kernel = btf && sectionTypes(btf, '.ksyms')?.find((one) => btf.name(one.type) === name);
  const isFunction = kernel !== undefined && btf?.kind(kernel.type) === KIND.FUNC;
  // What no program reaches, nobody misses.
  const isLoaded = loadedFunctions(view).has(inside.name);
  if (opcode === Opcode.CALL) {
    if (isFunction || !isLoaded) return undefined;
    return diagnose.undefinedFunction(name, didYouMean(name, functionNames(view)), at);
  }
  if (opcode !== Opcode.LD_IMM64 || kernel !== undefined) return undefined;
  if (settings === undefined || btf === undefined) {
    if (!isLoaded) return undefined;
    return diagnose.undefinedData(name, didYouMean(name, variableNames(view)), at);
  }
  if (binding === STB.WEAK) return diagnose.weakExtern(name, 'setting', at);
  const names = settings.map((setting) => btf.name(setting.type));
  if (names.includes(name)) return undefined;
  return diagnose.notInKconfig(name, didYouMean(name, names), at);
}

function functionNames(view: CiliumView): string[] {
  return view.sections('code').flatMap((section) => view.sorted(section).map(({ name }) => name));
}

function variableNames(view: CiliumView): string[] {
  return view
    .sections('data', 'maps')
    .flatMap((section) => view.sorted(section).map(({ name }) => name));
}
