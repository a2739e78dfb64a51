/*
 * okta.conf and the files of okta.conf.d, in order, as lines. A folder where
 * others could take files away or put them is not believed either: taking
 * away a drop-in can widen access.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_private.h"
#include "conf_read.h"
#include "file.h"

enum { DROPINS_MAX = 1000 };

/* Owned by root or owner, and nobody else may rename in it; a sticky folder
 * (/tmp) lets others rename only their own. */
static int
check_folder(int fd, const char *path, uid_t owner, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(e, "%s", path);
	if ((st.st_uid == owner || st.st_uid == 0) &&
	    ((st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0))
		return 0;
	return error_set(e, ERROR_CONFIG,
	    "%s: others may write this folder; "
	    "run: chown %u %s && chmod 0755 %s",
	    path, (unsigned int)owner, path, path);
}

static int
check_folder_of(const char *path, uid_t owner, struct error *e)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	int fd, r;

	snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error_errno(e, "%s", folder);
		e->kind = ERROR_CONFIG;
		return -1;
	}
	r = check_folder(fd, folder, owner, e);
	close(fd);
	return r;
}

static int
read_one(const char *path, uid_t owner, struct conf_written *w, struct error *e)
{
	struct secret text = {0};
	char **files;
	int r = -1;

	files = reallocarray(w->files, w->nfiles + 1, sizeof(*files));
	if (files == NULL)
		return error_errno(e, "%s", path);
	w->files = files;
	files[w->nfiles] = strdup(path);
	if (files[w->nfiles] == NULL)
		return error_errno(e, "%s", path);
	w->nfiles++;
	if (file_read_trusted(path, owner, CONF_FILE_MAX, &text, e) == 0)
		r = conf_read(&text, files[w->nfiles - 1], &w->entries, e);
	secret_clear(&text);
	return r;
}

/* Editors' backups, package managers' leftovers and hidden files are none. */
static int
is_dropin(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 &&
	    strcmp(d->d_name + len - 5, ".conf") == 0;
}

/* By bytes: the locale must not decide which file wins. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_dropins(
    const char *folder, uid_t owner, struct conf_written *w, struct error *e)
{
	struct dirent **names = NULL;
	char path[PATH_MAX + NAME_MAX + 2];
	int fd, n = 0, r = -1;

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		error_errno(e, "%s", folder);
		e->kind = ERROR_CONFIG;
		return -1;
	}
	if (check_folder(fd, folder, owner, e) != 0)
		goto out;
	n = scandirat(fd, ".", &names, is_dropin, by_bytes);
	if (n < 0 || n > DROPINS_MAX) {
		error_errno(e, "%s: %d files", folder, n);
		goto out;
	}
	r = 0;
	for (int i = 0; i < n && r == 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		r = read_one(path, owner, w, e);
	}
out:
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	close(fd);
	return r;
}

int
conf_files_read(
    const char *path, uid_t owner, struct conf_written *w, struct error *e)
{
	char folder[PATH_MAX];

	if (strlen(path) + NAME_MAX + 4 >= sizeof(folder))
		return error_set(
		    e, ERROR_CONFIG, "%.100s...: path too long", path);
	snprintf(folder, sizeof(folder), "%s.d", path);
	if (check_folder_of(path, owner, e) != 0 ||
	    read_one(path, owner, w, e) != 0)
		return -1;
	return read_dropins(folder, owner, w, e);
}
