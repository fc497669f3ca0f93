/**
 * Keeps one copy of what several objects carry each for themselves:
 * - COMDAT groups (C++ inline functions): the first group of a signature, whole;
 * - `license` and `version`: the first section, and the others must have the same bytes.
 */
import { equalBytes } from '../base/bytes.ts';
import { copiesDiffer } from '../diag/catalogue/elf.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { type InputFile, type InputSection, isForLoader } from '../model/input.ts';
import type { Exclusions } from '../model/symbols.ts';

export function selectCopies(files: readonly InputFile[], sink: DiagnosticSink): Exclusions {
  const replacedBy = new Map<InputSection, InputSection | undefined>();
  selectComdats(files, replacedBy);

  const first = new Map<string, InputSection>();
  for (const file of files) {
    for (const section of file.sections) {
      if (section === undefined || !isForLoader(section.name)) continue;
      const kept = first.get(section.name);
      if (kept === undefined) first.set(section.name, section);
      else if (equalBytes(kept.bytes, section.bytes)) replacedBy.set(section, kept);
      else sink.report(copiesDiffer(section.name, kept.file.path, section.file.path));
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
    for (const group of file.elf.groups) {
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
          winner.find((section) => section.name === member.name),
        );
      }
    }
  }
}
