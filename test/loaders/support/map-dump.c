/*
 * Prints the maps that a program refers to, in the order of its first use of each, as one JSON object on standard
 * output: what the kernel knows of them, what stands in the slots of maps of maps and program arrays, and where
 * each is pinned.
 *
 *   map-dump libbpf OBJECT PROGRAM    loads the object with libbpf, pins under PINS
 *   map-dump id PROGRAM_ID            a program that is loaded already
 *
 * Built twice, as libbpf-open is. Exit code 0 whenever JSON was printed, also for a refused object; 2 for misuse.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum { LOG_SIZE = 1 << 18, MAX_MAPS = 64, MAX_SLOTS = 1024 };

#include "report.h"

#define PINS "/sys/fs/bpf/tc/globals"

static void refuse(const char *what, int error)
{
	printf("{\"ok\":false,\"error\":\"%s: %s\",\"log\":", what, strerror(error < 0 ? -error : error));
	print_string(log_text);
	puts("}");
	exit(0);
}

static struct bpf_map_info describe(int map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	if (bpf_obj_get_info_by_fd(map, &info, &size))
		refuse("cannot describe a map", errno);
	return info;
}

static void print_fields(const struct bpf_map_info *info)
{
	printf("\"type\":%u,\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u", info->type,
	       info->key_size, info->value_size, info->max_entries, info->map_flags);
}

/* The name under which the map is pinned. */
static void print_pin(uint32_t id)
{
	DIR *directory = opendir(PINS);
	char path[512];
	printf(",\"pin\":");
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		snprintf(path, sizeof(path), PINS "/%s", entry->d_name);
		int map = entry->d_name[0] == '.' ? -1 : bpf_obj_get(path);
		if (map >= 0 && describe(map).id == id) {
			print_string(entry->d_name);
			closedir(directory);
			return;
		}
	}
	if (directory)
		closedir(directory);
	printf("null");
}

static void print_inner(uint32_t id)
{
	int map = bpf_map_get_fd_by_id(id);
	if (map < 0)
		refuse("cannot open an inner map", errno);
	struct bpf_map_info info = describe(map);
	printf(",\"map\":{");
	print_fields(&info);
	putchar('}');
}

/* A program is known by its tag, a hash of its instructions. */
static void print_program(uint32_t id)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int program = bpf_prog_get_fd_by_id(id);
	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size))
		refuse("cannot describe a program", errno);
	uint64_t tag;
	memcpy(&tag, info.tag, sizeof(tag));
	printf(",\"program\":\"%016" PRIx64 "\"", tag);
}

static void print_slots(int map, const struct bpf_map_info *info)
{
	bool programs = info->type == BPF_MAP_TYPE_PROG_ARRAY;
	bool maps = info->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || info->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	const char *separator = "";
	printf(",\"slots\":[");
	for (uint32_t slot = 0; (programs || maps) && info->key_size == 4 && slot < MAX_SLOTS; slot++) {
		uint32_t id;
		if (bpf_map_lookup_elem(map, &slot, &id))
			continue;
		printf("%s{\"index\":%u", separator, slot);
		separator = ",";
		if (programs)
			print_program(id);
		else
			print_inner(id);
		putchar('}');
	}
	putchar(']');
}

static void print_maps(int program)
{
	uint32_t ids[MAX_MAPS] = {};
	struct bpf_prog_info info = { .nr_map_ids = MAX_MAPS, .map_ids = (uint64_t)(uintptr_t)ids };
	uint32_t size = sizeof(info);
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		refuse("cannot describe the program", errno);
	printf("{\"ok\":true,\"maps\":[");
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAX_MAPS; i++) {
		int map = bpf_map_get_fd_by_id(ids[i]);
		if (map < 0)
			refuse("cannot open a map", errno);
		struct bpf_map_info map_info = describe(map);
		printf("%s{", i ? "," : "");
		print_fields(&map_info);
		print_pin(map_info.id);
		print_slots(map, &map_info);
		putchar('}');
	}
	puts("]}");
}

static void load(const char *path, const char *name)
{
	mkdir("/sys/fs/bpf/tc", 0700);
	mkdir(PINS, 0700);
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = PINS);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	if (!object)
		refuse("cannot open the object", errno);
	int error = bpf_object__load(object);
	if (error)
		refuse("cannot load the object", error);
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	if (!program)
		refuse("no program of that name", ENOENT);
	print_maps(bpf_program__fd(program));
}

int main(int argc, char **argv)
{
	libbpf_set_print(collect_log);
	if (argc == 4 && !strcmp(argv[1], "libbpf")) {
		load(argv[2], argv[3]);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "id")) {
		int program = bpf_prog_get_fd_by_id((uint32_t)strtoul(argv[2], NULL, 10));
		if (program < 0)
			refuse("cannot open the program", errno);
		print_maps(program);
		return 0;
	}
	fprintf(stderr, "map-dump libbpf OBJECT PROGRAM | id PROGRAM_ID\n");
	return 2;
}
