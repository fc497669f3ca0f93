/*
 * Opens an object with libbpf, loads it, and prints what libbpf made of it as one JSON object on standard output.
 *
 *   libbpf-open OBJECT [--open-only]
 *
 * Built twice, against Debian's libbpf and against the newest one, so it uses what both have. Exit code 0 whenever
 * JSON was printed, also for a refused object; 2 for misuse.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum { LOG_SIZE = 1 << 22 };

#include "report.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void print_programs(const struct bpf_object *object)
{
	struct bpf_program *program;
	const char *separator = "";
	printf(",\"programs\":[");
	bpf_object__for_each_program(program, object) {
		printf("%s{\"name\":", separator);
		print_string(bpf_program__name(program));
		printf(",\"section\":");
		print_string(bpf_program__section_name(program));
		printf(",\"type\":");
		print_string(or_empty(libbpf_bpf_prog_type_str(bpf_program__type(program))));
		printf(",\"attach\":");
		print_string(or_empty(libbpf_bpf_attach_type_str(bpf_program__expected_attach_type(program))));
		printf(",\"autoload\":%s,\"instructions\":%zu}", bpf_program__autoload(program) ? "true" : "false",
		       bpf_program__insn_cnt(program));
		separator = ",";
	}
	putchar(']');
}

static void print_maps(const struct bpf_object *object)
{
	struct bpf_map *map;
	const char *separator = "";
	printf(",\"maps\":[");
	bpf_object__for_each_map(map, object) {
		printf("%s{\"name\":", separator);
		print_string(bpf_map__name(map));
		printf(",\"type\":");
		print_string(or_empty(libbpf_bpf_map_type_str(bpf_map__type(map))));
		printf(",\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u}", bpf_map__key_size(map),
		       bpf_map__value_size(map), bpf_map__max_entries(map), bpf_map__map_flags(map));
		separator = ",";
	}
	putchar(']');
}

int main(int argc, char **argv)
{
	bool open_only = argc == 3 && !strcmp(argv[2], "--open-only");
	if (argc != 2 && !open_only) {
		fprintf(stderr, "libbpf-open OBJECT [--open-only]\n");
		return 2;
	}
	libbpf_set_print(collect_log);
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	int error = object ? 0 : -errno;
	printf("{\"version\":");
	print_string(libbpf_version_string());
	printf(",\"opened\":%s", object ? "true" : "false");
	if (object) {
		print_programs(object);
		print_maps(object);
		if (!open_only)
			error = bpf_object__load(object);
	}
	printf(",\"loaded\":%s,\"error\":%d,\"log\":", object && !open_only && !error ? "true" : "false", -error);
	print_string(log_text);
	puts("}");
	bpf_object__close(object);
	return 0;
}
