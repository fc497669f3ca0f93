/*
 * Says what the newest libbpf makes of programs: their code with all references resolved, whether they load, and
 * what they do with packets.
 *
 *   libbpf-code PACKETS < PATHS
 *
 * PACKETS is a file of packets in hex, one a line. Reads paths of objects, one a line, and prints a line of JSON for
 * each: libbpf-code.ts has its shape. Programs that libbpf would not load by itself are loaded too, and maps whose
 * size is left to the application get one entry. Where the object does not load as a whole, each program is loaded
 * without the others. Nothing is attached, and what is pinned
 * vanishes with the process that works on the object. Needs a mount and a network namespace (unshare).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum {
	LOG_SIZE = 1 << 20,
	SECONDS = 60,
	MAX_PACKET = 1 << 12,
	HEADROOM = 1 << 9, /* by which a program may make the packet longer */
};

static const char *packets;
#include "apart.h"
#include "report.h"

static void print_field(const char *name, const char *text)
{
	printf("\"%s\":", name);
	print_string(text ? text : "");
}

static void print_hex(const void *data, size_t size)
{
	putchar('"');
	for (size_t i = 0; data && i < size; i++)
		printf("%02x", ((const uint8_t *)data)[i]);
	putchar('"');
}

/* Its size is for the application to give. Perf event arrays get that of the machine from libbpf. */
static bool waits_for_size(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_CGRP_STORAGE:
	case BPF_MAP_TYPE_BLOOM_FILTER:
	case BPF_MAP_TYPE_STRUCT_OPS:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
	case BPF_MAP_TYPE_ARENA:
		return false;
	default:
		return bpf_map__max_entries(map) == 0;
	}
}

/* Does before a load what an application would. */
static void prepare(struct bpf_object *object)
{
	struct bpf_program *program;
	struct bpf_map *map;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, true);
	bpf_object__for_each_map(map, object)
		if (waits_for_size(map))
			bpf_map__set_max_entries(map, 1);
}

/* What is in maps before the load. */
static void print_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	const char *separator = "";
	printf(",\"maps\":[");
	bpf_object__for_each_map(map, object) {
		size_t size = 0;
		const void *contents = bpf_map__initial_value(map, &size);
		printf("%s{", separator);
		separator = ",";
		print_field("name", bpf_map__name(map));
		putchar(',');
		print_field("type", libbpf_bpf_map_type_str(bpf_map__type(map)));
		printf(",\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u,\"data\":",
		       bpf_map__key_size(map), bpf_map__value_size(map),
		       bpf_map__max_entries(map), bpf_map__map_flags(map));
		print_hex(contents, size);
		putchar('}');
	}
	putchar(']');
}

static bool takes_packets(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_LWT_IN:
	case BPF_PROG_TYPE_LWT_OUT:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
		return true;
	default:
		return false;
	}
}

static void run_over(int program, const char *line)
{
	uint8_t in[MAX_PACKET], out[MAX_PACKET + HEADROOM];
	unsigned byte, size = 0;
	while (size < sizeof(in) && sscanf(line + 2 * size, "%2x", &byte) == 1)
		in[size++] = (uint8_t)byte;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in, .data_size_in = size, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);
	int error = -bpf_prog_test_run_opts(program, &options);
	printf("{\"error\":%d,\"retval\":%u,\"data\":", error, error ? 0 : options.retval);
	print_hex(out, error ? 0 : options.data_size_out);
	putchar('}');
}

static void print_runs(int program)
{
	static char line[2 * MAX_PACKET + 2];
	const char *separator = "";
	FILE *from = fopen(packets, "r");
	if (!from)
		exit(2);
	printf(",\"runs\":[");
	while (fgets(line, sizeof(line), from)) {
		fputs(separator, stdout);
		separator = ",";
		run_over(program, line);
	}
	putchar(']');
	fclose(from);
}

/* What stands for maps in code, which may be another number each time that the object is loaded. */
static void print_descriptors(struct bpf_object *object)
{
	struct bpf_map *map;
	const char *separator = "";
	printf(",\"descriptors\":{");
	bpf_object__for_each_map(map, object) {
		fputs(separator, stdout);
		separator = ",";
		print_string(bpf_map__name(map));
		printf(":%d", bpf_map__fd(map));
	}
	putchar('}');
}

/* Between prepare and load, for a load that fails forgets the maps. */
static void print_code(struct bpf_object *object, struct bpf_program *program, bool relocated)
{
	putchar('{');
	print_field("name", bpf_program__name(program));
	putchar(',');
	print_field("section", bpf_program__section_name(program));
	putchar(',');
	print_field("type", libbpf_bpf_prog_type_str(bpf_program__type(program)));
	printf(",\"relocated\":%s", relocated ? "true" : "false");
	if (relocated) {
		printf(",\"code\":");
		print_hex(bpf_program__insns(program), bpf_program__insn_cnt(program) * sizeof(struct bpf_insn));
		print_descriptors(object);
	}
}

static void print_verdict(struct bpf_program *program, bool loaded)
{
	printf(",\"loaded\":%s", loaded ? "true" : "false");
	if (loaded && takes_packets(bpf_program__type(program)))
		print_runs(bpf_program__fd(program));
	putchar('}');
}

/* The whole object; prints its programs and returns true where it loads. */
static bool load_whole(struct bpf_object *object)
{
	struct bpf_program *program;
	const char *separator = "";
	if (bpf_object__load(object))
		return false;
	bpf_object__for_each_program(program, object) {
		fputs(separator, stdout);
		separator = ",";
		print_code(object, program, true);
		print_verdict(program, true);
	}
	return true;
}

/* Program number `index` alone, from a fresh object. False where there is no such program. */
static bool load_alone(const char *path, int index)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program, *chosen = NULL;
	int i = 0;
	if (!object)
		return false;
	prepare(object);
	bpf_object__for_each_program(program, object) {
		bool wanted = i++ == index;
		bpf_program__set_autoload(program, wanted);
		if (wanted)
			chosen = program;
	}
	if (chosen) {
		bool relocated = !bpf_object__prepare(object);
		if (index)
			putchar(',');
		print_code(object, chosen, relocated);
		print_verdict(chosen, relocated && !bpf_object__load(object));
	}
	bpf_object__close(object);
	return chosen != NULL;
}

static void judge(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	bool loaded = false;
	putchar('{');
	print_field("object", path);
	printf(",\"opened\":%s", object ? "true" : "false");
	if (object) {
		print_maps(object);
		prepare(object);
		printf(",\"programs\":[");
		loaded = load_whole(object);
		bpf_object__close(object);
		for (int i = 0; !loaded && load_alone(path, i); i++)
			;
		putchar(']');
	}
	printf(",\"loaded\":%s,", loaded ? "true" : "false");
	print_field("log", log_text);
	puts("}");
}

int main(int argc, char **argv)
{
	static char line[4096];
	if (argc != 2) {
		fprintf(stderr, "libbpf-code PACKETS < PATHS\n");
		return 2;
	}
	packets = argv[1];
	libbpf_set_print(collect_log);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		int status = run_apart(judge, line, SECONDS);
		if (status) {
			putchar('{');
			print_field("object", line);
			printf(",\"died\":%d}\n", status);
			fflush(stdout);
		}
	}
	return 0;
}
