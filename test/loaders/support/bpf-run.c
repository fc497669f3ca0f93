/*
 * Loads BPF programs through libbpf, or takes loaded ones by id, runs them with BPF_PROG_TEST_RUN and
 * prints what happened as one JSON object on standard output.
 *
 *   bpf-run libbpf OBJECT PROGRAM [--type sched_cls|sched_act|xdp] [--tail MAP:KEY:PROGRAM]...
 *   bpf-run id PROGRAM_ID
 *   bpf-run probe    whether this process may load a program
 *
 * `libbpf` and `id` read packets from standard input, one a line: hex bytes, then optionally `mark=N`,
 * `priority=N`, `cb0=N` .. `cb4=N` for the __sk_buff given to the program. After the runs they dump every map.
 *
 * Exit code 0 whenever JSON was printed ({"ok": false, "error", "log"} for a refused object); 2 for misuse.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

enum {
	MAX_PACKET = 4096,
	MAX_LINE = 2 * MAX_PACKET + 256,
	MAX_ENTRIES = 1024,
	LOG_SIZE = 1 << 18,
};

#include "report.h"

static void print_hex(const void *data, size_t size)
{
	putchar('"');
	for (size_t i = 0; i < size; i++)
		printf("%02x", ((const uint8_t *)data)[i]);
	putchar('"');
}

/* Ends the process with a refusal: a result, not a fault of the runner. */
static void refuse(const char *what, int error)
{
	printf("{\"ok\":false,\"error\":\"%s: %s\",\"log\":", what, strerror(error < 0 ? -error : error));
	print_string(log_text);
	puts("}");
	exit(0);
}

static void misuse(const char *what)
{
	fprintf(stderr, "bpf-run: %s\n", what);
	exit(2);
}

static size_t parse_hex(const char *text, size_t length, uint8_t *out, size_t capacity)
{
	if (length % 2 || length / 2 > capacity)
		misuse("bad hex bytes");
	for (size_t i = 0; i < length / 2; i++) {
		unsigned byte;
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			misuse("bad hex bytes");
		out[i] = (uint8_t)byte;
	}
	return length / 2;
}

static uint32_t parse_number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);
	if (end == text || *end)
		misuse("bad number");
	return (uint32_t)value;
}

static void set_field(struct __sk_buff *context, const char *word)
{
	const char *value = strchr(word, '=');
	if (!value)
		misuse("bad packet line");
	value++;
	if (!strncmp(word, "mark=", 5))
		context->mark = parse_number(value);
	else if (!strncmp(word, "priority=", 9))
		context->priority = parse_number(value);
	else if (!strncmp(word, "cb", 2) && word[2] >= '0' && word[2] <= '4' && word[3] == '=')
		context->cb[word[2] - '0'] = parse_number(value);
	else
		misuse("unknown field of the packet's context");
}

static bool takes_sk_buff(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_SCHED_ACT;
}

static void run_packet(int program, enum bpf_prog_type type, char *line)
{
	uint8_t input[MAX_PACKET], output[MAX_PACKET + 512];
	struct __sk_buff in = {}, out = {};
	char *save, *word = strtok_r(line, " \n", &save);
	size_t size = parse_hex(word, strlen(word), input, sizeof(input));
	while ((word = strtok_r(NULL, " \n", &save)))
		set_field(&in, word);

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = input, .data_size_in = (uint32_t)size,
		    .data_out = output, .data_size_out = sizeof(output), .repeat = 1);
	if (takes_sk_buff(type)) {
		options.ctx_in = &in;
		options.ctx_size_in = sizeof(in);
		options.ctx_out = &out;
		options.ctx_size_out = sizeof(out);
	}
	int error = bpf_prog_test_run_opts(program, &options);
	if (error) {
		printf("{\"error\":\"%s\"}", strerror(-error));
		return;
	}
	printf("{\"retval\":%u,\"data\":", options.retval);
	print_hex(output, options.data_size_out);
	printf(",\"mark\":%u,\"priority\":%u,\"cb\":[%u,%u,%u,%u,%u]}", out.mark, out.priority, out.cb[0],
	       out.cb[1], out.cb[2], out.cb[3], out.cb[4]);
}

static void run_packets(int program, enum bpf_prog_type type)
{
	static char line[MAX_LINE];
	bool first = true;
	printf("\"results\":[");
	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == '\n')
			continue;
		if (!first)
			putchar(',');
		first = false;
		run_packet(program, type, line);
	}
	putchar(']');
}

static size_t stored_value_size(const struct bpf_map_info *info)
{
	switch (info->type) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return (size_t)libbpf_num_possible_cpus() * ((info->value_size + 7u) & ~7u);
	default:
		return info->value_size;
	}
}

static void print_entries(int map, const struct bpf_map_info *info)
{
	uint8_t *key = calloc(2, info->key_size + 1u), *next = key + info->key_size;
	uint8_t *value = calloc(1, stored_value_size(info) + 1u);
	int printed = 0;
	/* Queues, stacks, ring buffers and the like have no keys, so the first step fails for them. */
	for (void *previous = NULL; info->key_size && printed < MAX_ENTRIES; previous = key) {
		if (bpf_map_get_next_key(map, previous, next))
			break;
		memcpy(key, next, info->key_size);
		if (bpf_map_lookup_elem(map, key, value))
			continue; /* an empty slot of a program array or an inner map */
		printf("%s{\"key\":", printed++ ? "," : "");
		print_hex(key, info->key_size);
		printf(",\"value\":");
		print_hex(value, stored_value_size(info));
		putchar('}');
	}
	free(key);
	free(value);
}

static void print_map(int map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	if (bpf_obj_get_info_by_fd(map, &info, &size))
		refuse("cannot describe a map", errno);
	printf("{\"id\":%u,\"type\":%u,\"name\":", info.id, info.type);
	print_string(info.name);
	printf(",\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u,\"entries\":[", info.key_size,
	       info.value_size, info.max_entries, info.map_flags);
	print_entries(map, &info);
	printf("]}");
}

/* The maps that a loaded program refers to, in the order of its first use of each. */
static void print_maps_of(int program)
{
	uint32_t ids[64] = {};
	struct bpf_prog_info info = { .nr_map_ids = 64, .map_ids = (uint64_t)(uintptr_t)ids };
	uint32_t size = sizeof(info);
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		refuse("cannot describe the program", errno);
	printf("\"maps\":[");
	for (uint32_t i = 0; i < info.nr_map_ids && i < 64; i++) {
		int map = bpf_map_get_fd_by_id(ids[i]);
		if (map < 0)
			refuse("cannot open a map", errno);
		if (i)
			putchar(',');
		print_map(map);
		close(map);
	}
	putchar(']');
}

static void print_run(int program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		refuse("cannot describe the program", errno);
	printf("{\"ok\":true,\"id\":%u,\"type\":%u,\"log\":", info.id, info.type);
	print_string(log_text);
	putchar(',');
	run_packets(program, info.type);
	putchar(',');
	print_maps_of(program);
	puts("}");
}

static enum bpf_prog_type program_type(const char *name)
{
	if (!strcmp(name, "sched_cls"))
		return BPF_PROG_TYPE_SCHED_CLS;
	if (!strcmp(name, "sched_act"))
		return BPF_PROG_TYPE_SCHED_ACT;
	if (!strcmp(name, "xdp"))
		return BPF_PROG_TYPE_XDP;
	misuse("unknown program type");
	return BPF_PROG_TYPE_UNSPEC;
}

/* `MAP:KEY:PROGRAM`: puts a program into a slot of a program array of the same object. */
static void set_tail(struct bpf_object *object, char *spec)
{
	char *save, *map_name = strtok_r(spec, ":", &save), *key = strtok_r(NULL, ":", &save);
	char *program_name = strtok_r(NULL, ":", &save);
	if (!map_name || !key || !program_name)
		misuse("--tail wants MAP:KEY:PROGRAM");
	struct bpf_map *map = bpf_object__find_map_by_name(object, map_name);
	struct bpf_program *program = bpf_object__find_program_by_name(object, program_name);
	if (!map || !program)
		refuse("no such map or program", ENOENT);
	uint32_t slot = parse_number(key);
	int fd = bpf_program__fd(program);
	if (bpf_map_update_elem(bpf_map__fd(map), &slot, &fd, BPF_ANY))
		refuse("cannot fill a program array", errno);
}

static void load_and_run(int count, char **words)
{
	if (count < 2)
		misuse("libbpf wants OBJECT PROGRAM");
	const char *type = NULL;
	for (int i = 2; i + 1 < count; i += 2)
		if (!strcmp(words[i], "--type"))
			type = words[i + 1];

	struct bpf_object *object = bpf_object__open_file(words[0], NULL);
	if (!object)
		refuse("cannot open the object", errno);
	struct bpf_program *program;
	bpf_object__for_each_program(program, object)
		if (type)
			bpf_program__set_type(program, program_type(type));
	int error = bpf_object__load(object);
	if (error)
		refuse("cannot load the object", error);
	for (int i = 2; i + 1 < count; i += 2)
		if (!strcmp(words[i], "--tail"))
			set_tail(object, words[i + 1]);
	program = bpf_object__find_program_by_name(object, words[1]);
	if (!program)
		refuse("no program of that name", ENOENT);
	print_run(bpf_program__fd(program));
	bpf_object__close(object);
}

static void run_by_id(const char *id)
{
	int program = bpf_prog_get_fd_by_id(parse_number(id));
	if (program < 0)
		refuse("cannot open the program", errno);
	print_run(program);
}

static void probe(void)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, NULL, "GPL", code, 2, NULL);
	if (program < 0)
		refuse("cannot load a program", errno);
	puts("{\"ok\":true}");
}

int main(int argc, char **argv)
{
	libbpf_set_print(collect_log);
	const char *command = argc > 1 ? argv[1] : "";
	if (!strcmp(command, "libbpf"))
		load_and_run(argc - 2, argv + 2);
	else if (!strcmp(command, "id") && argc == 3)
		run_by_id(argv[2]);
	else if (!strcmp(command, "probe") && argc == 2)
		probe();
	else
		misuse("libbpf | id | probe");
	return 0;
}
