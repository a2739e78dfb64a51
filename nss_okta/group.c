#include "config.h"

#include <stdatomic.h>

#include "fill.h"
#include "map.h"

/* Where getgrent_r() stands; see passwd.c. */
static atomic_uint cursor;

enum nss_status
_nss_okta_getgrnam_r(
    const char *name, struct group *gr, char *buf, size_t len, int *errnop)
{
	struct directory_group g;
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = directory_group_by_name(m.d, name, &g)) == OKTA_OK)
		r = fill_group(gr, &g, buf, len);
	map_release(&m);
	return fill_status(r, errnop);
}

enum nss_status
_nss_okta_getgrgid_r(
    gid_t gid, struct group *gr, char *buf, size_t len, int *errnop)
{
	struct directory_group g;
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = directory_group_by_gid(m.d, gid, &g)) == OKTA_OK)
		r = fill_group(gr, &g, buf, len);
	map_release(&m);
	return fill_status(r, errnop);
}

enum nss_status
_nss_okta_setgrent(int stayopen)
{
	(void)stayopen;
	atomic_store(&cursor, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_okta_endgrent(void)
{
	return _nss_okta_setgrent(0);
}

enum nss_status
_nss_okta_getgrent_r(struct group *gr, char *buf, size_t len, int *errnop)
{
	struct directory_group g;
	uint32_t next = atomic_load(&cursor);
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = m.d->header->flags & DIR_NO_ENUMERATION
		    ? OKTA_ABSENT
		    : OKTA_OK) == OKTA_OK &&
	    (r = directory_next_group(m.d, &next, &g)) == OKTA_OK &&
	    (r = fill_group(gr, &g, buf, len)) == OKTA_OK)
		atomic_store(&cursor, next);
	map_release(&m);
	return fill_status(r, errnop);
}
