/*
 * Leavers and joiners without end, and the process killed again and again: no
 * number is ever somebody else's.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_fixture.h"
#include "state_ids.h"

/* Fifty join, and the next pass finds them gone. The range is just twice as
 * large as all of them, so that clashes are certain. */
enum { PEOPLE = 10000, AT_ONCE = 50, KILL_EVERY_MS = 100 };

struct seen {
	uint32_t person, number;
};

struct telling {
	uint32_t from; /* of these and the following AT_ONCE */
	int pipe;
};

static int
tell(void *arg, const struct state_number *n, struct error *e)
{
	const struct telling *t = arg;
	struct seen seen = {.number = n->number};
	unsigned int person;

	(void)e;
	if (n->kind != IDMAP_USER || sscanf(n->id, "00u%u", &person) != 1 ||
	    person < t->from || person >= t->from + AT_ONCE)
		return 0;
	seen.person = person;
	if (write(t->pipe, &seen, sizeof(seen)) != sizeof(seen))
		_exit(1);
	return 0;
}

/* In a process that is killed: goes on where the ledger stands. */
static void __attribute__((noreturn))
live(struct fixture *f, uint32_t from, int pipe)
{
	open_state(f);
	for (; from < PEOPLE; from += AT_ONCE) {
		struct telling t = {from, pipe};

		begin(f);
		for (uint32_t i = from; i < from + AT_ONCE; i++) {
			char id[32], name[32];

			snprintf(id, sizeof(id), "00u%u", (unsigned int)i);
			snprintf(name, sizeof(name), "user%u", (unsigned int)i);
			stage_name(f, id, name);
		}
		apply(f);
		if (state_each_number(f->s, tell, &t, &f->e) == -1)
			_exit(1);
	}
	_exit(0);
}

static int
on_number(void *arg, const struct state_number *n, struct error *e)
{
	uint32_t *of = arg;
	unsigned int person;

	(void)e;
	if (n->kind != IDMAP_USER || sscanf(n->id, "00u%u", &person) != 1)
		return 0;
	/* The ledger says what was seen at the time. */
	if (of[person] != 0)
		assert_int_equal(of[person], n->number);
	of[person] = n->number;
	return 0;
}

static void
test_ten_thousand_leavers_take_their_numbers_with_them_T9(void **state)
{
	static uint32_t of[PEOPLE];
	static uint8_t taken[2 * PEOPLE];
	struct fixture *f = *state;
	unsigned int kills = 0;
	uint32_t next = 0;

	state_close(f->s);
	f->s = NULL;
	f->rules.id_max = f->rules.id_min + 2 * PEOPLE - 1;
	while (next < PEOPLE) {
		const struct timespec pause = {0, KILL_EVERY_MS * 1000000L};
		struct seen seen;
		int ends[2];
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		assert_int_not_equal(pid, -1);
		if (pid == 0)
			live(f, next, ends[1]);
		close(ends[1]);
		if (kills < 100) {
			nanosleep(&pause, NULL);
			kills += kill(pid, SIGKILL) == 0;
		}
		while (read(ends[0], &seen, sizeof(seen)) == sizeof(seen)) {
			/* Once more after a kill: the same number. */
			if (of[seen.person] != 0)
				assert_int_equal(of[seen.person], seen.number);
			of[seen.person] = seen.number;
		}
		close(ends[0]);
		while (next < PEOPLE && of[next] != 0)
			next++;
		next -= next % AT_ONCE;
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	assert_true(kills >= 10);
	open_state(f);
	assert_int_equal(state_each_number(f->s, on_number, of, &f->e), 0);
	for (size_t i = 0; i < PEOPLE; i++) {
		uint32_t at = of[i] - f->rules.id_min;

		assert_true(of[i] >= f->rules.id_min);
		assert_true(at < 2 * PEOPLE);
		assert_int_equal(taken[at], 0);
		taken[at] = 1;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_ten_thousand_leavers_take_their_numbers_with_them_T9,
		setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
