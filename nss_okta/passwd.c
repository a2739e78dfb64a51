#include "config.h"

#include <stdatomic.h>

#include "fill.h"
#include "map.h"

/* The number that getpwent_r() gave last. glibc holds a lock of its own around
 * enumeration; a caller without it can only see its list disturbed. */
static atomic_uint cursor;

enum nss_status
_nss_okta_getpwnam_r(
    const char *name, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct directory_user u;
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = directory_user_by_name(m.d, name, &u)) == OKTA_OK)
		r = fill_passwd(pw, &u, buf, len);
	map_release(&m);
	return fill_status(r, errnop);
}

enum nss_status
_nss_okta_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct directory_user u;
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = directory_user_by_uid(m.d, uid, &u)) == OKTA_OK)
		r = fill_passwd(pw, &u, buf, len);
	map_release(&m);
	return fill_status(r, errnop);
}

enum nss_status
_nss_okta_setpwent(int stayopen)
{
	(void)stayopen;
	atomic_store(&cursor, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_okta_endpwent(void)
{
	return _nss_okta_setpwent(0);
}

enum nss_status
_nss_okta_getpwent_r(struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct directory_user u;
	uint32_t next = atomic_load(&cursor);
	struct map m;
	int r;

	if ((r = map_acquire(&m)) == OKTA_OK &&
	    (r = m.d->header->flags & DIR_NO_ENUMERATION
		    ? OKTA_ABSENT
		    : OKTA_OK) == OKTA_OK &&
	    (r = directory_next_user(m.d, &next, &u)) == OKTA_OK &&
	    (r = fill_passwd(pw, &u, buf, len)) == OKTA_OK)
		atomic_store(&cursor, next);
	map_release(&m);
	return fill_status(r, errnop);
}
