/*
 * okta-keys NAME: the ssh keys of a person of Okta, for sshd's
 * AuthorizedKeysCommand. Runs as nobody; reads the public file and
 * /etc/passwd, nothing else. Of a local account it prints the keys of all who
 * are behind it by okta.conf's word. Nothing for other local people, for
 * somebody who may not log in or must give a password, and when Okta's word is
 * too old: the account phase would refuse them all the same.
 */
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "local.h"
#include "paths.h"

static int
may_use_keys(const struct directory *d, uint32_t flags)
{
	struct access_facts f = {
	    .flags = flags, .max_age_s = d->header->max_age_s};

	f.has_age = directory_age(OKTA_CONFIRMED_PATH, &f.age_s) == OKTA_OK;
	return access_decide(&f) == ACCESS_ALLOW;
}

static int
print(const struct directory_keys *k)
{
	return fwrite(k->text, 1, k->len, stdout) == k->len ? OKTA_OK
							    : OKTA_SYSTEM;
}

static int
print_person(const struct directory *d, const char *name)
{
	struct directory_user u;
	struct directory_keys k;
	int r = directory_user_by_name(d, name, &u);

	if (r == OKTA_OK && !may_use_keys(d, u.flags))
		return OKTA_OK;
	if (r == OKTA_OK)
		r = directory_keys_by_uid(d, u.uid, &k);
	return r == OKTA_OK ? print(&k) : r;
}

/* Only the keys of those who may log in are there. */
static int
print_account(const struct directory *d, const char *name)
{
	struct directory_keys k;
	const char *whose;
	uint64_t offset = 0;
	int r = may_use_keys(d, 0) ? OKTA_OK : OKTA_ABSENT;

	while (r == OKTA_OK &&
	    (r = directory_next_account(d, &offset, &whose, &k)) == OKTA_OK)
		if (strcmp(whose, name) == 0)
			r = print(&k);
	return r;
}

int
main(int argc, char **argv)
{
	struct directory d;
	int is_local, r;

	if (argc != 2) {
		fprintf(stderr, "usage: okta-keys NAME\n");
		return 2;
	}
	/* Whoever is local, is so also while the directory does not know yet.
	 * A file that can not be read makes everybody local. */
	is_local = local_has_user("/etc/passwd", argv[1], NULL);
	if (is_local < 0)
		return 0;
	r = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	if (r != OKTA_OK && is_local)
		return 0;
	if (r != OKTA_OK) {
		fprintf(stderr, "okta-keys: %s is not there, or bad\n",
		    OKTA_DIRECTORY_PATH);
		return 1;
	}
	r = is_local ? print_account(&d, argv[1]) : print_person(&d, argv[1]);
	return (r == OKTA_OK || r == OKTA_ABSENT) && fflush(stdout) == 0 ? 0
									 : 1;
}
