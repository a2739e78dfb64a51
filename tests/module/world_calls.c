/*
 * The calls that stand in front of libc's and libpam's: see world.h.
 */
#include "world.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <security/pam_modutil.h>

#include "paths.h"

/* 'o' where the address is in the module, 'p' in libpam, else 0. */
static char
caller_of(const void *address)
{
	Dl_info info;
	const char *base;

	if (dladdr(address, &info) == 0 || info.dli_fname == NULL)
		return 0;
	base = strrchr(info.dli_fname, '/');
	base = base == NULL ? info.dli_fname : base + 1;
	if (strcmp(base, "pam_okta.so") == 0)
		return 'o';
	return strncmp(base, "libpam.so", 9) == 0 ? 'p' : 0;
}

#define CALLER caller_of(__builtin_return_address(0))

static int
is_failing(const char *name, char caller)
{
	if (world.fail_at == 0 || caller == 0 || ++world.calls != world.fail_at)
		return 0;
	world.failed = name;
	return 1;
}

#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (real == NULL)              \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL(name, error, value)         \
	if (is_failing(#name, CALLER)) { \
		errno = error;           \
		return value;            \
	}

static const char *
redirect(const char *path)
{
	if (strcmp(path, "/etc/passwd") == 0)
		return world.passwd;
	if (strcmp(path, OKTA_DIRECTORY_PATH) == 0)
		return world.directory;
	if (strcmp(path, OKTA_PEOPLE_PATH) == 0)
		return world.people;
	if (strcmp(path, OKTA_RULES_PATH) == 0)
		return world.rules;
	if (strcmp(path, OKTA_CONFIRMED_PATH) == 0)
		return world.confirmed;
	return path;
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	REAL(open);
	FAIL(open, EMFILE, -1)
	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return real(CALLER == 'o' ? redirect(path) : path, flags, mode);
}

FILE *
fopen(const char *restrict path, const char *restrict mode)
{
	REAL(fopen);
	FAIL(fopen, EMFILE, NULL)
	/* libpam reads /etc/passwd for the module. */
	return real(CALLER != 0 ? redirect(path) : path, mode);
}

int
fstat(int fd, struct stat *st)
{
	int r;

	REAL(fstat);
	FAIL(fstat, EIO, -1)
	r = real(fd, st);
	if (r == 0 && CALLER == 'o' && st->st_uid == getuid())
		st->st_uid = 0;
	return r;
}

ssize_t
read(int fd, void *p, size_t len)
{
	REAL(read);
	FAIL(read, EIO, -1)
	return real(fd, p, len);
}

void *
mmap(void *p, size_t len, int prot, int flags, int fd, off_t at)
{
	REAL(mmap);
	FAIL(mmap, ENOMEM, MAP_FAILED)
	return real(p, len, prot, flags, fd, at);
}

int
socket(int domain, int type, int protocol)
{
	REAL(socket);
	FAIL(socket, EMFILE, -1)
	return real(domain, type, protocol);
}

int
connect(int fd, const struct sockaddr *a, socklen_t len)
{
	struct sockaddr_un ours = {.sun_family = AF_UNIX};

	REAL(connect);
	FAIL(connect, EACCES, -1)
	if (CALLER != 'o')
		return real(fd, a, len);
	snprintf(world.connected, sizeof(world.connected), "%s",
	    ((const struct sockaddr_un *)(const void *)a)->sun_path);
	snprintf(ours.sun_path, sizeof(ours.sun_path), "%s", world.socket);
	int r = real(fd, (struct sockaddr *)&ours, sizeof(ours));

	world.connects += r == 0;
	return r;
}

int
getsockopt(
    int fd, int level, int name, void *restrict value, socklen_t *restrict len)
{
	int r;

	REAL(getsockopt);
	FAIL(getsockopt, ENOBUFS, -1)
	if (CALLER == 'o' && world.is_peer_unknown) {
		errno = EINVAL;
		return -1;
	}
	r = real(fd, level, name, value, len);
	if (r == 0 && CALLER == 'o' && level == SOL_SOCKET &&
	    name == SO_PEERCRED)
		((struct ucred *)value)->uid = world.peer;
	return r;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg);
	FAIL(sendmsg, EPIPE, -1)
	return real(fd, m, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	REAL(recvmsg);
	FAIL(recvmsg, EIO, -1)
	return real(fd, m, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(poll);
	FAIL(poll, ENOMEM, -1)
	if (CALLER != 'o' || n > 0 || world.is_time_real)
		return real(fds, n, timeout);
	world.slept_ms += (uint64_t)timeout;
	return 0;
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	int r;

	REAL(clock_gettime);
	FAIL(clock_gettime, EINVAL, -1)
	r = real(clock, ts);
	if (r == 0 && CALLER == 'o' && clock == CLOCK_BOOTTIME) {
		ts->tv_sec += (time_t)(world.slept_ms / 1000);
		ts->tv_nsec += (long)(world.slept_ms % 1000) * 1000000;
		if (ts->tv_nsec >= 1000000000) {
			ts->tv_nsec -= 1000000000;
			ts->tv_sec++;
		}
	}
	return r;
}

ssize_t
getrandom(void *p, size_t len, unsigned int flags)
{
	REAL(getrandom);
	FAIL(getrandom, EAGAIN, -1)
	if (CALLER == 'o' && world.is_random_missing) {
		errno = ENOSYS;
		return -1;
	}
	return real(p, len, flags);
}

uid_t
geteuid(void)
{
	REAL(geteuid);
	return CALLER == 'o' ? world.euid : real();
}

uid_t
getuid(void)
{
	REAL(getuid);
	return CALLER == 'o' ? world.ruid : real();
}

struct passwd *
pam_modutil_getpwnam(pam_handle_t *pamh, const char *name)
{
	static struct passwd pw;

	(void)pamh;
	FAIL(pam_modutil_getpwnam, ENOMEM, NULL)
	memset(&pw, 0, sizeof(pw));
	if (world.nss_none != NULL && strcmp(name, world.nss_none) == 0)
		return NULL;
	for (size_t i = 0; i < WORLD_PEOPLE; i++) {
		if (strcmp(world_people[i].name, name) == 0)
			pw.pw_uid = world_people[i].uid + world.uid_shift;
	}
	if (world.nss_other != NULL && strcmp(name, world.nss_other) == 0)
		pw.pw_uid = 4242;
	return pw.pw_uid == 0 ? NULL : &pw;
}

/* syslog as libpam calls it, fortified or not: kept here instead. */
void __vsyslog_chk(int, int, const char *, va_list)
    __attribute__((format(printf, 3, 0)));
void __syslog_chk(int, int, const char *, ...)
    __attribute__((format(printf, 3, 4)));

void
vsyslog(int priority, const char *format, va_list ap)
{
	size_t at = strlen(world.log);

	(void)priority;
	vsnprintf(world.log + at, sizeof(world.log) - at, format, ap);
	at = strlen(world.log);
	snprintf(world.log + at, sizeof(world.log) - at, "\n");
}

void
syslog(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}

void
__vsyslog_chk(int priority, int flag, const char *format, va_list ap)
{
	(void)flag;
	vsyslog(priority, format, ap);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}

/* The sanitizers have an allocator of their own that must not be hidden. */
#if !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#endif
#ifndef __SANITIZE_ADDRESS__
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *
malloc(size_t len)
{
	if (world.fail_at != 0)
		FAIL(malloc, ENOMEM, NULL)
	return __libc_malloc(len);
}

void *
calloc(size_t n, size_t len)
{
	if (world.fail_at != 0)
		FAIL(calloc, ENOMEM, NULL)
	return __libc_calloc(n, len);
}

void *
realloc(void *p, size_t len)
{
	if (world.fail_at != 0)
		FAIL(realloc, ENOMEM, NULL)
	return __libc_realloc(p, len);
}

char *
strdup(const char *s)
{
	size_t len = strlen(s) + 1;
	char *copy;

	if (world.fail_at != 0)
		FAIL(strdup, ENOMEM, NULL)
	copy = malloc(len);
	return copy == NULL ? NULL : memcpy(copy, s, len);
}
#endif
