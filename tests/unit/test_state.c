/* The ledger and the way from staged answers to the accepted directory. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state.h"

#define MIN 1879048192u
#define MAX 2147352575u

struct fixture {
	char dir[64], path[96];
	struct state *s;
	struct error e;
	struct state_rules rules;
	int64_t source; /* the one allowed, published group */
};

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

static char group_id[] = "00gUSERS000000000001";
static char other_id[] = "00gOTHER000000000002";
static char *const groups[] = {group_id, NULL};
static char *const two_groups[] = {group_id, other_id, NULL};
static char *const none[] = {NULL};

static void
open_state(struct fixture *f)
{
	struct state_source src;
	int is_new, aside;
	int64_t after = 0;

	if (state_open(f->path, &f->s, &is_new, &aside, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_int_equal(state_configure(f->s, groups, none, groups, &f->e), 0);
	assert_int_equal(state_next_source(f->s, &after, &src, &f->e), 1);
	f->source = src.num;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	/* Memory: a thousand databases are made here. */
	strcpy(f->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/okta.XXXXXX"
						     : "/tmp/okta.XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/state.db", f->dir);
	f->rules = (struct state_rules){.id_min = MIN,
	    .id_max = MAX,
	    .is_taken = nothing_taken,
	    .is_held = nothing_held};
	open_state(f);
	*state = f;
	return 0;
}

static void
remove_files(struct fixture *f)
{
	static const char *const tails[] = {"", "-journal", ".damaged", ".old"};
	char path[128];

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, tails[i]);
		(void)unlink(path);
	}
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	state_close(f->s);
	remove_files(f);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static void
begin(struct fixture *f)
{
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_stage_begin(f->s, &f->e), 0);
}

static struct api_user
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

static void
stage(struct fixture *f, const struct api_user *u)
{
	if (state_stage_user(f->s, f->source, u, &f->e) == -1)
		fail_msg("%s", f->e.text);
}

static void
stage_name(struct fixture *f, const char *id, const char *name)
{
	struct api_user u = person(id, name);

	stage(f, &u);
}

static struct state_outcome
apply(struct fixture *f)
{
	struct state_outcome o = {0};

	if (state_find_losses(f->s, &f->e) == -1 ||
	    state_apply(f->s, &f->rules, &o, &f->e) == -1 ||
	    state_commit(f->s, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return o;
}

struct seek {
	const char *id;
	struct state_person found; /* strings copied */
	char name[64];
	int n, hit;
};

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

static struct seek
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

static int
noted(struct fixture *f, const char *id, const char *part)
{
	struct notes n = {.id = id, .part = part};

	assert_int_equal(state_each_note(f->s, count_note, &n, &f->e), 0);
	return n.hits;
}

/* --- numbers --- */

static void
test_range_of_16_takes_16_and_names_the_17th_T1(void **state)
{
	struct fixture *f = *state;
	char id[32], name[32];
	int placed = 0, refused = 0;

	f->rules.id_max = MIN + 15;
	begin(f);
	for (int i = 0; i < 17; i++) {
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	assert_int_equal(apply(f).added, 16);
	for (int i = 0; i < 17; i++) {
		struct seek k;

		snprintf(id, sizeof(id), "00u%017d", i);
		k = find(f, id);
		if (k.hit) {
			assert_in_range(k.found.uid, MIN, MIN + 15);
			placed++;
		} else
			refused += noted(f, id, "no free number") == 1;
	}
	assert_int_equal(placed, 16);
	assert_int_equal(refused, 1);
}

static void
test_changed_profiles_and_restarts_move_no_number_T5_reduced(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "alice");
	uint32_t uid, gid;

	u.uid = MIN + 5;
	begin(f);
	stage(f, &u);
	apply(f);
	uid = find(f, "00uA").found.uid;
	gid = find(f, "00uA").found.gid;
	assert_int_equal(uid, MIN + 5);
	assert_int_equal(gid, MIN + 5);
	for (int i = 0; i < 5; i++) {
		u.uid = i == 2 ? 0 : MIN + 100 + (uint32_t)i;
		u.gid = i == 3 ? MIN + 200 : 0;
		snprintf(u.gecos, sizeof(u.gecos), "Name %d", i);
		begin(f);
		stage(f, &u);
		apply(f);
		assert_int_equal(find(f, "00uA").found.uid, uid);
		assert_int_equal(find(f, "00uA").found.gid, gid);
		assert_int_equal(
		    noted(f, "00uA", "the uid attribute says"), i == 2 ? 0 : 1);
		state_close(f->s);
		open_state(f);
	}
}

static void
test_leavers_number_and_name_stay_theirs_T9_reduced(void **state)
{
	struct fixture *f = *state;
	uint8_t seen[1024] = {0};
	char id[32], name[32];
	int seen_once = 0;

	/* Reduced: 300 joiners and leavers in a range of 1,024 numbers, with
	 * the database closed between. */
	f->rules.id_max = MIN + 1023;
	for (int i = 0; i < 300; i++) {
		struct seek k;

		begin(f);
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
		apply(f);
		k = find(f, id);
		assert_int_equal(k.hit, 1);
		assert_int_equal(seen[k.found.uid - MIN], 0);
		seen[k.found.uid - MIN] = 1;
		seen_once++;
		if (i % 50 == 0) {
			state_close(f->s);
			open_state(f);
		}
	}
	assert_int_equal(seen_once, 300);
	/* All are still there; only the last one may enter. */
	assert_int_equal(find(f, id).n, 300);
	assert_int_equal(find(f, id).found.is_entitled, 1);
	assert_int_equal(find(f, "00u00000000000000000").found.is_entitled, 0);
}

static void
test_ledger_can_not_be_edited(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;
	static const char *const attempts[] = {"DELETE FROM number",
	    "DELETE FROM name", "UPDATE number SET id = 'x'",
	    "UPDATE name SET id = 'x'"};

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	state_close(f->s);
	f->s = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(
		    sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* --- names --- */

static void
test_name_of_renamed_person_is_not_handed_on_T10_reduced(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uA", "bob");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "bob");
	begin(f);
	stage_name(f, "00uA", "bob");
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(noted(f, "00uB", "the name belongs to 00uA"), 1);
	/* And A may have it back. */
	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_int_equal(find(f, "00uB").hit, 0);
}

static void
test_name_of_leaver_is_not_handed_on_T10_reduced(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(find(f, "00uA").hit, 1);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
}

static void
test_two_newcomers_of_one_name_are_both_refused(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice");
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(find(f, "00uC").hit, 1);
	assert_int_equal(noted(f, "00uA", "wanted by 2"), 1);
	assert_int_equal(noted(f, "00uB", "wanted by 2"), 1);
	/* Once Okta says otherwise, both get theirs. */
	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice2");
	assert_int_equal(apply(f).added, 2);
}

static void
test_refused_rename_keeps_the_old_name(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	apply(f);
	begin(f);
	stage_name(f, "00uA", "bob");
	stage_name(f, "00uB", "bob");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_string_equal(find(f, "00uB").name, "bob");
	assert_int_equal(noted(f, "00uA", "belongs to 00uB"), 1);
}

static void
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

struct group_list {
	char names[4][32];
	uint32_t gids[4];
	int n, members;
};

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

static struct group_list
list_groups(struct fixture *f)
{
	struct group_list l;

	memset(&l, 0, sizeof(l));
	assert_int_equal(state_each_group(f->s, list_group, &l, &f->e), 0);
	assert_int_equal(state_each_member(f->s, list_member, &l, &f->e), 0);
	return l;
}

static void
test_groups_of_one_name_are_two_groups_one_visible_T2(void **state)
{
	struct fixture *f = *state;
	struct group_list l;
	uint32_t gid;

	assert_int_equal(
	    state_configure(f->s, groups, none, two_groups, &f->e), 0);
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	gid = l.gids[0];
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_group(f, f->source + 1, other_id, "admins", 0);
	stage_name(f, "00uA", "alice");
	assert_int_not_equal(state_stage_user(f->s, f->source + 1,
				 &(struct api_user){.id = "00uM",
				     .name = "mallory",
				     .login = "mallory@x",
				     .has_status = 1,
				     .status = STATUS_ACTIVE},
				 &f->e),
	    -1);
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.gids[0], gid);
	assert_int_equal(l.members, 1);
	assert_int_equal(noted(f, other_id, "belongs to"), 1);
	/* Membership of the other group entitles to nothing. */
	assert_int_equal(find(f, "00uM").hit, 0);
	/* Under another name it is a group with a gid of its own. */
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_group(f, f->source + 1, other_id, "admins2", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 2);
	assert_int_not_equal(l.gids[0], l.gids[1]);
}

static void
test_person_and_group_of_one_name_are_refused(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_group(f, f->source, group_id, "alice", 0);
	stage_name(f, "00uA", "alice");
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uA", "wanted by 2"), 1);
	assert_int_equal(noted(f, group_id, "wanted by 2"), 1);
	assert_int_equal(list_groups(f).n, 0);
}

/* --- attributes --- */

static void
test_numbers_by_attribute_are_never_shared_T1(void **state)
{
	struct fixture *f = *state;
	struct api_user a = person("00uA", "alice"), b = person("00uB", "bob"),
			c = person("00uC", "carol");

	a.uid = b.uid = MIN + 7;
	begin(f);
	stage(f, &a);
	stage(f, &b);
	stage(f, &c);
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(noted(f, "00uA", "more than one"), 1);
	assert_int_equal(noted(f, "00uB", "more than one"), 1);
	b.uid = find(f, "00uC").found.uid;
	begin(f);
	stage(f, &a);
	stage(f, &b);
	stage(f, &c);
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(find(f, "00uA").found.uid, MIN + 7);
	assert_int_equal(noted(f, "00uB", "taken is the number"), 1);
}

static void
test_primary_gid_needs_its_group(void **state)
{
	struct fixture *f = *state;
	struct api_user a = person("00uA", "alice");
	struct group_list l;

	a.gid = MIN + 50;
	begin(f);
	stage(f, &a);
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uA", "no published group"), 1);
	begin(f);
	stage_group(f, f->source, group_id, "crew", MIN + 50);
	stage(f, &a);
	apply(f);
	/* A newcomer without uid attribute comes after all groups. */
	assert_int_equal(find(f, "00uA").found.gid, MIN + 50);
	/* The group stays for as long as it is somebody's primary one. */
	assert_int_equal(state_configure(f->s, groups, none, none, &f->e), 0);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.gids[0], MIN + 50);
	assert_int_equal(l.members, 0);
}

/* --- statuses --- */

static void
test_status_decides_who_appears(void **state)
{
	struct fixture *f = *state;
	struct api_user u;
	char id[16], name[16];

	for (int i = 0; i < STATUS_COUNT; i++) {
		begin(f);
		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		u = person(id, name);
		u.status = (enum person_status)i;
		stage(f, &u);
		apply(f);
		assert_int_equal(find(f, id).hit,
		    i != STATUS_STAGED && i != STATUS_PROVISIONED);
	}
	/* Back to STAGED: stays resolvable, with that status. */
	begin(f);
	u = person("00u2", "user2");
	u.status = STATUS_STAGED;
	stage(f, &u);
	apply(f);
	assert_int_equal(find(f, "00u2").hit, 1);
	assert_int_equal(find(f, "00u2").found.status, STATUS_STAGED);
}

static void
test_broken_record_keeps_the_last_good_one_but_its_status(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "alice");

	begin(f);
	stage(f, &u);
	apply(f);
	strcpy(u.problem, "the login is missing or not clean text");
	u.login[0] = u.name[0] = '\0';
	u.status = STATUS_SUSPENDED;
	begin(f);
	stage(f, &u);
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_int_equal(find(f, "00uA").found.status, STATUS_SUSPENDED);
	assert_int_equal(noted(f, "00uA", "the login is missing"), 1);
	u.has_status = 0;
	begin(f);
	stage(f, &u);
	apply(f);
	assert_int_equal(find(f, "00uA").found.is_blocked, 1);
	/* Outside a pass. */
	u.has_status = 1;
	u.status = STATUS_ACTIVE;
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 1);
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_blocked, 0);
	u.has_status = 0;
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 1);
	assert_int_equal(find(f, "00uA").found.is_blocked, 1);
	assert_int_equal(find(f, "00uA").found.status, STATUS_ACTIVE);
	strcpy(u.id, "00uX");
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 0);
}

static void
test_source_out_of_the_configuration_entitles_nobody_at_once(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	assert_int_equal(state_configure(f->s, none, none, groups, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(state_configure(f->s, none, none, none, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.known, 0);
}

/* --- losses --- */

static void
test_losses_are_found_settled_and_held(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;
	struct state_source src;
	struct state_outcome o;
	char id[JSON_ID_MAX + 1];
	uint32_t uid = 0, a;
	int64_t after = 0;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	stage_name(f, "00uC", "carol");
	apply(f);
	a = find(f, "00uA").found.uid;

	begin(f);
	stage_name(f, "00uC", "carol");
	assert_int_equal(state_find_losses(f->s, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.known, 3);
	assert_int_equal(c.silent, 2);
	assert_int_equal(c.present, 1);
	while (state_next_loser(f->s, &uid, id, &f->e) == 1)
		if (uid == a) {
			assert_string_equal(id, "00uA");
			assert_int_equal(
			    state_next_loss(f->s, uid, &after, &src, &f->e), 1);
			assert_string_equal(src.id, group_id);
			assert_int_equal(state_settle_loss(f->s, uid, src.num,
					     LOSS_CONFIRMED, &f->e),
			    0);
			assert_int_equal(
			    state_next_loss(f->s, uid, &after, &src, &f->e), 0);
		}
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.silent, 1);
	f->rules.hold_silent = 1;
	assert_int_equal(state_apply(f->s, &f->rules, &o, &f->e), 0);
	assert_int_equal(o.removed, 1);
	assert_int_equal(state_commit(f->s, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(find(f, "00uB").found.is_entitled, 1);
	assert_int_equal(find(f, "00uC").found.is_entitled, 1);

	/* Nothing said the second time, and nothing held: gone. */
	f->rules.hold_silent = 0;
	begin(f);
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).removed, 1);
	assert_int_equal(find(f, "00uB").hit, 1);
	assert_int_equal(find(f, "00uB").found.is_entitled, 0);
}

static void
test_stopped_people_need_no_further_word(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;
	struct api_user u;
	char id[32], name[32];

	begin(f);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	apply(f);
	begin(f);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		u = person(id, "x");
		u.status = STATUS_DEPROVISIONED;
		assert_int_equal(state_stage_user(f->s, 0, &u, &f->e), 1);
	}
	assert_int_equal(state_find_losses(f->s, &f->e), 0);
	assert_int_equal(state_settle_stopped(f->s, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.silent, 0);
	assert_int_equal(c.known, 50);
}

static void
test_rolled_back_pass_leaves_everything(void **state)
{
	struct fixture *f = *state;
	struct state_outcome o;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uB", "bob");
	assert_int_equal(state_apply(f->s, &f->rules, &o, &f->e), 0);
	state_rollback(f->s);
	state_rollback(f->s);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	assert_int_equal(state_knows(f->s, "00uA", &f->e), 1);
	assert_int_equal(state_knows(f->s, "00uB", &f->e), 0);
}

/* --- order and files --- */

struct dump {
	uint64_t sum;
};

static void
mix(struct dump *d, const char *s)
{
	for (; *s != '\0'; s++)
		d->sum = (d->sum ^ (unsigned char)*s) * 0x100000001b3u;
}

static int
dump_person(void *arg, const struct state_person *p, struct error *e)
{
	char line[128];

	(void)e;
	snprintf(line, sizeof(line), "%u:%u:%s:%s:%d;", p->uid, p->gid, p->id,
	    p->name, p->is_entitled);
	mix(arg, line);
	return 0;
}

static int
dump_group(void *arg, const struct state_group *g, struct error *e)
{
	char line[128];

	(void)e;
	snprintf(line, sizeof(line), "%u:%s:%s;", g->gid, g->id, g->name);
	mix(arg, line);
	return 0;
}

static void
shuffle(int *order, int n)
{
	for (int i = 0; i < n; i++) {
		int j = (int)(random() % (i + 1));

		order[i] = order[j];
		order[j] = i;
	}
}

static void
test_order_of_arrival_has_no_say_T12_reduced(void **state)
{
	struct fixture *f = *state;
	uint64_t first = 0;
	int order[40];
	char id[32], name[32];

	/* 40 people in 64 numbers: clashes in every run. */
	f->rules.id_max = MIN + 63;
	srandom(12);
	for (int run = 0; run < 1000; run++) {
		struct dump d = {0xcbf29ce484222325u};

		state_close(f->s);
		remove_files(f);
		open_state(f);
		shuffle(order, 40);
		begin(f);
		if (run % 2 == 0)
			stage_group(f, f->source, group_id, "crew", 0);
		for (int i = 0; i < 40; i++) {
			snprintf(id, sizeof(id), "00u%017d", order[i]);
			snprintf(name, sizeof(name), "user%d", order[i]);
			stage_name(f, id, name);
		}
		if (run % 2 == 1)
			stage_group(f, f->source, group_id, "crew", 0);
		assert_int_equal(apply(f).added, 40);
		assert_int_equal(
		    state_each_person(f->s, dump_person, &d, &f->e), 0);
		assert_int_equal(
		    state_each_group(f->s, dump_group, &d, &f->e), 0);
		if (run == 0)
			first = d.sum;
		assert_int_equal(d.sum, first);
	}
}

static void
copy_file(const char *from, const char *to)
{
	char buf[4096];
	ssize_t n;
	int in = open(from, O_RDONLY), out;

	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_not_equal(in, -1);
	assert_int_not_equal(out, -1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)n), n);
	close(in);
	close(out);
}

/* What is published, as the restored ledger meets it. */
struct published {
	char names[64][32];
};

static int
published_taken(void *arg, uint32_t number, const char *name)
{
	struct published *p = arg;
	const char *there = p->names[number - MIN];

	return there[0] != '\0' && strcmp(there, name) != 0;
}

static int
published_held(void *arg, const char *name, uint32_t number)
{
	struct published *p = arg;

	for (uint32_t i = 0; i < 64; i++)
		if (i != number - MIN && strcmp(p->names[i], name) == 0)
			return 1;
	return 0;
}

static int
publish(void *arg, const struct state_person *p, struct error *e)
{
	struct published *pub = arg;

	(void)e;
	snprintf(pub->names[p->uid - MIN], 32, "%s", p->name);
	return 0;
}

static void
test_restored_old_ledger_moves_nobody_T11_reduced(void **state)
{
	struct fixture *f = *state;
	struct published pub, again;
	char id[32], name[32], old[128];

	f->rules.id_max = MIN + 63;
	memset(&pub, 0, sizeof(pub));
	memset(&again, 0, sizeof(again));
	snprintf(old, sizeof(old), "%s.old", f->path);
	/* People come one by one, the highest ids first: not the order in
	 * which a fresh ledger would place them. */
	for (int i = 39; i >= 0; i--) {
		begin(f);
		for (int j = i; j < 40; j++) {
			snprintf(id, sizeof(id), "00u%017d", j);
			snprintf(name, sizeof(name), "user%d", j);
			stage_name(f, id, name);
		}
		apply(f);
		if (i == 30) {
			state_close(f->s);
			copy_file(f->path, old);
			open_state(f);
		}
	}
	assert_int_equal(state_each_person(f->s, publish, &pub, &f->e), 0);
	for (int lost = 0; lost < 2; lost++) {
		state_close(f->s);
		assert_int_equal(unlink(f->path), 0);
		if (!lost)
			copy_file(old, f->path);
		open_state(f);
		f->rules.is_taken = published_taken;
		f->rules.is_held = published_held;
		f->rules.arg = &pub;
		begin(f);
		for (int j = 0; j < 40; j++) {
			snprintf(id, sizeof(id), "00u%017d", j);
			snprintf(name, sizeof(name), "user%d", j);
			stage_name(f, id, name);
		}
		apply(f);
		memset(&again, 0, sizeof(again));
		assert_int_equal(
		    state_each_person(f->s, publish, &again, &f->e), 0);
		assert_memory_equal(&pub, &again, sizeof(pub));
	}
	/* Nor does a name change hands with the ledger lost. */
	state_close(f->s);
	assert_int_equal(unlink(f->path), 0);
	open_state(f);
	begin(f);
	stage_name(f, "00uNEW", "user7");
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uNEW", "published for another"), 1);
}

static void
test_damaged_file_is_set_aside(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char aside[128];
	int is_new, set_aside, fd;

	begin(f);
	for (int i = 0; i < 200; i++) {
		char id[32], name[32];

		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	apply(f);
	state_close(f->s);
	f->s = NULL;
	snprintf(aside, sizeof(aside), "%s.damaged", f->path);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fd = open(f->path, O_WRONLY);
	assert_int_equal(pwrite(fd, "rubbish", 7, 2 * 4096 + 3), 7);
	close(fd);
	assert_int_equal(
	    state_open(f->path, &f->s, &is_new, &set_aside, &f->e), 0);
	assert_int_equal(is_new, 1);
	assert_int_equal(set_aside, 1);
	assert_int_equal(access(aside, F_OK), 0);
	assert_int_equal(find(f, NULL).n, 0);

	/* Not a database at all. */
	state_close(f->s);
	fd = open(f->path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "hello, this is no database", 26), 26);
	close(fd);
	assert_int_equal(
	    state_open(f->path, &f->s, &is_new, &set_aside, &f->e), 0);
	assert_int_equal(set_aside, 1);

	/* Nobody else opens it meanwhile. */
	{
		struct state *second;

		assert_int_equal(
		    state_open(f->path, &second, &is_new, &set_aside, &f->e),
		    -1);
		assert_null(second);
	}
}

static void
test_later_version_is_refused_not_overwritten(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;
	int is_new, set_aside;

	state_close(f->s);
	f->s = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "PRAGMA user_version = 9", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	assert_int_equal(
	    state_open(f->path, &f->s, &is_new, &set_aside, &f->e), -1);
	assert_int_equal(f->e.kind, ERROR_CONFIG);
	assert_null(f->s);
}

static void
test_values_are_kept(void **state)
{
	struct fixture *f = *state;
	int64_t v = 7;

	assert_int_equal(state_get(f->s, "last_full", &v, &f->e), 0);
	assert_int_equal(v, 0);
	assert_int_equal(state_set(f->s, "last_full", 42, &f->e), 0);
	assert_int_equal(state_set(f->s, "last_full", 43, &f->e), 0);
	assert_int_equal(state_get(f->s, "last_full", &v, &f->e), 0);
	assert_int_equal(v, 43);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_range_of_16_takes_16_and_names_the_17th_T1),
	    T(test_changed_profiles_and_restarts_move_no_number_T5_reduced),
	    T(test_leavers_number_and_name_stay_theirs_T9_reduced),
	    T(test_ledger_can_not_be_edited),
	    T(test_name_of_renamed_person_is_not_handed_on_T10_reduced),
	    T(test_name_of_leaver_is_not_handed_on_T10_reduced),
	    T(test_two_newcomers_of_one_name_are_both_refused),
	    T(test_refused_rename_keeps_the_old_name),
	    T(test_groups_of_one_name_are_two_groups_one_visible_T2),
	    T(test_person_and_group_of_one_name_are_refused),
	    T(test_numbers_by_attribute_are_never_shared_T1),
	    T(test_primary_gid_needs_its_group),
	    T(test_status_decides_who_appears),
	    T(test_broken_record_keeps_the_last_good_one_but_its_status),
	    T(test_source_out_of_the_configuration_entitles_nobody_at_once),
	    T(test_losses_are_found_settled_and_held),
	    T(test_stopped_people_need_no_further_word),
	    T(test_rolled_back_pass_leaves_everything),
	    T(test_order_of_arrival_has_no_say_T12_reduced),
	    T(test_restored_old_ledger_moves_nobody_T11_reduced),
	    T(test_damaged_file_is_set_aside),
	    T(test_later_version_is_refused_not_overwritten),
	    T(test_values_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
