/*
 * For tests of the NSS module: one question to any of its entry points.
 */
#ifndef OKTA_TESTS_ASK_H
#define OKTA_TESTS_ASK_H

#include "module.h"
#include "publish.h"

/* The test build of the module; ask_begin() opens it. */
extern struct module nss;

/* The answers to one question, whatever the entry point. */
enum entry { PWNAM, PWUID, PWENT, GRNAM, GRGID, GRENT, ENTRIES };

struct answer {
	struct passwd pw;
	struct group gr;
	enum nss_status status;
	int e;
};

/* Opens the module and goes to a folder of its own. */
void ask_begin(void);
/* The entry point's answer for a name or a number (whichever it takes);
 * enumeration begins anew. */
void ask(struct answer *a, enum entry entry, const char *name, uint32_t id,
    char *buf, size_t len);
int ask_is_passwd(enum entry entry);
/* Calls initgroups_dyn with the primary group as the list's first entry: how
 * many entries there are then. */
long ask_groups(const char *user, gid_t primary, gid_t **list, long *size,
    long limit, enum nss_status *status);

/* Publishes alice (user 1) and bob (2); "dev" (group 1) has both, "ops" (2) has
 * alice. */
void publish_small(void);

#endif
