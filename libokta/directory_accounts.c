/*
 * The writer's part for ssh keys: those of people, and those that open a local
 * account, each person's by themselves, without a word of whose they are.
 */
#include "config.h"

#include <string.h>

#include "directory_image.h"

static uint64_t
align8(uint64_t n)
{
	return (n + 7) & ~7ULL;
}

uint64_t
image_key_size(const struct image_person *p, int is_adopted)
{
	return p->nkeys == 0 || p->is_adopted != is_adopted
	    ? 0
	    : align8(sizeof(struct dir_keys) + p->keys_len);
}

uint64_t
image_keys_size(const struct image *i, int is_adopted, size_t *count)
{
	uint64_t size, all = 0;

	*count = 0;
	for (size_t n = 0; n < i->npeople; n++) {
		size = image_key_size(&i->people[n], is_adopted);
		*count += size > 0;
		all += size;
	}
	return all;
}

void
image_keys_put(const struct image *i, int is_adopted, uint8_t *at)
{
	for (size_t n = 0; n < i->npeople; n++) {
		const struct image_person *p = &i->people[n];
		struct dir_keys r = {
		    .size = (uint32_t)image_key_size(p, is_adopted),
		    .uid = p->uid,
		    .count = p->nkeys,
		    .len = p->keys_len};

		if (r.size == 0)
			continue;
		memcpy(at, &r, sizeof(r));
		memcpy(at + sizeof(r), p->keys, p->keys_len);
		at += r.size;
	}
}

int
image_add_account(
    struct image *i, const char *name, uint32_t uid, struct error *e)
{
	struct image_account *a;

	if (strlen(name) > DIR_NAME_MAX)
		return error_set(
		    e, ERROR_PROTOCOL, "a local account has too long a name");
	if (image_grow(&i->accounts, i->naccounts, &i->accounts_cap, sizeof(*a),
		e) == -1)
		return -1;
	a = &i->accounts[i->naccounts++];
	memset(a, 0, sizeof(*a));
	strcpy(a->name, name);
	a->uid = uid;
	return 0;
}

int
image_order_accounts(const void *a, const void *b)
{
	const struct image_account *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->uid > y->uid) - (x->uid < y->uid);
}

/* Whose keys count: 0 bytes where they may not log in by key now. */
static uint64_t
account_size(const struct image_account *a, const struct image_person *p)
{
	if (p == NULL || p->nkeys == 0 ||
	    (p->flags & (DIR_USER_NO_LOGIN | DIR_USER_NO_KEY)) != 0)
		return 0;
	return align8(
	    sizeof(struct dir_account) + strlen(a->name) + 1 + p->keys_len);
}

uint64_t
image_accounts_size(const struct image *i, size_t *count)
{
	uint64_t size, all = 0;

	*count = 0;
	for (size_t n = 0; n < i->naccounts; n++) {
		size = account_size(
		    &i->accounts[n], image_find_person(i, i->accounts[n].uid));
		*count += size > 0;
		all += size;
	}
	return all;
}

void
image_accounts_put(const struct image *i, uint8_t *at)
{
	for (size_t n = 0; n < i->naccounts; n++) {
		const struct image_account *a = &i->accounts[n];
		const struct image_person *p = image_find_person(i, a->uid);
		struct dir_account r = {
		    .size = (uint32_t)account_size(a, p),
		    .name_len = (uint32_t)strlen(a->name),
		};

		if (r.size == 0)
			continue;
		r.count = p->nkeys;
		r.len = p->keys_len;
		memcpy(at, &r, sizeof(r));
		memcpy(at + sizeof(r), a->name, r.name_len + 1);
		memcpy(at + sizeof(r) + r.name_len + 1, p->keys, r.len);
		at += r.size;
	}
}
