/*
 * Says what libbpf and the kernel's verifier make of BPF objects. Reads paths from standard input, one a
 * line, and prints one JSON object a line:
 *
 *   {"object", "open": ERRNO, "load": ERRNO, "log", "maps": [...], "programs": [...]}
 *
 * Every object is opened and loaded in a child process with a BPF file system of its own, so nothing that it
 * pins, and no crash of libbpf, touches another. Nothing is attached. Where the object does not load as a
 * whole, each program is loaded without the others, so that one bad program hides no other; with --whole it
 * is not.
 *
 * "load" is 124 where the verifier took too long. Needs a mount and a network namespace (unshare).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum {
	LOG_SIZE = 1 << 16,
	VERIFIER_LOG_SIZE = 1 << 14,
	STATISTICS = 4, /* the log level that prints errors and counts, no instructions */
	SECONDS = 60,
};

static bool only_whole;
#include "apart.h"
#include "report.h"

static void print_field(const char *name, const char *text)
{
	printf("\"%s\":", name);
	print_string(text ? text : "");
}

static int open_object(const char *path, struct bpf_object **object)
{
	*object = bpf_object__open_file(path, NULL);
	return *object ? 0 : errno;
}

/* What libbpf read from the object: each map with its attributes and its contents before the load. */
static void print_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	bool first = true;
	printf(",\"maps\":[");
	bpf_object__for_each_map(map, object) {
		size_t size = 0;
		const uint8_t *value = bpf_map__initial_value(map, &size);
		printf("%s{", first ? "" : ",");
		first = false;
		print_field("name", bpf_map__name(map));
		printf(",\"type\":%d,\"key\":%u,\"value\":%u,\"entries\":%u,\"flags\":%u,\"extra\":%" PRIu64
		       ",\"contents\":\"", bpf_map__type(map), bpf_map__key_size(map),
		       bpf_map__value_size(map), bpf_map__max_entries(map), bpf_map__map_flags(map),
		       (uint64_t)bpf_map__map_extra(map));
		for (size_t i = 0; value && i < size; i++)
			printf("%02x", value[i]);
		printf("\"}");
	}
	putchar(']');
}

static void print_program(struct bpf_program *program, int error, const char *log)
{
	putchar('{');
	print_field("name", bpf_program__name(program));
	putchar(',');
	print_field("section", bpf_program__section_name(program));
	printf(",\"type\":%d,\"attach\":%d,\"autoload\":%s,\"load\":%d,", bpf_program__type(program),
	       bpf_program__expected_attach_type(program),
	       bpf_program__autoload(program) ? "true" : "false", error);
	print_field("log", log);
	putchar('}');
}

static char *ask_for_log(struct bpf_program *program)
{
	char *log = calloc(1, VERIFIER_LOG_SIZE);
	bpf_program__set_log_level(program, STATISTICS);
	bpf_program__set_log_buf(program, log, VERIFIER_LOG_SIZE);
	return log;
}

/* The whole object; prints its programs and returns true where it loads. */
static bool load_whole(struct bpf_object *object)
{
	struct bpf_program *program;
	bpf_object__for_each_program(program, object)
		ask_for_log(program);
	int error = -bpf_object__load(object);
	printf(",\"load\":%d", error);
	if (error)
		return false;
	bool first = true;
	printf(",\"programs\":[");
	bpf_object__for_each_program(program, object) {
		size_t size;
		if (!first)
			putchar(',');
		first = false;
		print_program(program, 0, bpf_program__log_buf(program, &size));
	}
	putchar(']');
	return true;
}

/* Program number `index` alone, from a fresh object. False where there is no such program. */
static bool load_alone(const char *path, int index)
{
	struct bpf_object *object;
	struct bpf_program *program, *chosen = NULL;
	int i = 0;
	if (open_object(path, &object))
		return false;
	bpf_object__for_each_program(program, object) {
		if (i++ == index)
			chosen = program;
		else
			bpf_program__set_autoload(program, false);
	}
	if (chosen) {
		bpf_program__set_autoload(chosen, true);
		char *log = ask_for_log(chosen);
		int error = -bpf_object__load(object);
		if (index)
			putchar(',');
		print_program(chosen, error, log);
	}
	bpf_object__close(object);
	return chosen != NULL;
}

static void judge(const char *path)
{
	struct bpf_object *object;
	putchar('{');
	print_field("object", path);
	int error = open_object(path, &object);
	printf(",\"open\":%d", error);
	if (!error) {
		print_maps(object);
		if (!load_whole(object)) {
			bpf_object__close(object);
			printf(",\"programs\":[");
			for (int i = 0; !only_whole && load_alone(path, i); i++)
				;
			putchar(']');
		}
	}
	putchar(',');
	print_field("log", log_text);
	puts("}");
}

static void judge_apart(const char *path)
{
	int status = run_apart(judge, path, SECONDS);
	if (!status)
		return;
	putchar('{');
	print_field("object", path);
	printf(",\"open\":0,\"load\":%d,\"maps\":[],\"programs\":[],", status);
	print_field("log", "");
	puts("}");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static char line[4096];
	libbpf_set_print(collect_log);
	only_whole = argc > 1 && !strcmp(argv[1], "--whole");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		judge_apart(line);
	}
	return 0;
}
