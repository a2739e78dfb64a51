/*
 * An NSS module that does nothing: what a look-up costs before the first byte
 * of data was looked at.
 */
#include "config.h"

#include <errno.h>

#include "fill.h"

#define FLOOR(name) _nss_floor_##name

enum nss_status FLOOR(getpwnam_r)(
    const char *name, struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status FLOOR(getpwuid_r)(
    uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status FLOOR(setpwent)(int stayopen);
enum nss_status FLOOR(endpwent)(void);
enum nss_status FLOOR(getpwent_r)(
    struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status FLOOR(setgrent)(int stayopen);
enum nss_status FLOOR(endgrent)(void);
enum nss_status FLOOR(getgrent_r)(
    struct group *gr, char *buf, size_t len, int *errnop);
enum nss_status FLOOR(initgroups_dyn)(const char *user, gid_t group,
    long *start, long *size, gid_t **groups, long limit, int *errnop);

static enum nss_status
absent(int *errnop)
{
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

enum nss_status
FLOOR(getpwnam_r)(
    const char *name, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	(void)name, (void)pw, (void)buf, (void)len;
	return absent(errnop);
}

enum nss_status
FLOOR(getpwuid_r)(
    uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	(void)uid, (void)pw, (void)buf, (void)len;
	return absent(errnop);
}

enum nss_status
FLOOR(setpwent)(int stayopen)
{
	(void)stayopen;
	return NSS_STATUS_SUCCESS;
}

enum nss_status
FLOOR(endpwent)(void)
{
	return NSS_STATUS_SUCCESS;
}

enum nss_status
FLOOR(getpwent_r)(struct passwd *pw, char *buf, size_t len, int *errnop)
{
	(void)pw, (void)buf, (void)len;
	return absent(errnop);
}

enum nss_status
FLOOR(setgrent)(int stayopen)
{
	(void)stayopen;
	return NSS_STATUS_SUCCESS;
}

enum nss_status
FLOOR(endgrent)(void)
{
	return NSS_STATUS_SUCCESS;
}

enum nss_status
FLOOR(getgrent_r)(struct group *gr, char *buf, size_t len, int *errnop)
{
	(void)gr, (void)buf, (void)len;
	return absent(errnop);
}

enum nss_status
FLOOR(initgroups_dyn)(const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit, int *errnop)
{
	(void)user, (void)group, (void)start, (void)size, (void)groups;
	(void)limit;
	return absent(errnop);
}
