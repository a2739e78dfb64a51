/*
 * For tests: an NSS module opened by its real loader, dlopen(3).
 */
#ifndef OKTA_TESTS_MODULE_H
#define OKTA_TESTS_MODULE_H

#include "fill.h"

/* initgroups_dyn may be NULL: not every module has it. */
struct module {
	void *handle;
	__typeof__(_nss_okta_getpwnam_r) *getpwnam_r;
	__typeof__(_nss_okta_getpwuid_r) *getpwuid_r;
	__typeof__(_nss_okta_setpwent) *setpwent;
	__typeof__(_nss_okta_getpwent_r) *getpwent_r;
	__typeof__(_nss_okta_endpwent) *endpwent;
	__typeof__(_nss_okta_getgrnam_r) *getgrnam_r;
	__typeof__(_nss_okta_getgrgid_r) *getgrgid_r;
	__typeof__(_nss_okta_setgrent) *setgrent;
	__typeof__(_nss_okta_getgrent_r) *getgrent_r;
	__typeof__(_nss_okta_endgrent) *endgrent;
	__typeof__(_nss_okta_initgroups_dyn) *initgroups_dyn;
};

/* Ends the program with a sentence where the file is not there. */
void module_open(struct module *m, const char *path, const char *service);
/* dlclose(3); the pointers stay as they are. */
void module_close(struct module *m);

#endif
