/**
 * Keeps one copy of what several objects carry each for themselves:
 * - COMDAT groups (C++ inline functions): the first group of a signature, whole. A global name then means
 *   the kept copy; a local one, or an offset, only where both copies are equal;
 * - `license` and `version`: the first section, and the others must have the same bytes.
 */
import { equalBytes } from '../base/bytes.ts';
import { copiesDiffer } from '../diag/catalogue/elf.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB } from '../elf/constants.ts';
import {
  type InputFile,
  type InputSection,
  type InputSymbol,
  isForLoader,
  type Relocation,
} from '../model/input.ts';
import type { Exclusions } from '../model/symbols.ts';

export function selectCopies(files: readonly InputFile[], sink: DiagnosticSink): Exclusions {
  const replacedBy = new Map<InputSection, InputSection | undefined>();
  selectComdats(files, replacedBy);

  const first = new Map<string, InputSection>();
  for (const file of files) {
    for (const section of file.sections) {
      if (section === undefined || !isForLoader(section.name)) continue;
      const kept = first.get(section.name);
      if (kept === undefined) {
        first.set(section.name, section);
        continue;
      }
      replacedBy.set(section, kept);
      if (!equalBytes(kept.bytes, section.bytes)) {
        sink.report(copiesDiffer(section.name, kept.file.path, section.file.path));
      }
    }
  }
  return { replacedBy };
}

function selectComdats(
  files: readonly InputFile[],
  replacedBy: Map<InputSection, InputSection | undefined>,
): void {
  const kept = new Map<string, InputSection[]>();
  for (const file of files) {
    for (const group of file.groups) {
      if (!group.comdat) continue;
      const members = group.members
        .map((index) => file.sections[index])
        .filter((section) => section !== undefined);
      const winner = kept.get(group.signature);
      if (winner === undefined) {
        kept.set(group.signature, members);
        continue;
      }
      for (const member of members) {
        replacedBy.set(
          member,
          winner.find((section) => section.name === member.name && areEqual(section, member)),
        );
      }
    }
  }
}

/** Equal bytes and references: an offset in one means the same in the other. */
function areEqual(a: InputSection, b: InputSection): boolean {
  return (
    a.type === b.type &&
    a.size === b.size &&
    equalBytes(a.bytes, b.bytes) &&
    a.relocations.length === b.relocations.length &&
    a.relocations.every((relocation, i) => refersAlike(a, relocation, b, b.relocations[i]!))
  );
}

function refersAlike(
  a: InputSection,
  one: Relocation,
  b: InputSection,
  other: Relocation,
): boolean {
  const alike = one.offset === other.offset && one.form === other.form;
  return alike && one.addend === other.addend && meanAlike(a, one.symbol, b, other.symbol);
}

/** One global name, or one place of the two sections themselves. Local names of elsewhere may differ. */
function meanAlike(
  a: InputSection,
  one: InputSymbol,
  b: InputSection,
  other: InputSymbol,
): boolean {
  const local = one.binding === STB.LOCAL;
  if (local !== (other.binding === STB.LOCAL)) return false;
  if (!local) return one.name === other.name;
  return one.section === a && other.section === b && one.value === other.value;
}
