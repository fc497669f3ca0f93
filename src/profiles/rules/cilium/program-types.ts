/**
 * The program type that cilium/ebpf gives to the functions of a section (its `getProgType`). The table is libbpf's,
 * but read in another way:
 *
 *     xdp       matches what begins so: xdp_pass, xdp/mine, xdpfilter
 *     kprobe+   matches kprobe and kprobe/..., as in libbpf
 *     ?tc       is tc
 */
import { type ProgramSection, programSections } from '../../../bpf/program-sections.ts';
import { isBefore, type Loader, type Version } from '../../../model/rule.ts';

/** Names that are younger than version 0.13 of cilium/ebpf. */
const since: Readonly<Record<string, Version>> = {
  'kprobe.session+': [0, 17],
  'sk_skb/verdict': [0, 17],
  'uprobe.session+': [0, 21],
  'uprobe.session.s+': [0, 21],
  'fsession+': [0, 22],
  'fsession.s+': [0, 22],
};

/** Undefined where the loader leaves the type open, and so does not load the programs. */
export function programTypeOf(section: string, loader: Loader): ProgramSection | undefined {
  const name = section.startsWith('?') ? section.slice(1) : section;
  return programSections().find(({ pattern }) => {
    const first = since[pattern];
    return matches(name, pattern) && (first === undefined || !isBefore(loader, first));
  });
}

function matches(name: string, pattern: string): boolean {
  if (!pattern.endsWith('+')) return name.startsWith(pattern);
  return name.split('/', 1)[0] === pattern.slice(0, -1);
}
