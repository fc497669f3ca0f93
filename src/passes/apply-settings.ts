/** Writes the values that the user set (`--set name=value`) into the data of the symbols they name. */
import { Btf } from '../btf/read.ts';
import { encodeSetting } from '../config/encode.ts';
import { bindSetting } from '../config/settings.ts';
import { isDiagnostic, type Setting } from '../config/value.ts';
import { variableType } from '../config/variable-type.ts';
import { ambiguousSymbol, notData, unknownSymbol } from '../diag/catalogue/config.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, STB, STT } from '../elf/constants.ts';
import type { InputFile, InputSymbol } from '../model/input.ts';
import { locateSymbol } from '../model/source-lines.ts';
import type { LinkState } from '../model/state.ts';

export function applySettings(
  state: LinkState,
  settings: readonly Setting[],
  sink: DiagnosticSink,
): void {
  if (settings.length === 0) return;
  const variables = findVariables(state);
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
    const type = typeOf(symbol.file, name);
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
    contents.set(encoded.bytes, place.offset + encoded.offset);
    state.contents.set(place.section, contents);
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

function typeOf(file: InputFile, name: string) {
  const btf = file.btf && Btf.read(file.btf, file.elf.order);
  return btf && variableType(btf, name);
}
