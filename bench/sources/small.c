/*
 * One of a set of small objects. VARIANT chooses what is in it; every name that other objects can see
 * holds SELF or NEXT, numbers of one width that the generator replaces in the compiled object.
 */
#include "shared.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define OWN(name) JOIN(name##_, SELF)
#define OTHER(name) JOIN(name##_, NEXT)

struct OWN(state) {
  struct list list;
  struct counter counter;
  u32 values[1 + VARIANT % 7];
#if VARIANT % 3 == 0
  struct flow *flow;
#endif
};

#if VARIANT % 4 == 0
struct {
  UINT(type, 1);
  UINT(max_entries, 64 + VARIANT);
  TYPE(key, u32);
  TYPE(value, struct OWN(state));
} OWN(map) SEC(".maps");
#endif

u64 OWN(total), OWN(dropped), OWN(errors);
u32 OWN(seen)[4 + VARIANT % 5];
u32 OWN(limit) = 100 + VARIANT, OWN(level) = VARIANT;
enum verdict OWN(fallback) = DROP;
struct counter OWN(counter);
const u32 OWN(table)[8] = {VARIANT, 2, 3, 5, 7, 11, 13, 17};
static u32 last;
extern u64 OTHER(total);
extern int OTHER(work)(struct packet *packet, u32 depth);

static NOINLINE u32 mix(u32 value) {
  last = value;
  for (int i = 0; i < ROUNDS + VARIANT % 3; i++) value = (value << 5) ^ (value >> 3) ^ OWN(table)[i & 7];
  return value;
}

NOINLINE int OWN(work)(struct packet *packet, u32 depth) {
  if (packet->length > OWN(limit)) {
    OWN(dropped)++;
    return DROP;
  }
  OWN(counter).bytes += packet->length;
  OWN(seen)[depth & 3] += mix(packet->length + VARIANT);
  return packet->protocol == TCP ? PASS : OWN(fallback);
}

SEC(SECTION) int OWN(program)(struct packet *packet) {
  OWN(total) += OTHER(total) + packet->length;
  trace("a message of all objects", 25);
#if VARIANT % 4 == 0
  u32 key = VARIANT;
  struct OWN(state) *state = lookup(&OWN(map), &key);
  if (state) state->counter.packets += now();
#endif
#if VARIANT % 5 == 0
  struct event event = {.time = now(), .text = "variant"};
  trace(event.text, sizeof event.text);
#endif
  return OTHER(work)(packet, OWN(level)) + last;
}

#ifdef WITH_LICENSE
char LICENSE[] SEC("license") = "GPL";
#endif
