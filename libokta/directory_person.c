/*
 * Reader of the private file: a person by number, which is all that the account
 * phase needs.
 */
#include "config.h"

#include "directory_format.h"

int
directory_person_at(
    const struct directory *d, uint64_t offset, struct directory_person *p)
{
	const struct dir_person *r;
	const char *s;

	r = format_record(d, DIR_PEOPLE, offset, sizeof(*r));
	if (r == NULL || r->status >= STATUS_COUNT || r->why >= WHY_COUNT)
		return OKTA_BAD;
	s = (const char *)(r + 1);
	if (r->strings_len > r->size - sizeof(*r) || r->login < 2 ||
	    r->name <= r->login || r->strings_len <= r->name ||
	    s[r->login - 1] != '\0' || s[r->name - 1] != '\0' ||
	    s[r->strings_len - 1] != '\0')
		return OKTA_BAD;
	p->uid = r->uid;
	p->status = (enum person_status)r->status;
	p->why = (enum person_why)r->why;
	p->id = s;
	p->login = s + r->login;
	p->name = s + r->name;
	return OKTA_OK;
}

uint32_t
directory_person_flags(
    const struct directory *d, const struct directory_person *p)
{
	if (p->why != WHY_NONE)
		return DIR_USER_NO_LOGIN;
	return p->status == STATUS_ACTIVE ||
		(d->header->key_statuses & 1U << p->status) != 0
	    ? 0
	    : DIR_USER_NO_KEY;
}

int
directory_walk_people(
    const struct directory *d, uint64_t *offset, struct directory_person *p)
{
	int r = OKTA_ABSENT;

	if (*offset < d->section[DIR_PEOPLE].size)
		r = directory_person_at(d, *offset, p);
	/* The id is the first thing behind the record's fixed part. */
	if (r == OKTA_OK)
		*offset +=
		    ((const struct dir_person *)(const void *)p->id - 1)->size;
	return r;
}

int
directory_person_by_uid(
    const struct directory *d, uint32_t uid, struct directory_person *p)
{
	uint64_t offset;
	int r;

	if ((r = format_find_id(d, DIR_PEOPLE_UIDS, uid, &offset)) != OKTA_OK ||
	    (r = directory_person_at(d, offset, p)) != OKTA_OK)
		return r;
	return p->uid == uid ? OKTA_OK : OKTA_BAD;
}
