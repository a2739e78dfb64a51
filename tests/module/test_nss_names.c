/*
 * The NSS module in a program that has functions of its own with the names of
 * the module's inner ones (traps.c). One call from the module to any of them
 * ends the program.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"

static void
make_snapshot(void)
{
	char *argv[] = {(char[]){OKTA_MAKE_SNAPSHOT}, (char[]){"10"},
	    (char[]){"3"}, (char[]){"2"}, (char[]){"lib/okta/public/directory"},
	    NULL};
	pid_t child;
	int status;

	assert_int_equal(
	    posix_spawn(&child, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
test_names_of_the_host_do_not_reach_the_module_T62(void **state)
{
	char folder[] = "/tmp/okta-nss-XXXXXX", buf[4096];
	gid_t *list = calloc(1, sizeof(*list));
	long start = 1, size = 1;
	struct module nss;
	struct passwd pw;
	struct group gr;
	int e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_non_null(dlsym(RTLD_DEFAULT, "directory_user_by_name"));
	assert_int_equal(mkdir("lib", 0755), 0);
	assert_int_equal(mkdir("lib/okta", 0755), 0);
	assert_int_equal(mkdir("lib/okta/public", 0755), 0);
	make_snapshot();
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	assert_int_equal(nss.getpwnam_r("user1", &pw, buf, sizeof(buf), &e),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(nss.getpwuid_r(pw.pw_uid, &pw, buf, sizeof(buf), &e),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(
	    nss.getpwent_r(&pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	assert_int_equal(nss.getgrnam_r("group1", &gr, buf, sizeof(buf), &e),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(nss.getgrgid_r(gr.gr_gid, &gr, buf, sizeof(buf), &e),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(nss.setgrent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(
	    nss.getgrent_r(&gr, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	assert_int_equal(
	    nss.initgroups_dyn("user1", 1, &start, &size, &list, -1, &e),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(start, 3);
	assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
	assert_int_equal(nss.endgrent(), NSS_STATUS_SUCCESS);
	free(list);
	assert_int_equal(unlink("lib/okta/public/directory"), 0);
	assert_int_equal(rmdir("lib/okta/public"), 0);
	assert_int_equal(rmdir("lib/okta"), 0);
	assert_int_equal(rmdir("lib"), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_names_of_the_host_do_not_reach_the_module_T62),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
