/** Writes the values that the user set (`--set name=value`) into the data of the symbols they name. */
import { readBtf } from '../btf/read.ts';
import { encodeSetting } from '../config/encode.ts';
import { bindSetting } from '../config/settings.ts';
import { isDiagnostic, type Setting } from '../config/value.ts';
import { VariableTypes } from '../config/variable-type.ts';
import {
  ambiguousSymbol,
  notData,
  settingOverAddress,
  settingWithoutEffect,
  unknownSymbol,
} from '../diag/catalogue/config.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, STB, STT } from '../elf/constants.ts';
import type { InputFile, InputSection, InputSymbol, Relocation } from '../model/input.ts';
import { locateSymbol } from '../model/source-lines.ts';
import type { LinkState, Place } from '../model/state.ts';

export function applySettings(
  state: LinkState,
  settings: readonly Setting[],
  sink: DiagnosticSink,
): void {
  if (settings.length === 0) return;
  const variables = findVariables(state);
  const references = new References(state);
  const idle = new Set<InputSymbol>();
  const types = new Map<InputFile, VariableTypes | undefined>();
  const typesOf = (file: InputFile): VariableTypes | undefined => {
    if (!types.has(file)) {
      const { btf } = file.btf === undefined ? {} : readBtf(file.btf, file.order);
      types.set(file, btf && new VariableTypes(btf));
    }
    return types.get(file);
  };
  for (const setting of settings) {
    const bound = bindSetting(setting, (name) => variables.has(name));
    if (bound === undefined) {
      sink.report(unknownSymbol(setting.name, variables.keys(), setting.origin));
      continue;
    }
    const { symbol: name, path } = bound;
    const [symbol, ...others] = variables.get(name)!;
    if (symbol === undefined) continue;
    if (others.length > 0) {
      const places = [symbol, ...others].flatMap((other) => locateSymbol(other));
      sink.report(ambiguousSymbol(setting.name, name, [setting.origin, ...places]));
      continue;
    }
    const place = state.placeOf(symbol);
    const data = place !== undefined && (place.section.flags & SHF.EXECINSTR) === 0;
    if (!data || symbol.size === 0) {
      const why = data ? 'it has no size' : 'it is not a variable';
      sink.report(notData(setting.name, name, why, setting.origin));
      continue;
    }
    const contents = state.contents.get(place.section) ?? state.bytesOf(place.section).slice();
    const type = typesOf(symbol.file)?.of(name);
    const encoded = encodeSetting(setting, {
      symbol: name,
      path,
      size: symbol.size,
      order: state.order,
      initial: contents.subarray(place.offset, place.offset + symbol.size),
      ...(type === undefined ? {} : { type }),
    });
    if (isDiagnostic(encoded)) {
      sink.report(encoded);
      continue;
    }
    const start = place.offset + encoded.offset;
    const address = relocationIn(place.section, start, start + encoded.bytes.length);
    if (address !== undefined) {
      sink.report(settingOverAddress(setting.name, address.symbol.name, setting.origin));
      continue;
    }
    contents.set(encoded.bytes, start);
    state.contents.set(place.section, contents);
    if (!idle.has(symbol) && isPlainData(place.section) && !references.leadTo(symbol, place)) {
      idle.add(symbol);
      sink.report(settingWithoutEffect(name, setting.origin));
    }
  }
}

/** A relocation that would write over the bytes `[start, end)` of the section. */
function relocationIn(
  { relocations }: InputSection,
  start: number,
  end: number,
): Relocation | undefined {
  return relocations.find(
    ({ offset, form }) => offset < end && offset + (form === 'abs64' ? 8 : 4) > start,
  );
}

/** Sections of other names may be read by the loader: licenses, maps. */
function isPlainData({ name }: InputSection): boolean {
  return /^\.(data|rodata|bss)(\.|$)|^COMMON$/.test(name);
}

/** What the relocations of the link refer to. */
class References {
  readonly #symbols = new Set<InputSymbol>();
  readonly #offsets = new Map<InputSection, number[]>();

  constructor(state: LinkState) {
    for (const section of state.sections()) {
      for (const relocation of section.relocations) {
        const definition = state.symbols.definitionOf(relocation.symbol);
        if (definition !== undefined) this.#symbols.add(definition);
        const target = state.targetOf(relocation);
        if (target.kind !== 'place') continue;
        const offsets = this.#offsets.get(target.section);
        if (offsets === undefined) this.#offsets.set(target.section, [target.offset]);
        else offsets.push(target.offset);
      }
    }
  }

  /** By the symbol whatever the addend is, or by another symbol to a byte of this one, which is at `place`. */
  leadTo(symbol: InputSymbol, { section, offset: start }: Place): boolean {
    const end = start + symbol.size;
    const offsets = this.#offsets.get(section) ?? [];
    return this.#symbols.has(symbol) || offsets.some((offset) => offset >= start && offset < end);
  }
}

/** By name: a global symbol's one definition, or else all local symbols of the name. */
function findVariables(state: LinkState): Map<string, InputSymbol[]> {
  const variables = new Map<string, InputSymbol[]>();
  for (const { name, definition } of state.symbols.all()) {
    if (definition !== undefined && definition.place !== 'absolute')
      variables.set(name, [definition]);
  }
  const globals = new Set(variables.keys());
  for (const file of state.files) {
    for (const symbol of file.symbols) {
      const named = symbol.binding === STB.LOCAL && symbol.place === 'section' && symbol.size > 0;
      const data = symbol.type !== STT.SECTION && symbol.type !== STT.FUNC;
      if (!named || !data || globals.has(symbol.name)) continue;
      variables.set(symbol.name, [...(variables.get(symbol.name) ?? []), symbol]);
    }
  }
  return variables;
}
