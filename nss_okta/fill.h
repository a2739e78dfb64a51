/*
 * From records to the structures of the C library, all of it copied into the
 * caller's buffer; and the entry points' prototypes, which no header of glibc
 * has (glibc manual, "NSS Module Function Internals").
 */
#ifndef OKTA_NSS_FILL_H
#define OKTA_NSS_FILL_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>

#include "directory.h"

/* OKTA_OK; OKTA_SMALL: a bigger buffer will do. */
int fill_passwd(
    struct passwd *pw, const struct directory_user *u, char *buf, size_t len);
/* Likewise; OKTA_BAD where the list of members is damaged. */
int fill_group(
    struct group *gr, const struct directory_group *g, char *buf, size_t len);
/* What a look-up's code means to NSS, and *errnop to go with it: with
 * OKTA_SYSTEM what map_acquire() left in errno. getpwnam_r(3) hands *errnop of
 * an unavailable service on to its caller, to whom ENOENT means that there is
 * nobody of that name: so it is kept for the file that is not there. */
enum nss_status fill_status(int code, int *errnop);

#pragma GCC visibility push(default)
enum nss_status _nss_okta_getpwnam_r(
    const char *name, struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_setpwent(int stayopen);
enum nss_status _nss_okta_getpwent_r(
    struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_endpwent(void);
enum nss_status _nss_okta_getgrnam_r(
    const char *name, struct group *gr, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_getgrgid_r(
    gid_t gid, struct group *gr, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_setgrent(int stayopen);
enum nss_status _nss_okta_getgrent_r(
    struct group *gr, char *buf, size_t len, int *errnop);
enum nss_status _nss_okta_endgrent(void);
enum nss_status _nss_okta_initgroups_dyn(const char *user, gid_t group,
    long *start, long *size, gid_t **groups, long limit, int *errnop);
#pragma GCC visibility pop

#endif
