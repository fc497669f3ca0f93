/** aya, the loader of Rust programs: aya-obj 0.3. Version 0.4 stands for what comes after it. */
import { type Profile, takesAll } from './profile.ts';

export const aya: Profile = {
  ...takesAll,
  name: 'aya',
  title: 'aya',
  versions: { oldest: [0, 3], newest: [0, 3] },
  script: 'aya.ld',
  referencesBySection: true,
  hiddenIsStatic: true,
  rules: [],
};
