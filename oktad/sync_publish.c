/*
 * From the accepted directory to the two images. Whatever this host has itself
 * is left out here, so that a change of /etc/passwd counts at once and without
 * Okta (T13).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_write.h"
#include "paths.h"
#include "sync.h"
#include "sync_guard.h"

/* What is published now: the memory of this host where the ledger has lost its
 * own (T11). header NULL: nothing readable. */
static struct directory current;

/* Numbers that are left out; they come in rising order. */
struct skipped {
	uint32_t *ids;
	size_t n, cap;
};

struct build {
	struct sync *s;
	struct image *image;
	struct skipped groups, people;
	struct skipped vetoed; /* people who are in no local group */
	struct skipped adopted; /* they have a private record only */
};

int
publish_open_current(void)
{
	publish_close_current();
	return directory_open(&current, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
}

void
publish_close_current(void)
{
	if (current.header != NULL)
		directory_close(&current);
	memset(&current, 0, sizeof(current));
}

int
publish_is_taken(void *sync, uint32_t number, const char *name)
{
	struct sync *s = sync;
	struct directory_user u;
	struct directory_group g;

	if (local_has_id(&s->local, number))
		return 1;
	if (current.header == NULL)
		return 0;
	if (directory_user_by_uid(&current, number, &u) == OKTA_OK &&
	    strcmp(u.name, name) != 0)
		return 1;
	return directory_group_by_gid(&current, number, &g) == OKTA_OK &&
	    !g.is_private && strcmp(g.name, name) != 0;
}

int
publish_is_held(void *sync, const char *name, uint32_t number)
{
	struct directory_user u;
	struct directory_group g;

	(void)sync;
	if (current.header == NULL)
		return 0;
	if (directory_user_by_name(&current, name, &u) == OKTA_OK &&
	    u.uid != number)
		return 1;
	return directory_group_by_name(&current, name, &g) == OKTA_OK &&
	    !g.is_private && g.gid != number;
}

static int
skip(struct skipped *k, uint32_t number, struct error *e)
{
	if (k->n == k->cap) {
		size_t more = k->cap == 0 ? 64 : k->cap * 2;
		uint32_t *p = reallocarray(k->ids, more, sizeof(*p));

		if (p == NULL)
			return error_errno(e, "image");
		k->ids = p;
		k->cap = more;
	}
	k->ids[k->n++] = number;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
is_skipped(const struct skipped *k, uint32_t number)
{
	return k->n > 0 &&
	    bsearch(&number, k->ids, k->n, sizeof(*k->ids), compare) != NULL;
}

static int
is_left_out(void *people, uint32_t uid)
{
	return is_skipped(people, uid);
}

static int
has_no_local(void *build, uint32_t uid)
{
	const struct build *b = build;

	return is_skipped(&b->people, uid) || is_skipped(&b->vetoed, uid) ||
	    is_skipped(&b->adopted, uid);
}

void
publish_tell(struct sync *s, const char *id, const char *name, const char *why)
{
	if (s->nleft_out < SYNC_NOTES) {
		struct sync_note *n = &s->left_out[s->nleft_out++];

		snprintf(n->id, sizeof(n->id), "%s", id);
		snprintf(n->name, sizeof(n->name), "%s", name);
		snprintf(n->why, sizeof(n->why), "%s", why);
	}
}

static enum person_why
why_not(const struct state_person *p)
{
	switch (p->status) {
	case STATUS_ACTIVE:
	case STATUS_RECOVERY:
	case STATUS_PASSWORD_EXPIRED:
	case STATUS_LOCKED_OUT:
		break;
	default:
		return WHY_STATUS;
	}
	if (p->is_blocked)
		return WHY_STATUS;
	if (p->is_entitled)
		return WHY_NONE;
	return p->is_gone ? WHY_GONE : WHY_NOT_ENTITLED;
}

static int
add_person(void *arg, const struct state_person *p, struct error *e)
{
	struct build *b = arg;
	const struct slice_sync *c = &b->s->conf;
	const char *why = objection_to(b->s, p->name, p->uid);
	char home[TEMPLATE_PATH_SIZE];
	struct image_user u = {
	    .uid = p->uid,
	    .gid = p->gid,
	    .name = p->name,
	    .gecos = p->gecos,
	    .shell = conf_has(c->shells, p->shell) ? p->shell : c->shell,
	    .id = p->id,
	    .login = p->login,
	    .status = p->status,
	    .why = why_not(p),
	    .keys = c->ssh_keys_attribute != NULL ? p->keys : NULL,
	};

	u.is_adopted =
	    why != NULL && objection_is_adopted(b->s, p->id, p->name, p->uid);
	if (u.is_adopted)
		why = NULL;
	if (why == NULL && p->gid != p->uid && is_skipped(&b->groups, p->gid))
		why = "the primary group is left out";
	if (why == NULL && p->home[0] == '\0' &&
	    template_home(c->home, p->home_name, p->uid, home) == -1)
		why = "the home template gives no clean path";
	u.home = p->home[0] != '\0' ? p->home : home;
	if (why == NULL && image_add_user(b->image, &u, e) == 0) {
		if (rules_publish_accounts(b->s, b->image, p->uid, p->id, e) ==
		    -1)
			return -1;
		if (u.is_adopted)
			return skip(&b->adopted, p->uid, e);
		b->s->users++;
		return u.why == WHY_NONE && !conf_has(c->veto, p->name)
		    ? 0
		    : skip(&b->vetoed, p->uid, e);
	}
	if (why == NULL && e->kind != ERROR_PROTOCOL)
		return -1;
	publish_tell(b->s, p->id, p->name, why != NULL ? why : e->text);
	return skip(&b->people, p->uid, e);
}

static int
add_group(void *arg, const struct state_group *g, struct error *e)
{
	struct build *b = arg;
	const char *why = objection_to(b->s, g->name, g->gid);
	struct image_group group = {
	    .gid = g->gid, .name = g->name, .id = g->id, .type = g->type};

	if (why == NULL && image_add_group(b->image, &group, e) == 0) {
		b->s->groups++;
		return 0;
	}
	if (why == NULL && e->kind != ERROR_PROTOCOL)
		return -1;
	publish_tell(b->s, g->id, g->name, why != NULL ? why : e->text);
	return skip(&b->groups, g->gid, e);
}

static int
add_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	struct build *b = arg;

	if (is_skipped(&b->groups, gid) || is_skipped(&b->people, uid) ||
	    is_skipped(&b->adopted, uid))
		return 0;
	return image_add_member(b->image, gid, uid, e);
}

/* Maps an image; the caller unmaps. */
static void *
map(int fd, size_t *size, struct error *e)
{
	struct stat st;
	void *p;

	*size = 0;
	if (fstat(fd, &st) == -1) {
		error_errno(e, "image");
		return NULL;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		error_errno(e, "image");
		return NULL;
	}
	*size = (size_t)st.st_size;
	return p;
}

/* Nobody leaves the published file but for this host's own sake: people who
 * lose access stay in it. A lost ledger is told by this, too (T91). */
static int
check_vanishing(const struct build *b, const void *bytes, size_t size,
    int accept, struct error *e)
{
	struct directory next;
	struct directory_user u, found;
	uint32_t cursor = 0, gone = 0;

	if (publish_open_current() != OKTA_OK || accept)
		return 0;
	if (directory_view(&next, bytes, size, DIR_MAGIC_PUBLIC) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM, "the image is not readable");
	while (directory_next_user(&current, &cursor, &u) == OKTA_OK)
		if (directory_user_by_uid(&next, u.uid, &found) != OKTA_OK &&
		    !is_skipped(&b->people, u.uid) &&
		    !is_skipped(&b->adopted, u.uid) &&
		    !forget_lets_go(b->s, u.uid))
			gone++;
	if (guard_allows(current.header->users, next.header->users, gone, 0))
		return 0;
	return error_set(e, ERROR_DENIED,
	    "%u of %u published people are unknown to state.db: nothing is "
	    "published; `oktactl sync --accept` lets them go",
	    gone, current.header->users);
}

static int
hand_over(struct build *b, int directory_fd, int people_fd, int accept,
    int is_fresh, struct error *e)
{
	struct sync *s = b->s;
	size_t dir_size = 0, people_size = 0;
	void *dir = NULL, *people = NULL;
	uint64_t sum;
	int rc = -1;

	dir = map(directory_fd, &dir_size, e);
	if (dir == NULL)
		goto out;
	people = map(people_fd, &people_size, e);
	if (people == NULL)
		goto out;
	/* Whose own checksums the headers' go over, too. */
	sum = ((const struct dir_header *)dir)->header_checksum * 31 +
	    ((const struct dir_header *)people)->header_checksum;
	if (s->has_image && sum == s->image_sum) {
		rc = 0;
		goto out;
	}
	if (check_vanishing(b, dir, dir_size, accept, e) == -1 ||
	    link_publish(s, directory_fd, people_fd, is_fresh, e) == -1)
		goto out;
	s->image_sum = sum;
	s->has_image = 1;
	rc = 1;
out:
	publish_close_current();
	if (people != NULL)
		(void)munmap(people, people_size);
	if (dir != NULL)
		(void)munmap(dir, dir_size);
	return rc;
}

static int
try_image(struct sync *s, int accept, int is_fresh, struct error *e)
{
	const struct slice_sync *c = &s->conf;
	struct image_params params = {
	    .id_min = c->id_min,
	    .id_max = c->id_max,
	    .max_age_s = c->max_age_s,
	    .key_statuses = c->key_statuses,
	    .flags = c->enumerate ? 0 : DIR_NO_ENUMERATION,
	    .may_be_far = 1,
	};
	struct build b = {.s = s};
	int directory_fd = -1, people_fd = -1, rc = -1;

	s->nleft_out = s->nclashes = 0;
	s->users = s->groups = 0;
	if (local_check_range(&s->local, c->id_min, c->id_max, e) == -1) {
		publish_tell(s, "id_range", "-", e->text);
		return -1;
	}
	if (objection_begin(s, e) == -1)
		return -1;
	b.image = image_new(&params, e);
	/* Groups first: a person may need one of them. */
	if (b.image != NULL &&
	    state_each_group(s->state, add_group, &b, e) == 0 &&
	    state_each_person(s->state, add_person, &b, e) == 0 &&
	    state_each_member(s->state, add_member, &b, e) == 0 &&
	    rules_publish(s, b.image, is_left_out, &b.people, e) == 0 &&
	    rules_publish_local(s, b.image, has_no_local, &b, e) == 0 &&
	    image_finish(b.image, &directory_fd, &people_fd, e) == 0) {
		image_free(b.image);
		b.image = NULL;
		rc =
		    hand_over(&b, directory_fd, people_fd, accept, is_fresh, e);
	}
	if (directory_fd != -1)
		(void)close(directory_fd);
	if (people_fd != -1)
		(void)close(people_fd);
	image_free(b.image);
	free(b.groups.ids);
	free(b.people.ids);
	free(b.vetoed.ids);
	free(b.adopted.ids);
	return rc;
}

int
publish_image(struct sync *s, int accept, int is_fresh, struct error *e)
{
	int rc;

	/* Those whom oktad refuses are left out, and not everybody. */
	do
		rc = try_image(s, accept, is_fresh, e);
	while (rc == -1 && objection_bar(s));
	return rc;
}

int
publish_state(struct sync *s, int accept, int is_fresh, struct error *e)
{
	int rc = publish_image(s, accept, is_fresh, e);

	if (rc != -1)
		s->is_stale = 0;
	return rc;
}

int
publish_confirm(struct sync *s, struct error *e)
{
	int noted = link_confirm(s, e);

	if (noted != 0)
		return noted == -1 ? -1 : 0;
	s->has_image = 0;
	return publish_image(s, 0, 1, e) == -1 ? -1 : 0;
}
