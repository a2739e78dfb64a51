#include "proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code.h"

enum { FILE_SIZE = 8192 };

/* Digits, at least one and no sign, up to max. NULL, or what follows them. */
static const char *
take_number(const char *s, uint64_t max, uint64_t *n)
{
	uint64_t v = 0;

	if (!isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (v > (max - digit) / 10)
			return NULL;
		v = v * 10 + digit;
	}
	*n = v;
	return s;
}

uint32_t
proc_parse_number(const char *text)
{
	uint64_t n;
	const char *end = take_number(text, UINT32_MAX, &n);

	return end != NULL && (*end == '\0' || strcmp(end, "\n") == 0)
	    ? (uint32_t)n
	    : PROC_UNSET;
}

/* The n-th field behind the one that s begins with, separated by spaces. */
static const char *
field(const char *s, int n)
{
	while (n > 0 && s != NULL) {
		s = strchr(s, ' ');
		s = s != NULL ? s + 1 : NULL;
		n--;
	}
	return s;
}

/* proc(5): pid (comm) state ppid pgrp session tty_nr … starttime is the 22nd.
 * comm may hold anything, ") " too: it ends at the last one. */
int
proc_parse_stat(const char *text, struct proc *p)
{
	enum { STATE = 3, PPID = 4, TTY = 7, START = 22 };
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	const char *state, *s;
	uint64_t n;
	size_t len;

	if (open == NULL || close == NULL || close < open || close[1] != ' ')
		return OKTA_BAD;
	len = (size_t)(close - open - 1);
	if (len >= sizeof(p->comm))
		len = sizeof(p->comm) - 1;
	memcpy(p->comm, open + 1, len);
	p->comm[len] = '\0';
	state = close + 2;
	p->is_dead = *state == 'Z' || *state == 'X' || *state == 'x';
	s = field(state, PPID - STATE);
	if (s == NULL || take_number(s, INT32_MAX, &n) == NULL)
		return OKTA_BAD;
	p->ppid = (pid_t)n;
	s = field(state, TTY - STATE);
	if (s == NULL)
		return OKTA_BAD;
	/* Printed as a signed number. */
	p->has_tty = *s != '0';
	s = field(state, START - STATE);
	if (s == NULL || take_number(s, UINT64_MAX, &p->start) == NULL)
		return OKTA_BAD;
	return OKTA_OK;
}

/* What follows "key:" at the beginning of a line; the kernel writes a line
 * feed inside a name as "\n". */
static const char *
line(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text != NULL) {
		if (strncmp(text, key, len) == 0)
			return text + len;
		text = strchr(text, '\n');
		text = text != NULL ? text + 1 : NULL;
	}
	return NULL;
}

int
proc_parse_status(const char *text, struct proc *p)
{
	const char *uid = line(text, "Uid:\t");
	const char *nested = line(text, "NSpid:\t");
	uint64_t n;

	if (uid == NULL || take_number(uid, UINT32_MAX, &n) == NULL)
		return OKTA_BAD;
	p->ruid = (uint32_t)n;
	/* One number for each namespace from this one down. */
	if (nested != NULL) {
		size_t len = strcspn(nested, "\n");

		p->is_nested = memchr(nested, '\t', len) != NULL;
	}
	return OKTA_OK;
}

/* "0::/user.slice/user-N.slice/…" or the same behind "1:name=systemd:". */
void
proc_parse_cgroup(const char *text, struct proc *p)
{
	static const char *const starts[] = {
	    "::/user.slice/user-", ":name=systemd:/user.slice/user-"};
	const char *end, *s = NULL;
	uint64_t n;

	p->slice = PROC_UNSET;
	while (s == NULL && text != NULL && *text != '\0') {
		/* Of a hierarchy only the number comes before. */
		const char *path = text + strspn(text, "0123456789");

		for (size_t i = 0; i < 2 && s == NULL; i++)
			if (strncmp(path, starts[i], strlen(starts[i])) == 0)
				s = path + strlen(starts[i]);
		text = strchr(text, '\n');
		text = text != NULL ? text + 1 : NULL;
	}
	if (s == NULL)
		return;
	end = take_number(s, UINT32_MAX, &n);
	if (end != NULL && strncmp(end, ".slice/", 7) == 0)
		p->slice = (uint32_t)n;
}

/* Bytes of a file of the process with a NUL behind; -1 with errno. What is
 * longer is cut: all that is looked for comes first. */
static int
slurp(int proc_fd, pid_t pid, const char *name, char text[FILE_SIZE])
{
	char path[64];
	size_t have = 0;
	ssize_t n;
	int fd;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	while (have < FILE_SIZE - 1 &&
	    (n = read(fd, text + have, FILE_SIZE - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	text[have] = '\0';
	if (have == 0)
		errno = ESRCH;
	return have > 0 ? 0 : -1;
}

static int
is_gone(void)
{
	return errno == ENOENT || errno == ESRCH;
}

int
proc_read(int proc_fd, pid_t pid, struct proc *p)
{
	char text[FILE_SIZE];

	*p = (struct proc){.pid = pid,
	    .ruid = PROC_UNSET,
	    .login = PROC_UNSET,
	    .audit = PROC_UNSET,
	    .slice = PROC_UNSET};
	if (pid <= 0)
		return OKTA_ABSENT;
	if (slurp(proc_fd, pid, "stat", text) != 0)
		return is_gone() ? OKTA_ABSENT : OKTA_BAD;
	if (proc_parse_stat(text, p) != OKTA_OK)
		return OKTA_BAD;
	if (slurp(proc_fd, pid, "status", text) != 0)
		return is_gone() ? OKTA_ABSENT : OKTA_BAD;
	if (proc_parse_status(text, p) != OKTA_OK)
		return OKTA_BAD;
	/* Absent in kernels without these. */
	if (slurp(proc_fd, pid, "loginuid", text) == 0)
		p->login = proc_parse_number(text);
	if (slurp(proc_fd, pid, "sessionid", text) == 0)
		p->audit = proc_parse_number(text);
	if (slurp(proc_fd, pid, "cgroup", text) == 0)
		proc_parse_cgroup(text, p);
	return OKTA_OK;
}

int
proc_each(int proc_fd, void (*take)(void *arg, const struct proc *p), void *arg)
{
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct proc p;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(d)) != NULL) {
		uint32_t pid = proc_parse_number(entry->d_name);

		if (pid != 0 && pid <= INT32_MAX &&
		    proc_read(proc_fd, (pid_t)pid, &p) == OKTA_OK)
			take(arg, &p);
	}
	closedir(d);
	return 0;
}

uint64_t
proc_start_ms(const struct proc *p)
{
	long hz = sysconf(_SC_CLK_TCK);

	return hz > 0 ? p->start * 1000 / (uint64_t)hz : 0;
}
