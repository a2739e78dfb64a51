#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_fixture.h"

static int
nothing_taken(void *arg, uint32_t number, const char *name)
{
	(void)arg;
	(void)number;
	(void)name;
	return 0;
}

static int
nothing_held(void *arg, const char *name, uint32_t number)
{
	(void)arg;
	(void)name;
	(void)number;
	return 0;
}

char group_id[] = "00gUSERS000000000001";
char other_id[] = "00gOTHER000000000002";
char *const groups[] = {group_id, NULL};
char *const two_groups[] = {group_id, other_id, NULL};
char *const none[] = {NULL};

void
open_state(struct fixture *f)
{
	struct state_source src;
	int is_new, aside;
	int64_t after = 0;

	if (state_open(f->path, &f->s, &is_new, &aside, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_int_equal(
	    state_configure(f->s, groups, none, groups, NULL, &f->e), 0);
	assert_int_equal(state_next_source(f->s, &after, &src, &f->e), 1);
	f->source = src.num;
}

int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	/* Memory: a thousand databases are made here. */
	strcpy(f->dir,
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm/okta.XXXXXX"
					  : "/tmp/okta.XXXXXX");
	if (mkdtemp(f->dir) == NULL) {
		free(f);
		return -1;
	}
	snprintf(f->path, sizeof(f->path), "%s/state.db", f->dir);
	f->rules = (struct state_rules){.id_min = MIN,
	    .id_max = MAX,
	    .is_taken = nothing_taken,
	    .is_held = nothing_held};
	open_state(f);
	*state = f;
	return 0;
}

void
remove_files(struct fixture *f)
{
	static const char *const tails[] = {"", "-journal", ".damaged", ".old"};
	char path[128];

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, tails[i]);
		(void)unlink(path);
	}
}

int
teardown(void **state)
{
	struct fixture *f = *state;

	state_close(f->s);
	remove_files(f);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

void
begin(struct fixture *f)
{
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_stage_begin(f->s, &f->e), 0);
	assert_int_equal(state_stage_list(f->s, f->source, &f->e), 0);
}

struct api_user
person(const char *id, const char *name)
{
	struct api_user u;

	memset(&u, 0, sizeof(u));
	snprintf(u.id, sizeof(u.id), "%s", id);
	snprintf(u.name, sizeof(u.name), "%s", name);
	snprintf(u.login, sizeof(u.login), "%s@example.com", name);
	u.has_status = 1;
	u.status = STATUS_ACTIVE;
	return u;
}

void
stage(struct fixture *f, const struct api_user *u)
{
	if (state_stage_user(f->s, f->source, u, &f->e) == -1)
		fail_msg("%s", f->e.text);
}

void
stage_name(struct fixture *f, const char *id, const char *name)
{
	struct api_user u = person(id, name);

	stage(f, &u);
}

struct state_outcome
apply(struct fixture *f)
{
	struct state_outcome o = {0};

	if (state_find_losses(f->s, &f->e) == -1 ||
	    state_apply(f->s, &f->rules, &o, &f->e) == -1 ||
	    state_commit(f->s, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return o;
}

static int
seek_person(void *arg, const struct state_person *p, struct error *e)
{
	struct seek *k = arg;

	(void)e;
	k->n++;
	if (k->id != NULL && strcmp(p->id, k->id) == 0) {
		k->found = *p;
		snprintf(k->name, sizeof(k->name), "%s", p->name);
		k->hit = 1;
	}
	return 0;
}

struct seek
find(struct fixture *f, const char *id)
{
	struct seek k = {.id = id};

	if (state_each_person(f->s, seek_person, &k, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return k;
}

struct notes {
	const char *id, *part;
	int n, hits;
};

static int
count_note(void *arg, const char *id, const char *name, const char *why,
    struct error *e)
{
	struct notes *n = arg;

	(void)name;
	(void)e;
	n->n++;
	n->hits += strcmp(id, n->id) == 0 && strstr(why, n->part) != NULL;
	return 0;
}

int
noted(struct fixture *f, const char *id, const char *part)
{
	struct notes n = {.id = id, .part = part};

	assert_int_equal(state_each_note(f->s, count_note, &n, &f->e), 0);
	return n.hits;
}

void
stage_group(struct fixture *f, int64_t source, const char *id, const char *name,
    uint32_t gid)
{
	struct api_group g;

	memset(&g, 0, sizeof(g));
	snprintf(g.id, sizeof(g.id), "%s", id);
	snprintf(g.okta_name, sizeof(g.okta_name), "%s", name);
	snprintf(g.name, sizeof(g.name), "%s", name);
	g.gid = gid;
	assert_int_equal(state_stage_group(f->s, source, &g, &f->e), 0);
}

static int
list_group(void *arg, const struct state_group *g, struct error *e)
{
	struct group_list *l = arg;

	(void)e;
	assert_in_range(l->n, 0, 3);
	snprintf(l->names[l->n], sizeof(l->names[0]), "%s", g->name);
	l->gids[l->n++] = g->gid;
	return 0;
}

static int
list_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	struct group_list *l = arg;

	(void)gid;
	(void)uid;
	(void)e;
	l->members++;
	return 0;
}

struct group_list
list_groups(struct fixture *f)
{
	struct group_list l;

	memset(&l, 0, sizeof(l));
	assert_int_equal(state_each_group(f->s, list_group, &l, &f->e), 0);
	assert_int_equal(state_each_member(f->s, list_member, &l, &f->e), 0);
	return l;
}
