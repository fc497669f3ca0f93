/**
 * DATASECs: which variables are in which section. Compilers leave their sizes and places out, and aya fills them in
 * from sections and symbols of the same names; where a size is given, it takes all as it is.
 */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD, type SectionVariable } from '../../../btf/types.ts';
import { STB, STT } from '../../../elf/constants.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';
import { AFTER_0_3 } from './versions.ts';
import type { AyaView } from './view.ts';

/** A section without a size that aya does not find, or a variable whose symbol it does not find. */
export interface SizelessFault {
  readonly section: string;
  readonly symbol?: string;
}

/** At most one: aya stops at the first. */
export function sizelessFaults(view: AyaView, loader: Loader): SizelessFault[] {
  const { btf } = view.base;
  if (btf === undefined) return [];
  const symbols = variableOffsets(view);
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const section = btf.name(id);
    // Newer ayas make something of it themselves.
    const isKnown = section === '.ksyms' && !isBefore(loader, AFTER_0_3);
    if (btf.size(id) > 0 || isKnown) continue;
    if (view.base.section(section) === undefined) return [{ section }];
    for (const { type } of btf.variables(id)) {
      if (!isStatic(btf, type) && !symbols.has(btf.name(type))) {
        return [{ section, symbol: btf.name(type) }];
      }
    }
  }
  return [];
}

/** In words: variables that the kernel finds out of order, one over another, or outside of their section. */
export function dataSectionFault(view: AyaView, btf: Btf): string | undefined {
  const symbols = variableOffsets(view);
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const section = btf.name(id);
    const isGiven = btf.size(id) > 0 || section === '.ksyms';
    if (section === '.ksyms') continue;
    const size = isGiven ? btf.size(id) : (view.base.section(section)?.size ?? 0);
    const variables = btf.variables(id).map((variable) => ({
      ...variable,
      offset: isGiven ? variable.offset : offsetOf(btf, variable, symbols),
    }));
    const fault = placesFault(btf, section, size, variables);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function placesFault(
  btf: Btf,
  section: string,
  size: number,
  variables: readonly SectionVariable[],
): string | undefined {
  let end = 0;
  for (const variable of variables) {
    const name = btf.name(variable.type);
    if (variable.offset < end) {
      return `'${name}' at byte ${variable.offset} of '${section}', where it comes after byte ${end}`;
    }
    end = variable.offset + variable.size;
    if (variable.size === 0) return `'${name}' in '${section}' without a size`;
    if (end > size) return `'${name}' reaches beyond the ${size} bytes of '${section}'`;
  }
  return undefined;
}

function isStatic(btf: Btf, id: number): boolean {
  return btf.kind(id) === KIND.VAR && btf.field(id, FIELD.first) === LINKAGE.STATIC;
}

function offsetOf(
  btf: Btf,
  { type, offset }: SectionVariable,
  symbols: ReadonlyMap<string, number>,
): number {
  return isStatic(btf, type) ? offset : (symbols.get(btf.name(type)) ?? offset);
}

/** Of global symbols and those of data, in whatever section; of several of a name the last. */
function variableOffsets(view: AyaView): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { name, binding, type, value } of view.object.symbols) {
    if (binding !== STB.LOCAL || type === STT.OBJECT || type === STT.COMMON) found.set(name, value);
  }
  return found;
}
