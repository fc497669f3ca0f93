/**
 * The kernel's helper functions: numbers and names from the kernel's uapi header (bpf.h), arguments from
 * the prototypes that its verifier checks calls against.
 *
 * Each helper has one word per argument:
 *
 *     n      a number, or an address that is not the program's own (user space's)
 *     a      any value; where it is an address, what it points to is at most read
 *     c      the program's context, or a context-like object of the kernel
 *     p      an object of the kernel
 *     m      a map
 *     f      a function of the program, called back
 *     r w    memory that is only read, that may be written; followed by its size: `r4` as argument 4
 *            says, `r=8` 8 bytes, `r=key` and `r=value` as much as the map's key or value
 *     d      the same as r, and 8-byte words in it may be addresses that are read through
 *     s      a constant string, NUL-terminated, in a read-only map
 *     v      memory inside a map's value, and nowhere else
 */

const table: Readonly<Record<string, string>> = {
  map_lookup_elem: 'm r=key',
  map_update_elem: 'm r=key r=value n',
  map_delete_elem: 'm r=key',
  probe_read: 'w2 n r2',
  ktime_get_ns: '',
  trace_printk: 'r2 n a a a',
  get_prandom_u32: '',
  get_smp_processor_id: '',
  skb_store_bytes: 'c n r4 n n',
  l3_csum_replace: 'c n n n n',
  l4_csum_replace: 'c n n n n',
  tail_call: 'c m n',
  clone_redirect: 'c n n',
  get_current_pid_tgid: '',
  get_current_uid_gid: '',
  get_current_comm: 'w2 n',
  get_cgroup_classid: 'c',
  skb_vlan_push: 'c n n',
  skb_vlan_pop: 'c',
  skb_get_tunnel_key: 'c w3 n n',
  skb_set_tunnel_key: 'c r3 n n',
  perf_event_read: 'm n',
  redirect: 'n n',
  get_route_realm: 'c',
  perf_event_output: 'c m n r5 n',
  skb_load_bytes: 'c n w4 n',
  get_stackid: 'c m n',
  csum_diff: 'r2 n r4 n n',
  skb_get_tunnel_opt: 'c w3 n',
  skb_set_tunnel_opt: 'c r3 n',
  skb_change_proto: 'c n n',
  skb_change_type: 'c n',
  skb_under_cgroup: 'c m n',
  get_hash_recalc: 'c',
  get_current_task: '',
  probe_write_user: 'n r3 n',
  current_task_under_cgroup: 'm n',
  skb_change_tail: 'c n n',
  skb_pull_data: 'c n',
  csum_update: 'c n',
  set_hash_invalid: 'c',
  get_numa_node_id: '',
  skb_change_head: 'c n n',
  xdp_adjust_head: 'c n',
  probe_read_str: 'w2 n r2',
  get_socket_cookie: 'c',
  get_socket_uid: 'c',
  set_hash: 'c n',
  setsockopt: 'c n n r5 n',
  skb_adjust_room: 'c n n n',
  redirect_map: 'm n n',
  sk_redirect_map: 'c m n n',
  sock_map_update: 'c m r=key n',
  xdp_adjust_meta: 'c n',
  perf_event_read_value: 'm n w4 n',
  perf_prog_read_value: 'c w3 n',
  getsockopt: 'c n n w5 n',
  override_return: 'c n',
  sock_ops_cb_flags_set: 'c n',
  msg_redirect_map: 'c m n n',
  msg_apply_bytes: 'c n',
  msg_cork_bytes: 'c n',
  msg_pull_data: 'c n n n',
  bind: 'c r3 n',
  xdp_adjust_tail: 'c n',
  skb_get_xfrm_state: 'c n w4 n n',
  get_stack: 'c w3 n n',
  skb_load_bytes_relative: 'c n w4 n n',
  fib_lookup: 'c w3 n n',
  sock_hash_update: 'c m r=key n',
  msg_redirect_hash: 'c m r=key n',
  sk_redirect_hash: 'c m r=key n',
  lwt_push_encap: 'c n r4 n',
  lwt_seg6_store_bytes: 'c n r4 n',
  lwt_seg6_adjust_srh: 'c n n',
  lwt_seg6_action: 'c n r4 n',
  rc_repeat: 'c',
  rc_keydown: 'c n n n',
  skb_cgroup_id: 'c',
  get_current_cgroup_id: '',
  get_local_storage: 'm n',
  sk_select_reuseport: 'c m r=key n',
  skb_ancestor_cgroup_id: 'c n',
  sk_lookup_tcp: 'c r3 n n n',
  sk_lookup_udp: 'c r3 n n n',
  sk_release: 'p',
  map_push_elem: 'm r=value n',
  map_pop_elem: 'm w=value',
  map_peek_elem: 'm w=value',
  msg_push_data: 'c n n n',
  msg_pop_data: 'c n n n',
  rc_pointer_rel: 'c n n',
  spin_lock: 'v',
  spin_unlock: 'v',
  sk_fullsock: 'p',
  tcp_sock: 'p',
  skb_ecn_set_ce: 'c',
  get_listener_sock: 'p',
  skc_lookup_tcp: 'c r3 n n n',
  tcp_check_syncookie: 'p r3 n r5 n',
  sysctl_get_name: 'c w3 n n',
  sysctl_get_current_value: 'c w3 n',
  sysctl_get_new_value: 'c w3 n',
  sysctl_set_new_value: 'c r3 n',
  strtol: 'r2 n n w=8',
  strtoul: 'r2 n n w=8',
  sk_storage_get: 'm p r=value n',
  sk_storage_delete: 'm p',
  send_signal: 'n',
  tcp_gen_syncookie: 'p r3 n r5 n',
  skb_output: 'c m n r5 n',
  probe_read_user: 'w2 n n',
  probe_read_kernel: 'w2 n r2',
  probe_read_user_str: 'w2 n n',
  probe_read_kernel_str: 'w2 n r2',
  tcp_send_ack: 'p n',
  send_signal_thread: 'n',
  jiffies64: '',
  read_branch_records: 'c w3 n n',
  get_ns_current_pid_tgid: 'n n w4 n',
  xdp_output: 'c m n r5 n',
  get_netns_cookie: 'c',
  get_current_ancestor_cgroup_id: 'n',
  sk_assign: 'c p n',
  ktime_get_boot_ns: '',
  seq_printf: 'p r3 n d5 n',
  seq_write: 'p r3 n',
  sk_cgroup_id: 'p',
  sk_ancestor_cgroup_id: 'p n',
  ringbuf_output: 'm r3 n n',
  ringbuf_reserve: 'm n n',
  ringbuf_submit: 'p n',
  ringbuf_discard: 'p n',
  ringbuf_query: 'm n',
  csum_level: 'c n',
  skc_to_tcp6_sock: 'p',
  skc_to_tcp_sock: 'p',
  skc_to_tcp_timewait_sock: 'p',
  skc_to_tcp_request_sock: 'p',
  skc_to_udp6_sock: 'p',
  get_task_stack: 'p w3 n n',
  load_hdr_opt: 'c w3 n n',
  store_hdr_opt: 'c r3 n n',
  reserve_hdr_opt: 'c n n',
  inode_storage_get: 'm p r=value n',
  inode_storage_delete: 'm p',
  d_path: 'p w3 n',
  copy_from_user: 'w2 n n',
  snprintf_btf: 'w2 n r4 n n',
  seq_printf_btf: 'p r3 n n',
  skb_cgroup_classid: 'c',
  redirect_neigh: 'n r3 n n',
  per_cpu_ptr: 'p n',
  this_cpu_ptr: 'p',
  redirect_peer: 'n n',
  task_storage_get: 'm p r=value n',
  task_storage_delete: 'm p',
  get_current_task_btf: '',
  bprm_opts_set: 'p n',
  ktime_get_coarse_ns: '',
  ima_inode_hash: 'p w3 n',
  sock_from_file: 'p',
  check_mtu: 'c n w=4 n n',
  for_each_map_elem: 'm f w n',
  snprintf: 'w2 n s d5 n',
  sys_bpf: 'n w3 n',
  btf_find_by_name_kind: 'r2 n n n',
  sys_close: 'n',
  timer_init: 'v m n',
  timer_set_callback: 'v f',
  timer_start: 'v n n',
  timer_cancel: 'v',
  get_func_ip: 'c',
  get_attach_cookie: 'c',
  task_pt_regs: 'p',
  get_branch_snapshot: 'w2 n n',
  trace_vprintk: 'r2 n d4 n',
  skc_to_unix_sock: 'p',
  kallsyms_lookup_name: 'r2 n n w=8',
  find_vma: 'p n f w n',
  loop: 'n f w n',
  strncmp: 'r2 n s',
  get_func_arg: 'c n w=8',
  get_func_ret: 'c w=8',
  get_func_arg_cnt: 'c',
  get_retval: '',
  set_retval: 'n',
  xdp_get_buff_len: 'c',
  xdp_load_bytes: 'c n w4 n',
  xdp_store_bytes: 'c n r4 n',
  copy_from_user_task: 'w2 n n p n',
  skb_set_tstamp: 'c n n',
  ima_file_hash: 'p w3 n',
  kptr_xchg: 'v p',
  map_lookup_percpu_elem: 'm r=key n',
  skc_to_mptcp_sock: 'p',
  dynptr_from_mem: 'v2 n n w=16',
  ringbuf_reserve_dynptr: 'm n n w=16',
  ringbuf_submit_dynptr: 'w=16 n',
  ringbuf_discard_dynptr: 'w=16 n',
  dynptr_read: 'w2 n r=16 n n',
  dynptr_write: 'r=16 n r4 n n',
  dynptr_data: 'r=16 n n',
  tcp_raw_gen_syncookie_ipv4: 'r=20 r3 n',
  tcp_raw_gen_syncookie_ipv6: 'r=40 r3 n',
  tcp_raw_check_syncookie_ipv4: 'r=20 r=20',
  tcp_raw_check_syncookie_ipv6: 'r=40 r=20',
  ktime_get_tai_ns: '',
  user_ringbuf_drain: 'm f w n',
  cgrp_storage_get: 'm p r=value n',
  cgrp_storage_delete: 'm p',
};

/** How many bytes: as argument `argument` (1 to 5) says, a fixed number, or a map's key or value. */
export type MemorySize =
  | { readonly kind: 'argument'; readonly argument: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'map-key' | 'map-value' };

export type HelperArgument =
  | { readonly kind: 'number' | 'any' | 'context' | 'object' | 'map' | 'callback' }
  | {
      readonly kind: 'memory';
      readonly access: 'read' | 'write';
      /** Unknown for NUL-terminated strings and for what the kernel keeps in a map's value. */
      readonly size?: MemorySize;
      /** Where the memory has to be, if the verifier takes no other. */
      readonly only?: 'read-only-map' | 'map-value';
      /** Whether addresses in the memory are followed (and what they point to is read). */
      readonly holdsAddresses?: true;
    };

export interface Helper {
  readonly id: number;
  /** Without `bpf_`. */
  readonly name: string;
  /** Arguments 1 to at most 5. */
  readonly arguments: readonly HelperArgument[];
  /**
   * Whether the call must be taken for one of an unknown function: it calls back into the program, keeps
   * an address that it was given, or returns one derived from it.
   */
  readonly opaque: boolean;
}

/** Not only those with a callback: these keep or return addresses, or follow addresses in memory. */
const keepsAddresses: ReadonlySet<string> = new Set([
  'per_cpu_ptr',
  'this_cpu_ptr',
  'dynptr_from_mem',
  'dynptr_data',
  'sys_bpf',
]);

function parseSize(text: string): { size?: MemorySize } {
  if (text === '') return {};
  if (text === '=key') return { size: { kind: 'map-key' } };
  if (text === '=value') return { size: { kind: 'map-value' } };
  if (text.startsWith('=')) return { size: { kind: 'bytes', bytes: Number(text.slice(1)) } };
  return { size: { kind: 'argument', argument: Number(text) } };
}

function parseArgument(word: string): HelperArgument {
  const size = parseSize(word.slice(1));
  switch (word[0]) {
    case 'a':
      return { kind: 'any' };
    case 'c':
      return { kind: 'context' };
    case 'p':
      return { kind: 'object' };
    case 'm':
      return { kind: 'map' };
    case 'f':
      return { kind: 'callback' };
    case 'r':
      return { kind: 'memory', access: 'read', ...size };
    case 'w':
      return { kind: 'memory', access: 'write', ...size };
    case 'd':
      return { kind: 'memory', access: 'read', holdsAddresses: true, ...size };
    case 's':
      return { kind: 'memory', access: 'read', only: 'read-only-map' };
    case 'v':
      return { kind: 'memory', access: 'write', only: 'map-value', ...size };
    default:
      return { kind: 'number' };
  }
}

function parse(name: string, signature: string, id: number): Helper {
  const words = signature.split(' ').filter((word) => word !== '');
  const list = words.map(parseArgument);
  const opaque = keepsAddresses.has(name) || list.some(({ kind }) => kind === 'callback');
  return { id, name, arguments: list, opaque };
}

// In the order of their numbers, which begin at 1.
const names: readonly string[] = Object.keys(table);
const numbers: ReadonlyMap<string, number> = new Map(names.map((name, index) => [name, index + 1]));
/** By number. Programs call few of them. */
const parsed = new Map<number, Helper>();

/** The helper with this number, undefined for one that the kernel's header does not have (1 to 211). */
export function helperById(id: number): Helper | undefined {
  const known = parsed.get(id);
  const name = names[id - 1];
  if (known !== undefined || name === undefined) return known;
  const helper = parse(name, table[name]!, id);
  parsed.set(id, helper);
  return helper;
}

/** `name` with or without `bpf_`. */
export function helperByName(name: string): Helper | undefined {
  const id = numbers.get(name.startsWith('bpf_') ? name.slice(4) : name);
  return id === undefined ? undefined : helperById(id);
}

/** Of all helpers, without `bpf_`. */
export function helperNames(): IterableIterator<string> {
  return numbers.keys();
}

/** The argument (1 to 5) in which a helper takes its map, undefined where it takes none. */
export function mapArgument(entry: Helper): number | undefined {
  const index = entry.arguments.findIndex(({ kind }) => kind === 'map');
  return index < 0 ? undefined : index + 1;
}

/** A bit mask of r1 to `rN` for `count` arguments: bit 1 is r1. */
export function argumentMask(count: number): number {
  return (1 << (count + 1)) - 2;
}
