/*
 * An object as tools for tracing have it: small code, and debug information of all the kernel types that
 * it can reach. See small.c for SELF, NEXT and VARIANT.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define OWN(name) JOIN(name##_, SELF)
#define OTHER(name) JOIN(name##_, NEXT)

struct OWN(event) {
  __u32 process;
  __u64 time;
  char command[16];
  __u32 values[1 + VARIANT % 7];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 128 + VARIANT);
  __type(key, __u32);
  __type(value, struct OWN(event));
} OWN(events) SEC(".maps");

__u64 OWN(total);
const volatile __u32 OWN(wanted) = 0;
extern __u64 OTHER(total);
extern int OTHER(work)(void *context, __u32 depth);

__attribute__((noinline)) int OWN(work)(void *context, __u32 depth) {
  OWN(total) += OTHER(total) + VARIANT;
#if VARIANT % 5 == 0
  struct task_struct *task = (void *)bpf_get_current_task();
#if VARIANT % 2 == 0
  return BPF_CORE_READ(task, tgid) + BPF_CORE_READ(task, mm, start_brk);
#else
  return BPF_CORE_READ(task, pid) + BPF_CORE_READ(task, group_leader, start_time);
#endif
#elif VARIANT % 5 == 1
  struct iphdr header;
  bpf_probe_read_kernel(&header, sizeof header, context);
  return header.ttl + header.protocol + depth;
#elif VARIANT % 5 == 2
  struct tcphdr header;
  bpf_probe_read_kernel(&header, sizeof header, context);
  return header.source + header.window + depth;
#elif VARIANT % 5 == 3
  struct trace_event_raw_sys_enter *call = context;
  return call->id + call->args[VARIANT % 6];
#else
  struct ethhdr header;
  bpf_probe_read_kernel(&header, sizeof header, context);
  return header.h_proto + depth;
#endif
}

SEC(SECTION) int OWN(program)(struct pt_regs *context) {
  struct OWN(event) event = {.process = bpf_get_current_pid_tgid() >> 32, .time = bpf_ktime_get_ns()};
  if (OWN(wanted) && event.process != OWN(wanted)) return 0;
  bpf_get_current_comm(event.command, sizeof event.command);
  bpf_map_update_elem(&OWN(events), &event.process, &event, BPF_ANY);
  bpf_printk("seen by all");
  return OTHER(work)(context, VARIANT);
}

#ifdef WITH_LICENSE
char LICENSE[] SEC("license") = "GPL";
#endif
