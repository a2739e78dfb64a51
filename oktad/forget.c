#include "forget.h"

#include <string.h>

#include "directory.h"

static int
in_use(const struct forget *f, const char *whose, struct error *e)
{
	if (f->name[0] != '\0')
		return error_set(e, ERROR_DENIED,
		    "the name %s is in use by %s; rename or deactivate that "
		    "one in Okta first",
		    f->name, whose);
	return error_set(e, ERROR_DENIED,
	    "the number %u is in use by %s; deactivate that one in Okta first",
	    (unsigned int)f->number, whose);
}

static int
check_groups(
    const struct publish_place *where, const struct forget *f, struct error *e)
{
	struct directory d;
	struct directory_group g;
	int code, rc = 0;

	if (directory_open(&d, where->directory, DIR_MAGIC_PUBLIC) != OKTA_OK)
		return 0;
	code = f->name[0] != '\0' ? directory_group_by_name(&d, f->name, &g)
				  : directory_group_by_gid(&d, f->number, &g);
	if (code == OKTA_OK && !g.is_private)
		rc = in_use(f, "a published group", e);
	directory_close(&d);
	return rc;
}

static int
check_people(
    const struct publish_place *where, const struct forget *f, struct error *e)
{
	struct directory people;
	struct directory_person p;
	int code, rc = 0;

	if (directory_open(&people, where->people, DIR_MAGIC_PEOPLE) != OKTA_OK)
		return 0;
	code = f->name[0] != '\0'
	    ? directory_person_by_name(&people, f->name, &p)
	    : directory_person_by_uid(&people, f->number, &p);
	if (code == OKTA_OK && p.why == WHY_NONE)
		rc = in_use(f, p.id, e);
	directory_close(&people);
	return rc;
}

int
forget_say(const struct publish_place *where, const struct forget *f,
    struct former_holder *h, struct error *e)
{
	memset(h, 0, sizeof(*h));
	if (check_groups(where, f, e) != 0 || check_people(where, f, e) != 0)
		return -1;
	return former_forget(where->former, f->name[0] != '\0' ? f->name : NULL,
	    f->number, h, e);
}
