/* What all small objects include: as much as a project's own header has. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))
#define UINT(name, value) int(*name)[value]
#define TYPE(name, of) of *name

enum verdict { PASS, DROP, REDIRECT, LOG = 16 };
enum protocol { TCP = 6, UDP = 17, ICMP = 58 };
enum { LIMIT = 4096, ROUNDS = 8 };

struct list {
  struct list *next, *previous;
};

struct address {
  union {
    u8 bytes[16];
    u32 words[4];
    u64 halves[2];
  };
  u16 port;
  enum protocol protocol : 8;
};

struct counter {
  u64 packets, bytes;
  struct {
    u32 window, seconds;
  } rate;
};

struct flow;
typedef enum verdict (*decide)(const struct flow *, struct counter *);

struct policy {
  struct list list;
  decide decide;
  const char *name;
  struct policy *fallback;
  u32 priority;
};

struct flow {
  struct address from, to;
  struct counter counters[2];
  const struct policy *policy;
  struct flow *reverse;
  struct list siblings;
  u32 mark;
};

struct event {
  u64 time;
  struct flow flow;
  char text[32];
};

struct packet {
  void *data, *end;
  u32 length;
  enum protocol protocol;
  struct flow *flow;
};

static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*trace)(const char *format, u32 size, ...) = (void *)6;
static u64 (*now)(void) = (void *)5;
