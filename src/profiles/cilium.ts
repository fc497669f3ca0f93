/** cilium/ebpf, the loader of Go programs, and what Cilium itself is built on. */
import { type Profile, takesAll } from './profile.ts';

export const cilium: Profile = {
  ...takesAll,
  name: 'cilium',
  title: 'cilium/ebpf',
  versions: { oldest: [0, 13], newest: [0, 22] },
  script: 'cilium.ld',
  referencesBySection: true,
  hiddenIsStatic: true,
  rules: [],
};
