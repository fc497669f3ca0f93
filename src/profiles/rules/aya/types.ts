/**
 * AYA-032 to AYA-035 and AYA-043: whether the types can be read, and whether the kernel takes them. aya gives them to
 * the kernel as they are, but for names of pointers and parameters, slashes in names of sections, and sections
 * without a size. Where the kernel refuses them it goes on without any, unless a program needs them.
 */
import { ByteView } from '../../../base/bytes.ts';
import { BTF_HEADER_SIZE, readBtf } from '../../../btf/read.ts';
import * as diagnose from '../../../diag/catalogue/aya/types.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { dataSectionFault, sizelessFaults } from './data-section-types.ts';
import { externFault, namelessFault } from './kernel-types.ts';
import { needsTypes } from './section-names.ts';
import { AFTER_0_3 } from './versions.ts';
import { type AyaView, ayaView } from './view.ts';

export const typesCanBeRead: Rule = (object, report) => {
  const view = ayaView(object);
  const { btfFault } = view.base;
  const bytes = view.base.section('.BTF')?.bytes;
  if (bytes === undefined || btfFault === undefined) return;
  const unreadable = readBtf(bytes, object.order).fault !== undefined;
  report(diagnose.badTypes(btfFault, unreadable));
};

/** aya looks for the sizes that compilers leave out. */
export const sizesAreKnown: Rule = (object, report, loader) => {
  const view = ayaView(object);
  for (const { section, symbol } of sizelessFaults(view, loader)) {
    if (symbol !== undefined) report(diagnose.variableWithoutSymbol(symbol, section));
    else report(diagnose.sectionWithoutSize(section));
  }
};

/** One report of each kind: the kernel stops at the first. */
export const typesSuitTheKernel: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const refusals = kernelRefusals(view, loader);
  for (const refusal of refusals) report(refusal.diagnostic);
  const [first] = refusals;
  if (first === undefined) return;
  const needing = whatNeedsTypes(view);
  if (needing !== undefined) report(diagnose.typesAreNeeded(needing, first.what));
};

export interface Refusal {
  readonly what: string;
  readonly diagnostic: Diagnostic;
}

/** What the kernel says to the types; nothing where aya does not get so far. */
export function kernelRefusals(view: AyaView, loader: Loader): Refusal[] {
  const { btf } = view.base;
  if (btf === undefined || sizelessFaults(view, loader).length > 0) return [];
  const faults = [
    [headerFault(view), diagnose.typesHeader],
    [dataSectionFault(view, btf), diagnose.variableOrder],
    [namelessFault(btf), diagnose.typeNames],
    [externFault(btf, !isBefore(loader, AFTER_0_3)), diagnose.externTypes],
  ] as const;
  return faults.flatMap(([what, factory]) =>
    what === undefined ? [] : [{ what, diagnostic: factory(what) }],
  );
}

/** aya writes a header of 24 bytes, the types and the strings, and leaves what the header says. */
function headerFault(view: AyaView): string | undefined {
  const bytes = view.base.section('.BTF')?.bytes;
  if (bytes === undefined) return undefined;
  const header = new ByteView(bytes, view.object.order);
  if (header.u32(4) !== BTF_HEADER_SIZE) return `a header of ${header.u32(4)} bytes`;
  if (header.u32(8) !== 0) return `its types begin ${header.u32(8)} bytes behind the header`;
  if (header.u32(16) !== header.u32(12)) return 'its strings do not follow its types';
  return undefined;
}

/** What does not load without the object's types, in words. */
function whatNeedsTypes(view: AyaView): string | undefined {
  const program = view.programs().find(({ section }) => needsTypes(section.name));
  if (program !== undefined) return `the program '${program.name}' in '${program.section.name}'`;
  const hasCore = view.base.ext?.core.some(({ records }) => records.length > 0);
  return hasCore === true ? 'CO-RE' : undefined;
}
