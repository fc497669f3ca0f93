/**
 * The names of sections that aya takes for programs: `ProgramSection::from_str` of aya-obj 0.3 and 0.6. A name is
 * split at its slashes; the first piece says what the programs are, and for a few kinds the second one more.
 */
import { nearest } from '../../../base/nearest.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';
import { AFTER_0_3 } from './versions.ts';

/** Kinds whose further pieces say nothing to aya: `kprobe/do_unlinkat`, `classifier/anything`. */
const open: readonly string[] = [
  ...['kprobe', 'kretprobe', 'uprobe', 'uprobe.s', 'uretprobe', 'uretprobe.s'],
  ...['tracepoint', 'tp', 'raw_tp', 'raw_tracepoint', 'tp_btf', 'perf_event'],
  ...['fentry', 'fentry.s', 'fexit', 'fexit.s', 'freplace', 'lsm', 'lsm.s', 'lsm_cgroup'],
  ...['iter', 'iter.s', 'classifier', 'socket', 'sk_msg', 'sockops', 'sk_lookup'],
  ...['flow_dissector', 'lirc_mode2'],
];

/** Since aya-obj 0.5. */
const newer: readonly string[] = [
  'uprobe.multi',
  'uprobe.multi.s',
  'uretprobe.multi',
  'uretprobe.multi.s',
];

const sockets = ['bind', 'connect', 'getpeername', 'getsockname', 'sendmsg', 'recvmsg'];

/** What the second piece may be; where `''` is among it, there need be none. */
const closed: Readonly<Record<string, readonly string[]>> = {
  xdp: ['', 'cpumap', 'devmap'],
  'xdp.frags': ['', 'cpumap', 'devmap'],
  sk_skb: ['stream_parser', 'stream_verdict'],
  sk_reuseport: ['', 'migrate'],
  cgroup_skb: ['ingress', 'egress'],
  cgroup: [
    ...['skb', 'sysctl', 'dev', 'getsockopt', 'setsockopt', 'sock'],
    ...['post_bind4', 'post_bind6', 'sock_create', 'sock_release'],
    ...sockets.flatMap((name) => [`${name}4`, `${name}6`]),
  ],
};

/** What libbpf calls otherwise. */
const renamed: Readonly<Record<string, string>> = {
  tc: 'classifier',
  tcx: 'classifier',
  netkit: 'classifier',
  action: 'classifier',
  socket_filter: 'socket',
};

/** Programs of these kinds do not load without the object's types. */
const typed = /^(freplace|(fentry|fexit|lsm|iter)(\.s)?|lsm_cgroup|tp_btf)$/;

/** What aya makes of the name: nothing, or programs. */
export function isProgramSection(section: string, loader: Loader): boolean {
  const [kind = '', second] = section.split('/');
  if (open.includes(kind)) return true;
  if (newer.includes(kind)) return !isBefore(loader, AFTER_0_3);
  const choices = Object.hasOwn(closed, kind) ? closed[kind] : undefined;
  // `xdp/` has an empty second piece, which is none of the choices.
  return choices?.includes(second ?? '') === true && second !== '';
}

export function needsTypes(section: string): boolean {
  return typed.test(section.split('/', 1)[0]!);
}

/** The name that aya has for what an unknown one means: `classifier` for `tc/ingress`, `xdp` for `xdp/drop`. */
export function knownName(section: string, loader: Loader): string | undefined {
  const name = section.replace(/^\?/, '');
  if (name !== section && isProgramSection(name, loader)) return name;
  const [kind = '', second = ''] = name.split('/');
  if (Object.hasOwn(renamed, kind)) return renamed[kind];
  const choices = Object.hasOwn(closed, kind) ? closed[kind]! : undefined;
  if (choices !== undefined) {
    const near = nearest(second, choices);
    if (near !== undefined && near !== '') return `${kind}/${near}`;
    return choices.includes('') ? kind : undefined;
  }
  const known = [...open, ...Object.keys(closed).filter((one) => closed[one]!.includes(''))];
  const near =
    nearest(kind, known) ??
    known.find((one) => /^\W|^_/.test(kind.slice(one.length)) && kind.startsWith(one));
  return near === undefined ? undefined : [near, ...name.split('/').slice(1)].join('/');
}
