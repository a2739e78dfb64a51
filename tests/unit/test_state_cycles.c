/* Joiners and leavers, 10,000 of them, with kill -9 in between: no number is
 * ever given twice (T9). */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_fixture.h"
#include "state_ids.h"

enum {
	CYCLES = 10000,
	RANGE = 2 * CYCLES, /* so that clashes are certain */
	KILLS = 100
};

/* What outlives the process that is killed. */
struct shared {
	int next; /* cycle */
	uint32_t uid[CYCLES]; /* published; 0 not yet */
};

static void
id_of(char id[32], int n)
{
	snprintf(id, 32, "00u%017d", n);
}

/* One leaves, one comes. */
static int
cycle(struct fixture *f, int n)
{
	char id[32], name[32];
	struct api_user u;

	snprintf(name, sizeof(name), "user%d", n);
	id_of(id, n);
	u = person(id, name);
	if (state_begin(f->s, &f->e) == -1 ||
	    state_touch_begin(f->s, &f->e) == -1)
		return -1;
	if (n > 0) {
		id_of(id, n - 1);
		if (state_leave(f->s, id, f->source, &f->e) == -1)
			return -1;
	}
	if (state_stage_user(f->s, 0, &u, &f->e) == -1 ||
	    state_join(f->s, u.id, f->source, &f->e) == -1)
		return -1;
	state_touch_end(f->s);
	return state_apply_touched(f->s, &f->rules, &f->e) == -1
	    ? -1
	    : state_commit(f->s, &f->e);
}

/* The number of an id as a reader sees it. */
static int
on_number(void *arg, const struct state_number *n, struct error *e)
{
	struct shared *sh = arg;
	int i = atoi(n->id + 3);

	(void)e;
	if (n->kind != IDMAP_USER)
		return 0;
	/* What was once seen does not change. */
	if (sh->uid[i] != 0 && sh->uid[i] != n->number)
		return -1;
	sh->uid[i] = n->number;
	return 0;
}

static void
live(struct fixture *f, struct shared *sh)
{
	open_state(f);
	f->rules.id_max = MIN + RANGE - 1;
	while (sh->next < CYCLES) {
		if (cycle(f, sh->next) == -1)
			_exit(1);
		sh->next++;
	}
	_exit(0);
}

static void
test_no_number_is_given_twice_T9_whole(void **state)
{
	struct fixture *f = *state;
	static uint8_t seen[RANGE];
	struct shared *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int kills = 0, status = 0;
	uint32_t again = 0;

	assert_ptr_not_equal(sh, MAP_FAILED);
	srand(9);
	state_close(f->s);
	f->s = NULL;
	while (sh->next < CYCLES) {
		int until = sh->next + CYCLES / KILLS - rand() % 20;
		pid_t pid = fork();

		assert_int_not_equal(pid, -1);
		if (pid == 0)
			live(f, sh);
		while (*(volatile int *)&sh->next < until &&
		    waitpid(pid, &status, WNOHANG) == 0)
			usleep((useconds_t)(rand() % 500));
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		kills++;
		assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		open_state(f);
		assert_int_equal(
		    state_each_number(f->s, on_number, sh, &f->e), 0);
		state_close(f->s);
		f->s = NULL;
	}
	assert_true(kills >= KILLS / 2);
	for (int i = 0; i < CYCLES; i++) {
		assert_in_range(sh->uid[i], MIN, MIN + RANGE - 1);
		again += seen[sh->uid[i] - MIN]++;
	}
	assert_int_equal(again, 0);
	open_state(f);
	(void)munmap(sh, sizeof(*sh));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_no_number_is_given_twice_T9_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
