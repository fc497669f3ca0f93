/**
 * The program types that libbpf gives to sections by their names (its `section_defs`, read at 0.6 to 1.7).
 *
 *     SEC("?fentry.s/do_unlinkat")   fentry.s+: type tracing, attached as trace_fentry, sleepable, not loaded unasked
 *
 * Before 1.0 libbpf also took names that only begin with one of these: `classifier/mine`, `xdp_pass`. Before 0.8 it
 * knew no `?`, and no `kprobe` without more.
 */
import { nearest } from '../base/nearest.ts';

type Row = readonly [pattern: string, type: string, attach?: string, since?: string];

/**
 * A pattern that ends in `+` means the name alone or with `/` and more; any other means the name alone. Types and
 * attach types are called as bpftool calls them. Without a version: 0.6 or before.
 */
const rows: readonly Row[] = [
  ['socket', 'socket_filter'],
  ['sk_reuseport/migrate', 'sk_reuseport', 'sk_reuseport_select_or_migrate'],
  ['sk_reuseport', 'sk_reuseport', 'sk_reuseport_select'],
  ['kprobe+', 'kprobe'],
  ['uprobe+', 'kprobe'],
  ['uprobe.s+', 'kprobe', '', '1.0'],
  ['kretprobe+', 'kprobe'],
  ['uretprobe+', 'kprobe'],
  ['uretprobe.s+', 'kprobe', '', '1.0'],
  ['kprobe.multi+', 'kprobe', 'trace_kprobe_multi', '0.8'],
  ['kretprobe.multi+', 'kprobe', 'trace_kprobe_multi', '0.8'],
  ['kprobe.session+', 'kprobe', 'trace_kprobe_session', '1.5'],
  ['uprobe.multi+', 'kprobe', 'trace_uprobe_multi', '1.3'],
  ['uretprobe.multi+', 'kprobe', 'trace_uprobe_multi', '1.3'],
  ['uprobe.session+', 'kprobe', 'trace_uprobe_session', '1.6'],
  ['uprobe.multi.s+', 'kprobe', 'trace_uprobe_multi', '1.3'],
  ['uretprobe.multi.s+', 'kprobe', 'trace_uprobe_multi', '1.3'],
  ['uprobe.session.s+', 'kprobe', 'trace_uprobe_session', '1.6'],
  ['ksyscall+', 'kprobe', '', '1.0'],
  ['kretsyscall+', 'kprobe', '', '1.0'],
  ['usdt+', 'kprobe', '', '0.8'],
  ['usdt.s+', 'kprobe', '', '1.3'],
  ['tc/ingress', 'sched_cls', 'tcx_ingress', '1.3'],
  ['tc/egress', 'sched_cls', 'tcx_egress', '1.3'],
  ['tcx/ingress', 'sched_cls', 'tcx_ingress', '1.3'],
  ['tcx/egress', 'sched_cls', 'tcx_egress', '1.3'],
  ['tc', 'sched_cls'],
  ['classifier', 'sched_cls'],
  ['action', 'sched_act'],
  ['netkit/primary', 'sched_cls', 'netkit_primary', '1.3'],
  ['netkit/peer', 'sched_cls', 'netkit_peer', '1.3'],
  ['tracepoint+', 'tracepoint'],
  ['tp+', 'tracepoint'],
  ['raw_tracepoint+', 'raw_tracepoint'],
  ['raw_tp+', 'raw_tracepoint'],
  ['raw_tracepoint.w+', 'raw_tracepoint_writable'],
  ['raw_tp.w+', 'raw_tracepoint_writable'],
  ['tp_btf+', 'tracing', 'trace_raw_tp'],
  ['fentry+', 'tracing', 'trace_fentry'],
  ['fmod_ret+', 'tracing', 'modify_return'],
  ['fexit+', 'tracing', 'trace_fexit'],
  ['fentry.s+', 'tracing', 'trace_fentry'],
  ['fmod_ret.s+', 'tracing', 'modify_return'],
  ['fexit.s+', 'tracing', 'trace_fexit'],
  ['fsession+', 'tracing', 'trace_fsession', '1.7'],
  ['fsession.s+', 'tracing', 'trace_fsession', '1.7'],
  ['freplace+', 'ext'],
  ['lsm+', 'lsm', 'lsm_mac'],
  ['lsm.s+', 'lsm', 'lsm_mac'],
  ['lsm_cgroup+', 'lsm', 'lsm_cgroup', '1.0'],
  ['iter+', 'tracing', 'trace_iter'],
  ['iter.s+', 'tracing', 'trace_iter', '0.7'],
  ['syscall', 'syscall'],
  ['xdp.frags/devmap', 'xdp', 'xdp_devmap', '0.7'],
  ['xdp/devmap', 'xdp', 'xdp_devmap', '0.7'],
  ['xdp.frags/cpumap', 'xdp', 'xdp_cpumap', '0.7'],
  ['xdp/cpumap', 'xdp', 'xdp_cpumap', '0.7'],
  ['xdp.frags', 'xdp', 'xdp', '0.7'],
  ['xdp', 'xdp', 'xdp'],
  ['perf_event', 'perf_event'],
  ['lwt_in', 'lwt_in'],
  ['lwt_out', 'lwt_out'],
  ['lwt_xmit', 'lwt_xmit'],
  ['lwt_seg6local', 'lwt_seg6local'],
  ['sockops', 'sock_ops', 'cgroup_sock_ops'],
  ['sk_skb/stream_parser', 'sk_skb', 'sk_skb_stream_parser'],
  ['sk_skb/stream_verdict', 'sk_skb', 'sk_skb_stream_verdict'],
  ['sk_skb/verdict', 'sk_skb', 'sk_skb_verdict', '1.4'],
  ['sk_skb', 'sk_skb'],
  ['sk_msg', 'sk_msg', 'sk_msg_verdict'],
  ['lirc_mode2', 'lirc_mode2', 'lirc_mode2'],
  ['flow_dissector', 'flow_dissector', 'flow_dissector'],
  ['cgroup_skb/ingress', 'cgroup_skb', 'cgroup_inet_ingress'],
  ['cgroup_skb/egress', 'cgroup_skb', 'cgroup_inet_egress'],
  ['cgroup/skb', 'cgroup_skb'],
  ['cgroup/sock_create', 'cgroup_sock', 'cgroup_inet_sock_create'],
  ['cgroup/sock_release', 'cgroup_sock', 'cgroup_inet_sock_release'],
  ['cgroup/sock', 'cgroup_sock', 'cgroup_inet_sock_create'],
  ['cgroup/post_bind4', 'cgroup_sock', 'cgroup_inet4_post_bind'],
  ['cgroup/post_bind6', 'cgroup_sock', 'cgroup_inet6_post_bind'],
  ['cgroup/bind4', 'cgroup_sock_addr', 'cgroup_inet4_bind'],
  ['cgroup/bind6', 'cgroup_sock_addr', 'cgroup_inet6_bind'],
  ['cgroup/connect4', 'cgroup_sock_addr', 'cgroup_inet4_connect'],
  ['cgroup/connect6', 'cgroup_sock_addr', 'cgroup_inet6_connect'],
  ['cgroup/connect_unix', 'cgroup_sock_addr', 'cgroup_unix_connect', '1.3'],
  ['cgroup/sendmsg4', 'cgroup_sock_addr', 'cgroup_udp4_sendmsg'],
  ['cgroup/sendmsg6', 'cgroup_sock_addr', 'cgroup_udp6_sendmsg'],
  ['cgroup/sendmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_sendmsg', '1.3'],
  ['cgroup/recvmsg4', 'cgroup_sock_addr', 'cgroup_udp4_recvmsg'],
  ['cgroup/recvmsg6', 'cgroup_sock_addr', 'cgroup_udp6_recvmsg'],
  ['cgroup/recvmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_recvmsg', '1.3'],
  ['cgroup/getpeername4', 'cgroup_sock_addr', 'cgroup_inet4_getpeername'],
  ['cgroup/getpeername6', 'cgroup_sock_addr', 'cgroup_inet6_getpeername'],
  ['cgroup/getpeername_unix', 'cgroup_sock_addr', 'cgroup_unix_getpeername', '1.3'],
  ['cgroup/getsockname4', 'cgroup_sock_addr', 'cgroup_inet4_getsockname'],
  ['cgroup/getsockname6', 'cgroup_sock_addr', 'cgroup_inet6_getsockname'],
  ['cgroup/getsockname_unix', 'cgroup_sock_addr', 'cgroup_unix_getsockname', '1.3'],
  ['cgroup/sysctl', 'cgroup_sysctl', 'cgroup_sysctl'],
  ['cgroup/getsockopt', 'cgroup_sockopt', 'cgroup_getsockopt'],
  ['cgroup/setsockopt', 'cgroup_sockopt', 'cgroup_setsockopt'],
  ['cgroup/dev', 'cgroup_device', 'cgroup_device'],
  ['struct_ops+', 'struct_ops'],
  ['struct_ops.s+', 'struct_ops', '', '1.2'],
  ['sk_lookup', 'sk_lookup', 'sk_lookup'],
  ['netfilter', 'netfilter', 'netfilter', '1.3'],
];

/** What libbpf makes of the programs in a section. */
export interface ProgramSection {
  /** As in libbpf's table: `xdp`, `kprobe+`. */
  readonly pattern: string;
  /** `enum bpf_prog_type` in lower case: `sched_cls`. */
  readonly type: string;
  /** `enum bpf_attach_type` in lower case: `tcx_ingress`; undefined where the name says nothing of it. */
  readonly attach: string | undefined;
  /** The version of libbpf that first knows the name. */
  readonly since: string;
  readonly sleepable: boolean;
  /** False for `?` names, which are loaded only where the application asks for it. */
  readonly autoload: boolean;
}

const exact = new Map<string, Row>();
const open = new Map<string, Row>();
for (const row of rows) {
  if (row[0].endsWith('+')) open.set(row[0].slice(0, -1), row);
  else exact.set(row[0], row);
}

/** All that libbpf knows, in the order of its table. */
export function programSections(): ProgramSection[] {
  return rows.map(describe);
}

function describe([pattern, type, attach = '', since = '0.6']: Row): ProgramSection {
  return {
    pattern,
    type,
    attach: attach === '' ? undefined : attach,
    since,
    sleepable: type === 'syscall' || /\.s\+?$/.test(pattern),
    autoload: true,
  };
}

/** Of libbpf: major and minor. */
type Version = readonly [major: number, minor: number];

const NEWEST: Version = [Number.POSITIVE_INFINITY, 0];

function isBefore(version: Version, [major, minor]: Version): boolean {
  return version[0] < major || (version[0] === major && version[1] < minor);
}

function isKnown([, , , since = '0.6']: Row, version: Version): boolean {
  const [major = 0, minor = 0] = since.split('.').map(Number);
  // What 0.6 knows it has always known, for all that matters here.
  return since === '0.6' || !isBefore(version, [major, minor]);
}

/** Names that were never the beginnings of others. */
const whole: ReadonlySet<string> = new Set([
  'tc',
  'syscall',
  'xdp/devmap',
  'xdp/cpumap',
  'xdp.frags',
  'xdp.frags/devmap',
  'xdp.frags/cpumap',
]);

/** What libbpf makes of programs in the section; undefined where it does not know the name. */
export function programTypeOf(
  section: string,
  version: Version = NEWEST,
): ProgramSection | undefined {
  const marked = section.startsWith('?') && !isBefore(version, [0, 8]);
  const name = marked ? section.slice(1) : section;
  const row = rowOf(name, version);
  return row && { ...describe(row), autoload: !marked };
}

function rowOf(name: string, version: Version): Row | undefined {
  const [base = '', ...extra] = name.split('/');
  const opened = open.get(base);
  const alone = extra.length === 0 && base !== 'struct_ops' && isBefore(version, [0, 8]);
  const row = exact.get(name) ?? (alone ? undefined : opened);
  if (row !== undefined && isKnown(row, version)) return row;
  if (!isBefore(version, [1, 0])) return undefined;
  return rows.find(
    (known) =>
      !known[0].endsWith('+') &&
      !whole.has(known[0]) &&
      isKnown(known, version) &&
      name.startsWith(known[0]),
  );
}

/** The name that an unknown one most likely stands for: `xdp` for `xdp_pass`, `kprobe/x` for `kprobes/x`. */
export function nearestProgramSection(section: string): string | undefined {
  const mark = section.startsWith('?') ? '?' : '';
  const name = section.slice(mark.length);
  const [base = '', ...rest] = name.split('/');
  const names = [...exact.keys(), ...open.keys()];
  const near =
    nearest(name, names) ??
    nearest(base, open.keys())?.concat(...rest.map((part) => `/${part}`)) ??
    longest(
      names.filter((known) => name.startsWith(known) && /^\W|^_/.test(name.slice(known.length))),
    );
  return near === undefined ? undefined : mark + near;
}

function longest(names: readonly string[]): string | undefined {
  return [...names].sort((a, b) => b.length - a.length)[0];
}
