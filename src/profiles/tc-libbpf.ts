/** tc and ip built with libbpf, as distributions have them since iproute2 5.11. */
import { libbpf } from './libbpf.ts';
import type { Profile } from './profile.ts';

export const tcLibbpf: Profile = {
  ...libbpf,
  name: 'tc-libbpf',
  title: 'tc built with libbpf',
  script: 'tc-libbpf.ld',
};
