/** A plain relocatable link: everything is kept, for a later link or a loader that bpfld does not know. */
import { type Profile, takesAll } from './profile.ts';

export const generic: Profile = {
  ...takesAll,
  name: 'generic',
  title: 'no loader in particular',
  versions: { oldest: [0, 0], newest: [0, 0] },
  script: 'generic.ld',
  rules: [],
};
