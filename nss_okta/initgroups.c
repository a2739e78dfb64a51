#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "fill.h"
#include "map.h"

/* Room for `more` gids, or for as many of them as the caller's limit leaves
 * (limit <= 0: none set). 0, or -1 without memory. */
static int
make_room(long start, long *size, gid_t **groups, long limit, long more)
{
	gid_t *bigger;
	long want = start + more;

	if (limit > 0 && want > limit)
		want = limit;
	if (want <= *size)
		return 0;
	bigger = reallocarray(*groups, (size_t)want, sizeof(**groups));
	if (bigger == NULL)
		return -1;
	*groups = bigger;
	*size = want;
	return 0;
}

struct found {
	struct directory_user u;
	const struct dir_local_group *locals;
	uint32_t nlocals;
};

static int
find(const struct directory *d, const char *user, struct found *f)
{
	int r = directory_user_by_name(d, user, &f->u);

	for (uint32_t n = 0; r == OKTA_OK && n < f->u.ngids; n++)
		if (!directory_is_id(d, f->u.gids[n]))
			r = OKTA_BAD;
	if (r == OKTA_OK)
		r = directory_local_groups(
		    d, f->u.uid, &f->locals, &f->nlocals);
	return r;
}

/* Appends the supplementary groups of a user of ours. As glibc's own services
 * do, it cuts at the limit without a word, and the caller's primary group,
 * already in the array, is not named again. */
enum nss_status
_nss_okta_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit, int *errnop)
{
	enum nss_status status;
	struct found f = {0};
	struct map m;
	uint32_t n;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK)
		r = find(m.d, user, &f);
	status = fill_status(r, errnop);
	if (r == OKTA_OK &&
	    make_room(*start, size, groups, limit,
		(long)f.u.ngids + f.nlocals) == -1) {
		*errnop = ENOMEM;
		status = NSS_STATUS_TRYAGAIN;
		r = OKTA_SYSTEM;
	}
	for (n = 0; r == OKTA_OK && n < f.u.ngids && *start < *size; n++)
		if (f.u.gids[n] != group)
			(*groups)[(*start)++] = f.u.gids[n];
	for (n = 0; r == OKTA_OK && n < f.nlocals && *start < *size; n++)
		if (f.locals[n].gid != group)
			(*groups)[(*start)++] = f.locals[n].gid;
	map_release(&m);
	return status;
}
