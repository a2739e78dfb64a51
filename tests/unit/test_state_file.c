/* The database as a file, and the order in which people come. */
#include <fcntl.h>
#include <sys/stat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "directory_write.h"
#include "state_fixture.h"
#include "state_private.h"

/* --- order and files --- */

static int
add_person(void *arg, const struct state_person *p, struct error *e)
{
	char home[64];
	struct image_user u = {.uid = p->uid,
	    .gid = p->gid,
	    .name = p->name,
	    .gecos = p->gecos,
	    .home = home,
	    .shell = "/bin/sh",
	    .id = p->id,
	    .login = p->login,
	    .status = p->status,
	    .why = p->is_entitled ? WHY_NONE : WHY_NOT_ENTITLED};

	snprintf(home, sizeof(home), "/home/%s", p->home_name);
	return image_add_user(arg, &u, e);
}

static int
add_group(void *arg, const struct state_group *g, struct error *e)
{
	struct image_group group = {
	    .gid = g->gid, .name = g->name, .id = g->id, .type = g->type};

	return image_add_group(arg, &group, e);
}

static int
add_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	return image_add_member(arg, gid, uid, e);
}

/* The checksum of the two files that would be published. */
static uint64_t
file_checksum(struct fixture *f)
{
	struct image_params params = {
	    .id_min = MIN, .id_max = f->rules.id_max, .max_age_s = 1};
	struct image *i = image_new(&params, &f->e);
	uint64_t sum = 0;
	int fds[2];

	assert_non_null(i);
	if (state_each_group(f->s, add_group, i, &f->e) == -1 ||
	    state_each_person(f->s, add_person, i, &f->e) == -1 ||
	    state_each_member(f->s, add_member, i, &f->e) == -1 ||
	    image_finish(i, &fds[0], &fds[1], &f->e) == -1)
		fail_msg("%s", f->e.text);
	for (int n = 0; n < 2; n++) {
		static uint8_t bytes[1 << 16];
		ssize_t len = pread(fds[n], bytes, sizeof(bytes), 0);

		assert_in_range(
		    len, sizeof(struct dir_header), sizeof(bytes) - 1);
		sum = sum * 31 + directory_checksum(bytes, (size_t)len);
		close(fds[n]);
	}
	image_free(i);
	return sum;
}

static void
shuffle(int *order, int n)
{
	for (int i = 0; i < n; i++) {
		int j = (int)(random() % (i + 1));

		if (j != i)
			order[i] = order[j];
		order[j] = i;
	}
}

static void
test_order_of_arrival_has_no_say_T12(void **state)
{
	struct fixture *f = *state;
	uint64_t first = 0;
	int order[40];
	char id[32], name[32];

	/* 40 people in twice as many numbers: clashes in every run. */
	f->rules.id_max = MIN + 79;
	srandom(12);
	for (int run = 0; run < 1000; run++) {
		uint64_t sum;

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
		sum = file_checksum(f);
		if (run == 0)
			first = sum;
		assert_int_equal(sum, first);
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
test_restored_old_ledger_moves_nobody_T11(void **state)
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

/* SQLite itself undoes everything then, and would go on without a
 * transaction. */
static void
test_full_disk_ends_a_transaction_and_tells_so(void **state)
{
	struct fixture *f = *state;
	int64_t pages, v;
	char sql[64];

	assert_int_equal(state_has_begun(f->s), 0);
	assert_int_equal(
	    state_number(f->s, "PRAGMA page_count", &pages, &f->e), 0);
	snprintf(
	    sql, sizeof(sql), "PRAGMA max_page_count = %lld", (long long)pages);
	assert_int_equal(state_exec(f->s, sql, &f->e), 0);
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_set(f->s, "last_full", 42, &f->e), 0);
	assert_int_equal(state_has_begun(f->s), 1);
	for (int n = 0; n < 10000; n++) {
		char id[32];

		snprintf(id, sizeof(id), "00u%017d", n);
		if (state_pend(f->s, PENDING_PERSON, id, "", 0, &f->e) == -1)
			break;
	}
	assert_non_null(strstr(f->e.text, "full"));
	assert_int_equal(state_has_begun(f->s), 0);
	assert_int_equal(state_get(f->s, "last_full", &v, &f->e), 0);
	assert_int_equal(v, 0);
	assert_int_equal(state_pending_last(f->s, &v, &f->e), 0);
	assert_int_equal(v, 0);
	state_rollback(f->s);
	/* Room again. */
	assert_int_equal(
	    state_exec(f->s, "PRAGMA max_page_count = 100000", &f->e), 0);
	begin(f);
	stage_name(f, "00uA", "anna");
	assert_int_equal(apply(f).added, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_order_of_arrival_has_no_say_T12),
	    T(test_restored_old_ledger_moves_nobody_T11),
	    T(test_damaged_file_is_set_aside),
	    T(test_later_version_is_refused_not_overwritten),
	    T(test_values_are_kept),
	    T(test_full_disk_ends_a_transaction_and_tells_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
