/** REDBPF-013 to REDBPF-015: the object as a whole, its license and version. */
import * as diagnose from '../../../diag/catalogue/redbpf.ts';
import { SHT } from '../../../elf/constants.ts';
import type { Rule } from '../../../model/rule.ts';
import { objectView } from '../object-view.ts';
import { halves } from './view.ts';

export const byteOrder: Rule = ({ order }, report, { host }) => {
  if (host !== undefined && host !== order) report(diagnose.otherByteOrder(order, host));
};

export const licenseAndVersion: Rule = (object, report) => {
  const view = objectView(object);
  let license = false;
  for (const section of object.sections) {
    if (section.type !== SHT.PROGBITS) continue;
    const [kind] = halves(section);
    if (kind === 'version' && section.size < 4) {
      report(diagnose.shortVersion(section.name, section.size, view.at(section, 0)));
    }
    if (kind !== 'license') continue;
    license = true;
    if (!section.bytes.includes(0)) {
      report(diagnose.openLicense(section.name, view.at(section, 0)));
    }
  }
  if (!license) report(diagnose.noLicense());
};
