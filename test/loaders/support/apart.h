/* Work on one object in a process of its own. Define _GNU_SOURCE before all else. */
#pragma once

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOO_LONG = 124 };

/*
 * Runs `work` in a child with a BPF file system of its own, and passes on what it prints once it has come to its
 * end. Otherwise nothing is printed, and it returns TOO_LONG after `seconds`, or 256 and the status of its death.
 */
static int run_apart(void (*work)(const char *), const char *path, unsigned seconds)
{
	char *text = NULL;
	size_t length = 0;
	int ends[2], status;
	if (pipe(ends))
		exit(2);
	pid_t child = fork();
	if (child < 0)
		exit(2);
	if (child == 0) {
		close(ends[0]);
		if (dup2(ends[1], STDOUT_FILENO) < 0 || unshare(CLONE_NEWNS) ||
		    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
			_exit(2);
		alarm(seconds);
		work(path);
		fflush(stdout);
		_exit(0);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "r"), *to = open_memstream(&text, &length);
	for (int c; (c = getc(from)) != EOF;)
		putc(c, to);
	fclose(from);
	fclose(to);
	waitpid(child, &status, 0);
	bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (ended) {
		fputs(text, stdout);
		fflush(stdout);
	}
	free(text);
	if (ended)
		return 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? TOO_LONG : 256 + status;
}
