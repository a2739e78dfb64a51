/*
 * Lockers fork out of programs with many threads, and authenticate in the
 * child: nothing that was locked at the fork may be waited for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "talk.h"
#include "world.h"

enum { THREADS = 16, FORKS = 10000, HUNG_S = 20 };

static atomic_int is_over;

static void *
storm(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;

	while (!atomic_load(&is_over)) {
		void *p[32];

		for (int i = 0; i < 32; i++)
			p[i] = malloc((size_t)rand_r(&seed) % 4000 + 1);
		for (int i = 0; i < 32; i++)
			free(p[i]);
		usleep(50);
	}
	return NULL;
}

static void
test_forks_out_of_an_allocator_storm_T39(void **state)
{
	pthread_t threads[THREADS];
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);
	int status;

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, storm, (void *)i), 0);
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			alarm(HUNG_S);
			/* Nobody listens; the wait of a denial is skipped. */
			_exit(pam_authenticate(pamh, 0));
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), PAM_AUTHINFO_UNAVAIL);
	}
	atomic_store(&is_over, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pam_end(pamh, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(
		test_forks_out_of_an_allocator_storm_T39, world_reset),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
