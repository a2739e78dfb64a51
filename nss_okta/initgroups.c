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

/* Appends the supplementary groups of a user of ours. As glibc's own services do,
 * it cuts at the limit without a word, and the caller's primary group,
 * already in the array, is not named again. */
enum nss_status
_nss_okta_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *errnop)
{
	enum nss_status status;
	struct directory_user u;
	struct map m;
	uint32_t n;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK)
		r = directory_user_by_name(m.d, user, &u);
	for (n = 0; r == OKTA_OK && n < u.ngids; n++)
		if (!directory_is_id(m.d, u.gids[n]))
			r = OKTA_BAD;
	status = fill_status(r, errnop);
	if (r == OKTA_OK &&
	    make_room(*start, size, groups, limit, (long)u.ngids) == -1) {
		*errnop = ENOMEM;
		status = NSS_STATUS_TRYAGAIN;
		r = OKTA_SYSTEM;
	}
	for (n = 0; r == OKTA_OK && n < u.ngids && *start < *size; n++)
		if (u.gids[n] != group)
			(*groups)[(*start)++] = u.gids[n];
	map_release(&m);
	return status;
}
