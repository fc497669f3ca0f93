/** A plain relocatable link: everything is kept, for a later link or a loader that bpfld does not know. */
import { forbiddenReference, functionAddress } from '../diag/catalogue/lowering.ts';
import { severalPrograms } from '../diag/catalogue/tc.ts';
import type { Profile } from './profile.ts';

export const generic: Profile = {
  name: 'generic',
  script: 'generic.ld',
  permittedTargets: undefined,
  keepUndefined: true,
  legacyMaps: false,
  keepBtf: true,
  oneProgramPerSection: false,
  refuse: {
    reference: ({ section, object, why, at }) => forbiddenReference(section, object, why, at),
    functionAddress,
    severalPrograms,
  },
  rules: [],
};
