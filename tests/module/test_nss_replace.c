/*
 * The NSS module in a process that lives long: file after file is published.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ask.h"

enum { REPLACEMENTS = 10000 };

static int
count_mappings(void)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, "/public/directory") != NULL;
	fclose(f);
	return n;
}

/* Alice is there in every other file. The clock goes on with each. */
static void
test_ten_thousand_replacements_are_seen_at_the_next_call_T79(void **state)
{
	struct image *i = snapshot_begin();
	struct snapshot with, without;
	struct answer a;
	char buf[256];
	int n;

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_end(&with, i);
	snapshot_end(&without, snapshot_begin());
	for (n = 0; n < REPLACEMENTS; n++) {
		publish(n % 2 == 0 ? &with : &without);
		ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
		assert_int_equal(a.status,
		    n % 2 == 0 ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND);
		if (n % 100 == 0)
			assert_int_equal(count_mappings(), 1);
	}
	assert_int_equal(count_mappings(), 1);
	/* Nothing is held where there is nothing any more. */
	publish_nothing();
	ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_UNAVAIL);
	assert_int_equal(count_mappings(), 0);
	snapshot_free(&with);
	snapshot_free(&without);
}

/* Somebody who lists goes on where he was: nobody twice, nobody left out who
 * is in both files. */
static void
test_list_goes_on_in_the_next_file(void **state)
{
	struct snapshot s[2];
	struct answer a;
	char buf[256];
	uint32_t n;

	(void)state;
	snapshot_make(&s[0], 100, 3, 1);
	snapshot_make(&s[1], 100, 5, 2);
	publish(&s[0]);
	nss.setpwent(0);
	for (n = 0; n < 100; n++) {
		assert_int_equal(nss.getpwent_r(&a.pw, buf, sizeof(buf), &a.e),
		    NSS_STATUS_SUCCESS);
		assert_int_equal(a.pw.pw_uid, SNAPSHOT_UID(n));
		publish(&s[n % 2]);
	}
	assert_int_equal(
	    nss.getpwent_r(&a.pw, buf, sizeof(buf), &a.e), NSS_STATUS_NOTFOUND);
	assert_int_equal(count_mappings(), 1);
	snapshot_free(&s[0]);
	snapshot_free(&s[1]);
}

static int
begin(void **state)
{
	(void)state;
	ask_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_ten_thousand_replacements_are_seen_at_the_next_call_T79),
	    cmocka_unit_test(test_list_goes_on_in_the_next_file),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
