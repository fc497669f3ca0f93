/* What the runners share: libbpf's messages, kept for the report, and JSON. Define LOG_SIZE before. */
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include <bpf/libbpf.h>

static char log_text[LOG_SIZE];
static size_t log_length;

static int collect_log(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	int n = vsnprintf(log_text + log_length, LOG_SIZE - log_length, format, args);
	if (n > 0)
		log_length = log_length + (size_t)n < LOG_SIZE ? log_length + (size_t)n : LOG_SIZE - 1;
	return n;
}

static void print_string(const char *text)
{
	putchar('"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p < 0x20 || *p >= 0x7f)
			printf("\\u%04x", *p);
		else
			putchar(*p);
	}
	putchar('"');
}
