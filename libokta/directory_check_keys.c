/*
 * The check of the ssh keys in a directory, of people and of local accounts.
 */
#include "config.h"

#include <string.h>

#include "directory_check_part.h"
#include "name.h"
#include "sshkey.h"

/* In the private file they are those of people whom the public one does not
 * have. */
static int
has_owner(const struct directory *d, const struct directory *public,
    const struct directory_keys *k)
{
	struct directory_person p;
	struct directory_user u;

	if (d == public)
		return directory_user_by_uid(d, k->uid, &u) == OKTA_OK;
	return directory_person_by_uid(d, k->uid, &p) == OKTA_OK &&
	    directory_user_by_uid(public, k->uid, &u) == OKTA_ABSENT;
}

int
directory_check_keys(const struct directory *d, const struct directory *public,
    struct directory_fault *f)
{
	struct directory_keys k;
	uint32_t cursor = 0, n = 0;
	unsigned int count;
	int code;

	while ((code = directory_next_keys(d, &cursor, &k)) == OKTA_OK) {
		n++;
		if (!has_owner(d, public, &k))
			return directory_fault_set(
			    f, "ssh keys belong to nobody", k.uid, "");
		if (!sshkey_are_keys(k.text, k.len, &count) || count != k.count)
			return directory_fault_set(
			    f, "an ssh key is not one", k.uid, "");
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(
		    f, "a record of ssh keys is damaged", cursor, "");
	if (n != d->section[DIR_SSH_KEYS].count)
		return directory_fault_set(
		    f, "the number of people with ssh keys is wrong", n, "");
	return directory_check_slots(d, DIR_SSH_KEY_UIDS, n, f);
}

int
directory_check_accounts(const struct directory *d,
    const struct directory_rules *r, struct directory_fault *f)
{
	const char *name, *last = "";
	struct directory_keys k;
	uint64_t offset = 0;
	uint32_t n = 0;
	unsigned int count;
	int code;

	while (
	    (code = directory_next_account(d, &offset, &name, &k)) == OKTA_OK) {
		n++;
		if (name[0] == '\0' || strcmp(last, name) > 0 ||
		    !name_is_clean_text(name, strlen(name), DIR_NAME_MAX))
			return directory_fault_set(f,
			    "a local account's name is not one, or out of "
			    "order",
			    0, name);
		if (!r->has_keys || !sshkey_are_keys(k.text, k.len, &count) ||
		    count != k.count)
			return directory_fault_set(
			    f, "an ssh key is not one", 0, name);
		last = name;
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(
		    f, "the keys of a local account are damaged", 0, last);
	if (n != d->section[DIR_LOCAL_ACCOUNTS].count)
		return directory_fault_set(
		    f, "the number of local accounts is wrong", n, "");
	return OKTA_OK;
}
