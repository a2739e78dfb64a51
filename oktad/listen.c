#include "config.h"

#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "paths.h"

static const struct {
	const char *name, *path, *temp;
	mode_t mode;
	int has_group; /* that of the service users */
} doors[DOOR_COUNT] = {
    [DOOR_LOGIN] = {"login", OKTA_LOGIN_SOCK, OKTA_RUN_DIR "/.login", 0600, 0},
    [DOOR_SELF] = {"self", OKTA_SELF_SOCK, OKTA_RUN_DIR "/.self", 0666, 0},
    [DOOR_CONTROL] = {"control", OKTA_CONTROL_SOCK, OKTA_RUN_DIR "/.control",
	0600, 0},
    [DOOR_INTERNAL] = {"internal", OKTA_INTERNAL_SOCK,
	OKTA_RUN_DIR "/.internal", 0660, 1},
};

const char *
listen_name(enum door door)
{
	return doors[door].name;
}

const char *
listen_path(enum door door)
{
	return doors[door].path;
}

void
listen_mark(enum door door, struct listen_mark *m)
{
	struct stat st;

	memset(m, 0, sizeof(*m));
	if (lstat(doors[door].path, &st) == 0) {
		m->dev = st.st_dev;
		m->ino = st.st_ino;
	}
}

int
listen_is_marked(enum door door, const struct listen_mark *m)
{
	struct listen_mark now;

	listen_mark(door, &now);
	return now.dev == m->dev && now.ino == m->ino;
}

#ifdef HAVE_LIBSYSTEMD
static int
inherit_one(int fds[DOOR_COUNT], int fd, const char *name, struct error *e)
{
	if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
		return error_set(e, ERROR_SYSTEM,
		    "socket \"%s\" from systemd is no listening unix stream "
		    "socket",
		    name);
	/* systemd's are blocking, and one that has nobody waiting any more
	 * would stop the loop. */
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return error_errno(e, "socket \"%s\" from systemd", name);
	for (int door = 0; door < DOOR_COUNT; door++) {
		if (strcmp(doors[door].name, name) == 0 && fds[door] < 0) {
			fds[door] = fd;
			return 0;
		}
	}
	return error_set(e, ERROR_SYSTEM,
	    "socket \"%s\" from systemd: FileDescriptorName= is not login, "
	    "self, control or internal, or stands twice",
	    name);
}
#endif

int
listen_inherit(int fds[DOOR_COUNT], struct error *e)
{
	int rc = 0;

	for (int door = 0; door < DOOR_COUNT; door++)
		fds[door] = -1;
#ifdef HAVE_LIBSYSTEMD
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);

	if (n < 0) {
		errno = -n;
		return error_errno(e, "sockets from systemd");
	}
	for (int i = 0; i < n && rc == 0; i++)
		rc = inherit_one(fds, SD_LISTEN_FDS_START + i, names[i], e);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
#else
	(void)e;
#endif
	return rc;
}

static int
make_one(enum door door, gid_t group, struct error *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd, rc;

	if (strlen(doors[door].temp) >= sizeof(a.sun_path))
		return error_set(
		    e, ERROR_SYSTEM, "%s: path too long", doors[door].temp);
	strcpy(a.sun_path, doors[door].temp);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(e, "socket");
	unlink(doors[door].temp); /* left by a start that was cut short */
	/* bind() makes the file, so owner and mode must be right before it
	 * (T111). */
	if (doors[door].has_group && setegid(group) != 0) {
		error_errno(e, "setegid(%u)", (unsigned int)group);
		close(fd);
		return -1;
	}
	mode_t old = umask(0777 & ~doors[door].mode);

	rc = bind(fd, (struct sockaddr *)&a, sizeof(a));
	umask(old);
	if (doors[door].has_group && setegid(0) != 0)
		rc = -1;
	if (rc != 0 || listen(fd, SOMAXCONN) != 0 ||
	    rename(doors[door].temp, doors[door].path) != 0) {
		error_errno(e, "%s", doors[door].path);
		unlink(doors[door].temp);
		close(fd);
		return -1;
	}
	return fd;
}

static int
make_folder(struct error *e)
{
	struct stat st;

	mode_t old = umask(0022);
	int rc = mkdir(OKTA_RUN_DIR, 0755);

	umask(old);
	if (rc != 0 && errno != EEXIST)
		return error_errno(e, "%s", OKTA_RUN_DIR);
	if (lstat(OKTA_RUN_DIR, &st) != 0)
		return error_errno(e, "%s", OKTA_RUN_DIR);
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) != 0)
		return error_set(e, ERROR_SYSTEM,
		    "%s: must be a folder that only root may write; run: "
		    "chown root:root %s && chmod 0755 %s",
		    OKTA_RUN_DIR, OKTA_RUN_DIR, OKTA_RUN_DIR);
	return 0;
}

int
listen_make(int fds[DOOR_COUNT], gid_t internal_group, struct error *e)
{
	int has_folder = 0;

	for (int door = 0; door < DOOR_COUNT; door++) {
		if (fds[door] >= 0)
			continue;
		if (!has_folder && make_folder(e) != 0)
			return -1;
		has_folder = 1;
		fds[door] = make_one((enum door)door, internal_group, e);
		if (fds[door] < 0)
			return -1;
	}
	return 0;
}
