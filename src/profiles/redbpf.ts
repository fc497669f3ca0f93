/** redbpf, which loaded Rust programs before aya. It knows no calls of functions and no BTF. */
import { type Profile, takesAll } from './profile.ts';

export const redbpf: Profile = {
  ...takesAll,
  name: 'redbpf',
  title: 'redbpf',
  versions: { oldest: [2, 3], newest: [2, 3] },
  script: 'redbpf.ld',
  keepUndefined: false,
  keepBtf: false,
  oneProgramPerSection: true,
  rules: [],
};
