/** CILIUM-009: what the slots of a map name: `__array(values, ...) = { [1] = &inner }`. */
import { KIND } from '../../../btf/format.ts';
import { sizeOf } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Loader } from '../../../model/rule.ts';
import type { MapFault } from './map-fields.ts';
import { programTypeOf } from './program-types.ts';
import type { CiliumView } from './view.ts';

const PROG_ARRAY = 3;

/** The loader goes by the names of the symbols, whatever it knows under these names. */
export function slotFault(
  view: CiliumView,
  btf: Btf,
  section: ElfSection,
  { name: map, value, size }: ElfSymbol,
  struct: number,
  loader: Loader,
): MapFault | undefined {
  const values = btf.members(struct).find(({ name }) => name === 'values');
  if (values === undefined) return undefined;
  const keys = keySize(btf, struct);
  const start = value + Math.floor(values.offsetBits / 8);
  for (const [offset, relocation] of view.relocations(section)) {
    const inside = offset >= start && offset < value + size;
    if (!inside || (offset - start) % section.align !== 0) continue;
    const symbol = view.object.symbols[relocation.symbol]!;
    const slot = (offset - start) / section.align;
    const wrong = wrongSlot(view, map, symbol, slot, isOfPrograms(btf, struct), loader);
    if (wrong !== undefined) return wrong;
    if (keys !== undefined && keys !== 4) {
      return {
        fault: `has slots, and keys of ${keys} bytes`,
        quoted: `populating map ${map}: putting value: key ...: marshal key: uint32 doesn't marshal to ${keys} bytes`,
        remedy: 'write __type(key, __u32)',
      };
    }
  }
  return undefined;
}

function keySize(btf: Btf, struct: number): number | undefined {
  for (const { name, type } of btf.members(struct)) {
    const target = btf.kind(type) === KIND.PTR ? btf.target(type) : 0;
    if (name === 'key') return sizeOf(btf, target);
    if (name === 'key_size' && btf.kind(target) === KIND.ARRAY) {
      return btf.field(target, FIELD.arrayCount);
    }
  }
  return undefined;
}

function isOfPrograms(btf: Btf, struct: number): boolean {
  const type = btf.members(struct).find(({ name }) => name === 'type')?.type ?? 0;
  if (btf.kind(type) !== KIND.PTR) return false;
  return btf.field(btf.target(type), FIELD.arrayCount) === PROG_ARRAY;
}

function wrongSlot(
  view: CiliumView,
  map: string,
  symbol: ElfSymbol,
  slot: number,
  ofPrograms: boolean,
  loader: Loader,
): MapFault | undefined {
  const name = view.nameOf(symbol);
  if (symbol.type !== STT.FUNC && symbol.type !== STT.OBJECT) {
    return {
      fault: `names '${name}' in slot ${slot} by a symbol that is none of a map or program`,
      quoted: `load BTF maps: map ${map}: resolving values contents: unknown relocation type ... for symbol ${symbol.name}`,
      remedy: 'make what is in the slot not static, and link the object that defines it',
    };
  }
  const section = view.sectionOf(symbol);
  const kind = section && view.kind(section);
  if (!ofPrograms) {
    if (kind === 'maps' || kind === 'legacy maps') return undefined;
    return {
      fault: `names '${name}' in slot ${slot}, which is no map`,
      quoted: `loading inner map ${name}, for map ${map}: missing map ${name}`,
      remedy: 'what is in the slots of a map of maps is defined in `.maps`',
    };
  }
  if (section !== undefined && kind === 'code' && section.name !== '.text') {
    if (programTypeOf(section.name, loader) !== undefined) return undefined;
  }
  return {
    fault: `names '${name}' in slot ${slot}, which is no program`,
    quoted: `loading program ${name}, for map ${map}: ...`,
    remedy: "give the function a SEC() that says what it is; those in '.text' are no programs",
  };
}
