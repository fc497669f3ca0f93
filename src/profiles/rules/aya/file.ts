/** AYA-003, AYA-004, AYA-030, AYA-031, AYA-041 and AYA-042: what aya wants of the file as a whole. */
import * as diagnose from '../../../diag/catalogue/aya/file.ts';
import { isDebugInformation } from '../../../elf/needed.ts';
import type { Rule } from '../../../model/rule.ts';
import { ayaView, isData } from './view.ts';

/** aya reads the relocations of every section, those of debug information too. */
export const relocationSymbols: Rule = ({ relocations, sections }, report) => {
  for (const [index, list] of relocations) {
    const without = list.find(({ symbol }) => symbol === 0);
    if (without === undefined) continue;
    const { name } = sections[index]!;
    report(diagnose.relocationWithoutSymbol(name, without.offset, isDebugInformation(name)));
  }
};

/** Bytes that are no UTF-8 have become U+FFFD. */
export const symbolNames: Rule = ({ symbols }, report) => {
  for (const { name } of symbols) {
    if (name.includes('\ufffd')) report(diagnose.symbolNameEncoding(name));
  }
};

export const licenseAndVersion: Rule = ({ sections }, report) => {
  const license = sections.find(({ name }) => name === 'license');
  if (license !== undefined) {
    const { bytes } = license;
    if (bytes.length < 2) report(diagnose.licenseTooShort(bytes));
    else if (bytes.at(-1) !== 0) report(diagnose.licenseWithoutNul(bytes));
    else if (bytes.indexOf(0) !== bytes.length - 1) report(diagnose.licenseWithNul(bytes));
  }
  const version = sections.find(({ name }) => name === 'version');
  if (version !== undefined && version.bytes.length !== 4) {
    report(diagnose.versionSize(version.bytes));
  }
};

/** Data is kept by the names of its sections, and so are records of functions and lines. */
export const sectionNamesAreUnique: Rule = (object, report) => {
  const view = ayaView(object);
  const byName = new Map<string, number>();
  for (const section of object.sections) {
    const role = view.role(section);
    if (!isData(role) && role !== 'programs' && role !== 'functions') continue;
    const count = (byName.get(section.name) ?? 0) + 1;
    byName.set(section.name, count);
    if (count !== 2) continue;
    if (isData(role)) report(diagnose.sameDataSections(section.name));
    else if (view.base.ext !== undefined) report(diagnose.sameCodeSections(section.name));
  }
};

export const byteOrder: Rule = ({ order, sections }, report, { host }) => {
  if (host === undefined || order === host) return;
  const hasTypes = sections.some(({ name }) => name === '.BTF');
  report(diagnose.otherByteOrder(order, host, hasTypes));
};
