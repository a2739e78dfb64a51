#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

#include "nss_libc.h"

static enum nss_status
status_of(int code, const void *found, int *errnop)
{
	*errnop = code;
	if (found != NULL)
		return NSS_STATUS_SUCCESS;
	return code == 0 ? NSS_STATUS_NOTFOUND : NSS_STATUS_UNAVAIL;
}

static enum nss_status
libc_getpwnam(
    const char *name, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct passwd *found = NULL;
	int code = getpwnam_r(name, pw, buf, len, &found);

	return status_of(code, found, errnop);
}

static enum nss_status
libc_getpwuid(uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct passwd *found = NULL;
	int code = getpwuid_r(uid, pw, buf, len, &found);

	return status_of(code, found, errnop);
}

static enum nss_status
libc_getpwent(struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct passwd *found = NULL;
	int code = getpwent_r(pw, buf, len, &found);

	return status_of(code, found, errnop);
}

static enum nss_status
libc_setpwent(int stayopen)
{
	(void)stayopen;
	setpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
libc_endpwent(void)
{
	endpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
libc_initgroups(const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit, int *errnop)
{
	int n = (int)*size;

	(void)limit;
	*errnop = 0;
	if (getgrouplist(user, group, *groups, &n) == -1)
		return NSS_STATUS_UNAVAIL;
	*start = n; /* the primary group among them */
	return NSS_STATUS_SUCCESS;
}

void
nss_libc_open(struct module *m)
{
	memset(m, 0, sizeof(*m));
	m->getpwnam_r = libc_getpwnam;
	m->getpwuid_r = libc_getpwuid;
	m->setpwent = libc_setpwent;
	m->getpwent_r = libc_getpwent;
	m->endpwent = libc_endpwent;
	m->initgroups_dyn = libc_initgroups;
}
