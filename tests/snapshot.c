#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

struct image *
snapshot_begin(void)
{
	struct image_params p = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE};
	struct error e = {0};
	struct image *i = image_new(&p, &e);

	if (i == NULL)
		errx(1, "%s", e.text);
	return i;
}

void
snapshot_user(struct image *i, uint32_t uid, const char *name)
{
	struct error e = {0};
	char home[64], id[64], login[64];
	struct image_user u = {.uid = uid,
	    .gid = uid,
	    .name = name,
	    .gecos = "Test Person",
	    .home = home,
	    .shell = "/bin/bash",
	    .id = id,
	    .login = login,
	    .status = STATUS_ACTIVE};

	snprintf(home, sizeof(home), "/home/%s", name);
	snprintf(id, sizeof(id), "00u%u", uid);
	snprintf(login, sizeof(login), "%s@example.com", name);
	if (image_add_user(i, &u, &e) == -1)
		errx(1, "%s", e.text);
}

void
snapshot_group(struct image *i, uint32_t gid, const char *name)
{
	char id[64];
	struct image_group g = {.gid = gid, .name = name, .id = id};
	struct error e = {0};

	snprintf(id, sizeof(id), "00g%u", gid);
	if (image_add_group(i, &g, &e) == -1)
		errx(1, "%s", e.text);
}

void
snapshot_member(struct image *i, uint32_t gid, uint32_t uid)
{
	struct error e = {0};

	if (image_add_member(i, gid, uid, &e) == -1)
		errx(1, "%s", e.text);
}

static uint8_t *
slurp(int fd, size_t *size)
{
	struct stat st;
	uint8_t *bytes;

	if (fstat(fd, &st) == -1 ||
	    (bytes = malloc((size_t)st.st_size)) == NULL ||
	    pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		err(1, "memfd");
	close(fd);
	*size = (size_t)st.st_size;
	return bytes;
}

void
snapshot_end(struct snapshot *s, struct image *i)
{
	struct error e = {0};
	int directory, people;

	if (image_finish(i, &directory, &people, &e) == -1)
		errx(1, "%s", e.text);
	image_free(i);
	s->bytes = slurp(directory, &s->size);
	s->people_bytes = slurp(people, &s->people_size);
	if (directory_view(&s->d, s->bytes, s->size, DIR_MAGIC_PUBLIC) !=
		OKTA_OK ||
	    directory_view(&s->people, s->people_bytes, s->people_size,
		DIR_MAGIC_PEOPLE) != OKTA_OK)
		errx(1, "the reader refuses the writer's image");
}

void
snapshot_free(struct snapshot *s)
{
	free(s->bytes);
	free(s->people_bytes);
	memset(s, 0, sizeof(*s));
}

void
snapshot_make(
    struct snapshot *s, uint32_t users, uint32_t groups, uint32_t per_user)
{
	struct image *i = snapshot_begin();
	char name[32];
	uint32_t n, k;

	for (n = 0; n < groups; n++) {
		snprintf(name, sizeof(name), "group%u", n);
		snapshot_group(i, SNAPSHOT_GID(n), name);
	}
	for (n = 0; n < users; n++) {
		snprintf(name, sizeof(name), "user%u", n);
		snapshot_user(i, SNAPSHOT_UID(n), name);
		for (k = 0; k < per_user; k++)
			snapshot_member(i,
			    SNAPSHOT_GID((n * 7 + k * 13) % groups),
			    SNAPSHOT_UID(n));
	}
	snapshot_end(s, i);
}

void
snapshot_save(const void *bytes, size_t size, const char *path)
{
	char temporary[4096];
	const char *p = bytes;
	ssize_t n;
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1 || fchmod(fd, 0644) == -1)
		err(1, "%s", temporary);
	for (; size > 0; p += n, size -= (size_t)n)
		if ((n = write(fd, p, size)) <= 0)
			err(1, "%s", temporary);
	if (close(fd) == -1 || rename(temporary, path) == -1)
		err(1, "%s", path);
}

static int
is_never_taken_name(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static int
is_never_taken_id(void *arg, uint32_t id)
{
	(void)arg;
	(void)id;
	return 0;
}

struct directory_rules
snapshot_rules(void)
{
	return (struct directory_rules){.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .is_taken_name = is_never_taken_name,
	    .is_taken_id = is_never_taken_id};
}
