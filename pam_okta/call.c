#include "call.h"

#include <pwd.h>
#include <string.h>
#include <syslog.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "directory.h"
#include "local.h"
#include "paths.h"
#include "wire.h"

const char *
call_item(const struct call *c, int type)
{
	const void *p = NULL;

	if (pam_get_item(c->pamh, type, &p) != PAM_SUCCESS || p == NULL ||
	    strnlen(p, CALL_ITEM_MAX) == CALL_ITEM_MAX)
		return NULL;
	return p;
}

static int
find_name(struct call *c)
{
	const void *item = NULL;
	int r;

	/* Only the first phase may ask; the name is whatever the host says, and
	 * never ours to set. */
	if (c->phase == CALL_AUTH)
		r = pam_get_user(c->pamh, &c->user, NULL);
	else if ((r = pam_get_item(c->pamh, PAM_USER, &item)) == PAM_SUCCESS)
		c->user = item;
	if (r != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	return c->user == NULL || *c->user == '\0' ? PAM_USER_UNKNOWN
						   : PAM_SUCCESS;
}

static int
find_record(struct call *c)
{
	struct directory d;
	struct directory_user u;
	int r = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);

	if (r != OKTA_OK) {
		pam_syslog(c->pamh, LOG_ERR, "%s: %s", OKTA_DIRECTORY_PATH,
		    r == OKTA_ABSENT ? "not there; has oktad synced yet?"
				     : "can not be believed or read; see "
				       "`oktactl check`");
		return PAM_AUTHINFO_UNAVAIL;
	}
	/* Names are published in one spelling, so any other is unknown. */
	r = directory_user_by_name(&d, c->user, &u);
	if (r == OKTA_OK) {
		c->uid = u.uid;
		c->record_flags = u.flags;
		c->max_age_s = d.header->max_age_s;
	}
	directory_close(&d);
	if (r == OKTA_OK)
		return PAM_SUCCESS;
	if (r == OKTA_ABSENT)
		return PAM_USER_UNKNOWN;
	pam_syslog(c->pamh, LOG_ERR, "%s: damaged record",
	    OKTA_DIRECTORY_PATH);
	return PAM_AUTHINFO_UNAVAIL;
}

/* The host will act with the uid that NSS gives it, not with ours. */
static int
compare_with_nss(struct call *c)
{
	const struct passwd *pw = pam_modutil_getpwnam(c->pamh, c->user);

	if (pw != NULL && pw->pw_uid == c->uid)
		return PAM_SUCCESS;
	pam_syslog(c->pamh, LOG_ERR, "%s: denied: NSS %s; see the passwd line "
	    "of nsswitch.conf", c->user,
	    pw == NULL ? "does not know this name" : "gives another uid");
	return PAM_AUTH_ERR;
}

static int
find_person(struct call *c)
{
	int r;

	r = local_has_user("/etc/passwd", c->user, NULL);
	if (r == 1)
		return PAM_IGNORE;
	if (r != 0) {
		pam_syslog(c->pamh, LOG_ERR, "/etc/passwd: %m");
		return PAM_AUTHINFO_UNAVAIL;
	}
	if (c->args.refused != NULL) {
		pam_syslog(c->pamh, LOG_ERR, "denied: argument %s is unknown, "
		    "not supported yet, or has no such value; see pam_okta(8)",
		    c->args.refused);
		return PAM_AUTH_ERR;
	}
	r = find_record(c);
	if (r == PAM_SUCCESS && c->phase != CALL_LATER)
		r = compare_with_nss(c);
	return r;
}

/* sudo gives the handle the target's name after auth and account, and tells
 * in PAM_RUSER who is acting. */
static int
is_acting_for(const struct call *c, const char *name)
{
	const void *ruser = NULL;

	return c->phase == CALL_LATER &&
	    pam_get_item(c->pamh, PAM_RUSER, &ruser) == PAM_SUCCESS &&
	    ruser != NULL && strcmp(ruser, name) == 0;
}

static int
bind_name(struct call *c, int r)
{
	struct binding *b = c->phase == CALL_AUTH ? NULL
						  : binding_get(c->pamh);

	if (b == NULL)
		b = binding_new(c->pamh, c->user);
	if (b == NULL)
		return r == PAM_SUCCESS ? PAM_AUTH_ERR : r;
	c->binding = b;
	if (strcmp(b->name, c->user) != 0) {
		if ((!b->is_ours && r != PAM_SUCCESS) ||
		    is_acting_for(c, b->name))
			return r;
		pam_syslog(c->pamh, LOG_ERR, "denied: the user name was "
		    "changed during the transaction");
		return PAM_AUTH_ERR;
	}
	if (r != PAM_SUCCESS)
		return r;
	if (b->is_ours && b->uid != c->uid) {
		pam_syslog(c->pamh, LOG_ERR, "%s: denied: the uid was changed "
		    "during the transaction", b->name);
		return PAM_AUTH_ERR;
	}
	b->is_ours = 1;
	b->uid = c->uid;
	return r;
}

int
call_begin(struct call *c, enum call_phase phase, pam_handle_t *pamh,
    int flags, int argc, const char **argv)
{
	int r;

	memset(c, 0, sizeof(*c));
	c->pamh = pamh;
	c->phase = phase;
	c->flags = flags;
	c->entry = wire_now_ms();
	args_parse(&c->args, argc, argv);
	r = find_name(c);
	if (r != PAM_SUCCESS)
		return r;
	r = bind_name(c, find_person(c));
	call_debug(c, "whose call: %s", pam_strerror(pamh, r));
	return r;
}
