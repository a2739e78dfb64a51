#include "world.h"

#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
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

#include "directory_file.h"
#include "paths.h"
#include "snapshot.h"
#include "wire.h"

struct world world;

static const struct {
	const char *name;
	uint32_t uid;
	enum person_status status;
	enum person_why why;
} people[] = {
    {"alice", ALICE, STATUS_ACTIVE, WHY_NONE},
    {"bob", BOB, STATUS_ACTIVE, WHY_NONE},
    {"carol", CAROL, STATUS_SUSPENDED, WHY_STATUS},
    {"dave", DAVE, STATUS_ACTIVE, WHY_NOT_ENTITLED},
    {"erin", ERIN, STATUS_PASSWORD_EXPIRED, WHY_NONE},
};

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
	if (world.fail_at == 0 || caller == 0 ||
	    ++world.calls != world.fail_at)
		return 0;
	world.failed = name;
	return 1;
}

#define REAL(name)                                                             \
	static __typeof__(&name) real;                                         \
	if (real == NULL)                                                      \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL(name, error, value)                                               \
	if (is_failing(#name, CALLER)) {                                       \
		errno = error;                                                 \
		return value;                                                  \
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
	return real(CALLER == 'o' ? redirect(path) : path, mode);
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
getsockopt(int fd, int level, int name, void *restrict value,
    socklen_t *restrict len)
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

struct passwd *
pam_modutil_getpwnam(pam_handle_t *pamh, const char *name)
{
	static struct passwd pw;

	(void)pamh;
	FAIL(pam_modutil_getpwnam, ENOMEM, NULL)
	memset(&pw, 0, sizeof(pw));
	if (world.nss_none != NULL && strcmp(name, world.nss_none) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
		if (strcmp(people[i].name, name) == 0)
			pw.pw_uid = people[i].uid + world.uid_shift;
	}
	if (world.nss_other != NULL && strcmp(name, world.nss_other) == 0)
		pw.pw_uid = 4242;
	return pw.pw_uid == 0 ? NULL : &pw;
}

/* syslog as libpam calls it, fortified or not: kept here instead. */
void __vsyslog_chk(int, int, const char *, va_list);
void __syslog_chk(int, int, const char *, ...);

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

void
world_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		err(1, "%s", path);
}

void
world_set_age(int64_t age_s)
{
	struct dir_confirmed c = {.magic = DIR_MAGIC_CONFIRMED};
	struct timespec boot, wall;
	uint64_t boot_ms;

	if (age_s < 0) {
		unlink(world.confirmed);
		return;
	}
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	boot_ms = (uint64_t)boot.tv_sec * 1000;
	/* Another boot, where this one is younger than that. */
	if (directory_boot_id(c.boot_id) != OKTA_OK ||
	    boot_ms < (uint64_t)age_s * 1000)
		memset(c.boot_id, 0xff, sizeof(c.boot_id));
	else
		c.boot_ms = boot_ms - (uint64_t)age_s * 1000;
	c.wall_s = (uint64_t)(wall.tv_sec - age_s);
	c.high_water_s = c.wall_s;
	c.checksum = directory_checksum(&c,
	    offsetof(struct dir_confirmed, checksum));
	snapshot_save(&c, sizeof(c), world.confirmed);
}

static void
build(struct snapshot *s, const char *alias)
{
	struct image *i = snapshot_begin();
	struct error e = {0};

	for (size_t n = 0; n < sizeof(people) / sizeof(*people); n++) {
		uint32_t uid = people[n].uid + world.uid_shift;
		const char *name = n == 0 && alias != NULL ? alias
							   : people[n].name;
		struct image_user u = {.uid = uid, .gid = uid, .name = name,
		    .gecos = "A Person", .home = "/home/x",
		    .shell = "/bin/sh", .id = people[n].name,
		    .login = people[n].name, .status = people[n].status,
		    .why = people[n].why};

		if (image_add_user(i, &u, &e) != 0)
			errx(1, "%s", e.text);
	}
	snapshot_end(s, i);
}

void
world_publish(void)
{
	struct snapshot s;

	build(&s, NULL);
	snapshot_save(s.bytes, s.size, world.directory);
	snapshot_free(&s);
	build(&s, world.alias);
	snapshot_save(s.people_bytes, s.people_size, world.people);
	snapshot_free(&s);
}

void
world_damage_records(void)
{
	const struct dir_section *users;
	struct snapshot s;

	build(&s, NULL);
	users = &s.d.section[DIR_USERS];
	memset(s.bytes + users->offset, 0xff, users->size);
	snapshot_save(s.bytes, s.size, world.directory);
	snapshot_free(&s);
}

int
world_setup(void **state)
{
	char other[96];

	(void)state;
	snprintf(world.dir, sizeof(world.dir), "/tmp/okta-pam-XXXXXX");
	if (mkdtemp(world.dir) == NULL)
		err(1, "%s", world.dir);
	snprintf(world.passwd, 96, "%s/passwd", world.dir);
	snprintf(world.directory, 96, "%s/directory", world.dir);
	snprintf(world.people, 96, "%s/people", world.dir);
	snprintf(world.confirmed, 96, "%s/confirmed", world.dir);
	snprintf(world.socket, 96, "%s/sock", world.dir);
	/* libpam wants a fallback and logs where there is none. */
	snprintf(other, sizeof(other), "%s/other", world.dir);
	world_write(other, "auth required " PAM_HELPER_SO " return=4\n");
	return world_reset(state);
}

int
world_reset(void **state)
{
	(void)state;
	world.euid = 0;
	world.peer = 0;
	world.is_peer_unknown = world.is_random_missing = 0;
	world.is_time_real = 0;
	world.slept_ms = 0;
	world.nss_other = world.nss_none = NULL;
	world.alias = NULL;
	world.uid_shift = 0;
	world.connected[0] = '\0';
	world.fail_at = world.calls = 0;
	world.failed = NULL;
	world.log[0] = '\0';
	world_write(world.passwd, "root:x:0:0:root:/root:/bin/sh\n"
	    "local:x:1000:1000::/home/local:/bin/sh\n");
	world_publish();
	world_set_age(60);
	return 0;
}

int
world_teardown(void **state)
{
	struct dirent *e;
	DIR *d = opendir(world.dir);

	(void)state;
	while (d != NULL && (e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	return rmdir(world.dir);
}

pam_handle_t *
world_start(const char *service, const char *user, const char *lines,
    const struct pam_conv *conv)
{
	pam_handle_t *pamh = NULL;
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", world.dir, service);
	f = fopen(path, "w");
	if (f == NULL)
		err(1, "%s", path);
	for (; *lines != '\0'; lines++) {
		if (strncmp(lines, "okta", 4) == 0 && lines[-1] == ' ') {
			fputs(PAM_OKTA_SO, f);
			lines += 3;
		} else if (strncmp(lines, "helper", 6) == 0) {
			fputs(PAM_HELPER_SO, f);
			lines += 5;
		} else {
			fputc(*lines, f);
		}
	}
	fputc('\n', f);
	if (fclose(f) != 0)
		err(1, "%s", path);
	if (pam_start_confdir(service, user, conv, world.dir, &pamh) !=
	    PAM_SUCCESS)
		errx(1, "pam_start_confdir");
	return pamh;
}

pam_handle_t *
world_start_usual(const char *user, const char *args,
    const struct pam_conv *conv)
{
	static const char *const types[] = {"auth", "account", "session",
	    "password"};
	char lines[2048] = "";

	for (int i = 0; i < 4; i++) {
		size_t at = strlen(lines);

		snprintf(lines + at, sizeof(lines) - at,
		    "%s [success=done ignore=ignore default=die] okta %s\n"
		    "%s required helper return=28\n", types[i], args,
		    types[i]);
	}
	return world_start("sshd", user, lines, conv);
}
