/*
 * One call of an entry point, and the question that comes first in each:
 * whose call is it?
 */
#ifndef OKTA_CALL_H
#define OKTA_CALL_H

#include <stdint.h>
#include <security/pam_modules.h>

#include "args.h"
#include "binding.h"

enum call_phase {
	CALL_AUTH,
	CALL_ACCOUNT,
	CALL_LATER /* setcred, session, chauthtok */
};

enum { CALL_ITEM_MAX = 64 };

struct call {
	pam_handle_t *pamh;
	enum call_phase phase;
	int flags; /* of PAM */
	struct args args;
	uint64_t entry, deadline; /* wire_now_ms() */
	struct binding *binding;
	const char *user; /* PAM_USER, until the host changes it */
	/* With PAM_SUCCESS: a local account that people of Okta are behind, and
	 * whether by more than one; or what the published record says. */
	int is_account, is_shared;
	int has_no_rules; /* with PAM_IGNORE, to root: they can not be read */
	uint32_t uid, record_flags, max_age_s;
};

/*
 * PAM_SUCCESS		one of ours; *c is filled
 * PAM_IGNORE		a local person: none of our business. Which accounts
 *			are, only root can read.
 * PAM_USER_UNKNOWN	neither local nor in the directory
 * PAM_AUTHINFO_UNAVAIL	the files can not tell
 * PAM_AUTH_ERR		ours, and refused: argument, NSS disagrees, or the
 *			name is not the one that this transaction began with
 * Contacts nobody. Errors are logged here.
 */
int call_begin(struct call *c, enum call_phase phase, pam_handle_t *pamh,
    int flags, int argc, const char **argv);

/* A PAM item that is a string of less than CALL_ITEM_MAX bytes, else NULL. */
const char *call_item(const struct call *c, int type);

/* PAM_RHOST; NULL where there is none, so that the login is local; and
 * PROTOCOL_UNKNOWN where it is no address: a name comes from the client's DNS.
 */
const char *call_address(const struct call *c);

#define call_debug(c, ...)                                             \
	do {                                                           \
		if ((c)->args.is_debug)                                \
			pam_syslog((c)->pamh, LOG_DEBUG, __VA_ARGS__); \
	} while (0)

#endif
