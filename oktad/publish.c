#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "confirm.h"
#include "directory.h"
#include "directory_check.h"
#include "file.h"
#include "name.h"
#include "paths.h"

const struct publish_place publish_here = {
    OKTA_DIRECTORY_PATH, OKTA_PEOPLE_PATH, OKTA_CONFIRMED_PATH,
    "/etc/passwd", "/etc/group",
};

/* A private copy of one file of an image. */
struct copy {
	uint8_t *bytes;
	size_t size;
	struct directory view;
};

static void
copy_free(struct copy *c)
{
	if (c->bytes != NULL)
		munmap(c->bytes, c->size);
	*c = (struct copy){0};
}

/* Only a memfd that nobody can change any more is read; so a copy can be
 * neither torn nor cut short under us. */
static int
copy_take(struct copy *c, int fd, const char *what, struct error *e)
{
	const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_SEAL;
	int has = fcntl(fd, F_GET_SEALS);
	struct stat st;
	void *from;

	*c = (struct copy){0};
	if (has < 0 || (has & seals) != seals)
		return error_set(e, ERROR_PROTOCOL, "%s: is not sealed", what);
	if (fstat(fd, &st) != 0)
		return error_errno(e, "%s", what);
	if (st.st_size < (off_t)sizeof(struct dir_header) ||
	    st.st_size > PUBLISH_MAX)
		return error_set(e, ERROR_PROTOCOL,
		    "%s: %lld bytes are too few or too many", what,
		    (long long)st.st_size);
	c->size = (size_t)st.st_size;
	c->bytes = mmap(NULL, c->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->bytes == MAP_FAILED) {
		c->bytes = NULL;
		return error_errno(e, "%s: copy", what);
	}
	from = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (from == MAP_FAILED)
		return error_errno(e, "%s: map", what);
	memcpy(c->bytes, from, c->size);
	munmap(from, c->size);
	return 0;
}

static int
fault_set(struct error *e, const char *what, const struct directory_fault *f)
{
	char name[DIR_NAME_MAX + 1];

	name_filter_text(name, sizeof(name), f->name, strlen(f->name));
	return error_set(e, ERROR_PROTOCOL, "%s: %s (id %u, name %s)", what,
	    f->what != NULL ? f->what : "damaged", (unsigned int)f->id,
	    name[0] != '\0' ? name : "-");
}

static int
is_reserved_name(void *arg, const char *name)
{
	(void)arg;
	return name_is_reserved(name);
}

static int
is_never(void *arg, uint32_t id)
{
	(void)arg;
	(void)id;
	return 0;
}

/* Does anybody of the directory have this name, or this number? People and
 * groups share one space of each. */
static int
has_name(const struct directory *d, const char *name)
{
	struct directory_user u;
	struct directory_group g;

	return directory_user_by_name(d, name, &u) != OKTA_ABSENT ||
	    directory_group_by_name(d, name, &g) != OKTA_ABSENT;
}

static int
has_id(const struct directory *d, uint32_t id)
{
	struct directory_user u;
	struct directory_group g;

	return directory_user_by_uid(d, id, &u) != OKTA_ABSENT ||
	    directory_group_by_gid(d, id, &g) != OKTA_ABSENT;
}

static int
collides(const struct directory *d, const char *path, const char *name,
    uint32_t id, struct error *e)
{
	if (has_name(d, name))
		error_set(e, ERROR_DENIED,
		    "directory: the name %s stands in %s", name, path);
	else if (has_id(d, id))
		error_set(e, ERROR_DENIED,
		    "directory: the number %u stands in %s (%s)",
		    (unsigned int)id, path, name);
	else
		return 0;
	return 1;
}

/* Local files always win (T13): nobody of them is in the directory. The local
 * files are short, so their entries are looked up in the directory and
 * not the other way round. */
static int
check_local(const struct directory *d, const struct publish_place *where,
    struct error *e)
{
	struct passwd *pw;
	struct group *gr;
	int rc = 0;
	FILE *f = fopen(where->passwd, "re");

	if (f == NULL)
		return error_errno(e, "%s", where->passwd);
	while (rc == 0 && (pw = fgetpwent(f)) != NULL) {
		if (collides(d, where->passwd, pw->pw_name, pw->pw_uid, e))
			rc = -1;
	}
	fclose(f);
	if (rc != 0)
		return -1;
	f = fopen(where->group, "re");
	if (f == NULL)
		return error_errno(e, "%s", where->group);
	while (rc == 0 && (gr = fgetgrent(f)) != NULL) {
		if (collides(d, where->group, gr->gr_name, gr->gr_gid, e))
			rc = -1;
	}
	fclose(f);
	return rc;
}

/* The Okta id behind a group: that of a person for a private one. */
static const char *
holder(const struct directory *people, const struct directory_group *g)
{
	struct directory_person p;
	struct directory_team t;

	if (g->is_private)
		return directory_person_by_uid(people, g->gid, &p) == OKTA_OK
		    ? p.id : NULL;
	return directory_team_by_gid(people, g->gid, &t) == OKTA_OK
	    ? t.id : NULL;
}

/* sudoers and sshd_config name groups, so a group's name stays with its holder
 * like a number does (T2, T10). A damaged old file holds nothing up. */
static int
check_group_names(const struct directory *d, const struct directory *people,
    const struct directory *old, const struct directory *old_people,
    struct error *e)
{
	struct directory_group g, before;
	const char *now, *was;
	uint32_t cursor = 0;

	while (directory_next_group(d, &cursor, &g) == OKTA_OK) {
		if (directory_group_by_name(old, g.name, &before) != OKTA_OK)
			continue;
		now = holder(people, &g);
		was = holder(old_people, &before);
		if (now != NULL && was != NULL && strcmp(now, was) != 0)
			return error_set(e, ERROR_PROTOCOL, "directory: the "
			    "name of group %s would change hands", g.name);
	}
	return 0;
}

/* Makes views of both copies and checks them with all that is known here. */
static int
check_pair(struct copy *d, struct copy *people, const struct directory *old,
    const struct directory *old_people, const struct publish_place *where,
    uint32_t id_min, uint32_t id_max, struct error *e)
{
	struct directory_rules rules = {
	    .id_min = id_min,
	    .id_max = id_max,
	    .is_taken_name = is_reserved_name,
	    .is_taken_id = is_never,
	};
	struct directory_fault fault = {0};

	if (directory_view(&d->view, d->bytes, d->size, DIR_MAGIC_PUBLIC) !=
	    OKTA_OK)
		return error_set(e, ERROR_PROTOCOL, "directory: bad header");
	if (directory_view(&people->view, people->bytes, people->size,
		DIR_MAGIC_PEOPLE) != OKTA_OK)
		return error_set(e, ERROR_PROTOCOL, "people: bad header");
	if (directory_check(&d->view, &rules, &fault) != OKTA_OK)
		return fault_set(e, "directory", &fault);
	if (directory_check_people(&people->view, &d->view, old_people,
		&fault) != OKTA_OK)
		return fault_set(e, "people", &fault);
	if (old != NULL && old_people != NULL &&
	    check_group_names(&d->view, &people->view, old, old_people, e) !=
		0)
		return -1;
	return check_local(&d->view, where, e);
}

/* Does the published file say the same already? Generation, time and
 * checksums are oktad's own; all else must agree byte by byte. */
static int
is_same(const struct directory *old, const struct copy *new)
{
	struct dir_header a, b;

	if (old->base == NULL || old->size != new->size)
		return 0;
	memcpy(&a, old->base, sizeof(a));
	memcpy(&b, new->bytes, sizeof(b));
	a.generation = b.generation = 0;
	a.published = b.published = 0;
	a.body_checksum = b.body_checksum = 0;
	a.header_checksum = b.header_checksum = 0;
	return memcmp(&a, &b, sizeof(a)) == 0 &&
	    memcmp(old->base + sizeof(a), new->bytes + sizeof(b),
		new->size - sizeof(b)) == 0;
}

/* Space first, so that a full disk is found out before anything is written. */
static int
write_temporary(struct file_new *n, const char *path, const struct copy *c,
    mode_t mode, struct error *e)
{
	return file_new_begin(n, path, geteuid(), getegid(), mode,
		   (off_t)c->size, e) == 0 &&
		file_new_write(n, c->bytes, c->size, e) == 0
	    ? 0 : -1;
}

static int
replace_pair(const struct publish_place *where, const struct copy *d,
    const struct copy *people, struct error *e)
{
	struct file_new nd = {.fd = -1, .dir_fd = -1};
	struct file_new np = {.fd = -1, .dir_fd = -1};
	int rc = -1;

	/* Both are on disk before either takes its place. */
	if (write_temporary(&np, where->people, people, 0600, e) == 0 &&
	    write_temporary(&nd, where->directory, d, 0644, e) == 0 &&
	    file_new_commit(&np, e) == 0 && file_new_commit(&nd, e) == 0)
		rc = 0;
	file_new_drop(&np);
	file_new_drop(&nd);
	return rc;
}

static void
stamp(struct copy *c, uint64_t generation)
{
	time_t now = time(NULL);

	directory_stamp(c->bytes, c->size, generation,
	    now > 0 ? (uint64_t)now : 0);
}

int
publish_image(const struct publish_place *where, uint32_t id_min,
    uint32_t id_max, int directory_fd, int people_fd, uint64_t *generation,
    struct error *e)
{
	struct copy d = {0}, people = {0};
	struct directory old = {0}, old_people = {0};
	int has_old, has_old_people, rc = -1;

	*generation = 0;
	has_old = directory_open(&old, where->directory, DIR_MAGIC_PUBLIC) ==
	    OKTA_OK;
	has_old_people = directory_open(&old_people, where->people,
	    DIR_MAGIC_PEOPLE) == OKTA_OK;
	if (copy_take(&d, directory_fd, "directory", e) != 0 ||
	    copy_take(&people, people_fd, "people", e) != 0)
		goto out;
	*generation = has_old ? old.header->generation : 0;
	if (!has_old || !is_same(&old, &d) ||
	    !has_old_people || !is_same(&old_people, &people)) {
		++*generation;
		stamp(&d, *generation);
		stamp(&people, *generation);
		if (check_pair(&d, &people, has_old ? &old : NULL,
			has_old_people ? &old_people : NULL, where, id_min,
			id_max, e) != 0 ||
		    replace_pair(where, &d, &people, e) != 0)
			goto out;
	}
	rc = confirm_write(where->confirmed, *generation, e);
out:
	if (rc != 0)
		*generation = 0;
	copy_free(&d);
	copy_free(&people);
	if (has_old)
		directory_close(&old);
	if (has_old_people)
		directory_close(&old_people);
	return rc;
}

int
publish_confirm(const struct publish_place *where, struct error *e)
{
	struct directory d, people;
	uint64_t generation;

	if (directory_open(&d, where->directory, DIR_MAGIC_PUBLIC) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "%s: nothing good is published", where->directory);
	generation = d.header->generation;
	directory_close(&d);
	if (directory_open(&people, where->people, DIR_MAGIC_PEOPLE) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "%s: nothing good is published", where->people);
	directory_close(&people);
	return confirm_write(where->confirmed, generation, e);
}
