#include "call.h"

#include <pwd.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "address.h"
#include "directory.h"
#include "paths.h"
#include "rules.h"
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

const char *
call_address(const struct call *c)
{
	uint8_t bytes[16];
	const void *p = "?";

	if (pam_get_item(c->pamh, PAM_RHOST, &p) == PAM_SUCCESS &&
	    (p == NULL || *(const char *)p == '\0'))
		return NULL;
	return address_parse(p, bytes) == 0 ? p : PROTOCOL_UNKNOWN;
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

	const char *wrong = r == OKTA_ABSENT
	    ? "not there; has oktad synced yet?"
	    : "can not be believed or read; see `oktactl check`";

	if (r == OKTA_OK) {
		wrong = "damaged record";
		c->max_age_s = d.header->max_age_s;
		/* Names are published in one spelling, so any other is unknown.
		 */
		r = directory_user_by_name(&d, c->user, &u);
		if (r == OKTA_ABSENT)
			r = PAM_USER_UNKNOWN;
		if (r == OKTA_OK) {
			c->uid = u.uid;
			c->record_flags = u.flags;
		}
		directory_close(&d);
	}
	if (r >= 0)
		return r;
	pam_syslog(c->pamh, LOG_ERR, "%s: %s", OKTA_DIRECTORY_PATH, wrong);
	return PAM_AUTHINFO_UNAVAIL;
}

/* The host will act with the uid that NSS gives it, not with ours. */
static int
compare_with_nss(struct call *c)
{
	const struct passwd *pw = pam_modutil_getpwnam(c->pamh, c->user);

	if (pw != NULL && pw->pw_uid == c->uid)
		return PAM_SUCCESS;
	pam_syslog(c->pamh, LOG_ERR,
	    "%s: denied: NSS %s; see the passwd line of nsswitch.conf", c->user,
	    pw == NULL ? "does not know this name" : "gives another uid");
	return PAM_AUTH_ERR;
}

/* A local account is none of ours but by okta.conf's word. Where that can not
 * be read or believed, all of them stay the host's. */
static int
find_account(struct call *c)
{
	struct rules_account account;
	const struct passwd *pw;
	struct directory rules;
	int r;

	c->has_no_rules = geteuid() == 0 &&
	    directory_open(&rules, OKTA_RULES_PATH, DIR_MAGIC_RULES) != OKTA_OK;
	if (geteuid() != 0 || c->has_no_rules)
		return PAM_IGNORE;
	r = rules_account(&rules, c->user, &account);
	/* The header is good, and what is behind it is not. */
	c->has_no_rules = r != OKTA_OK && r != OKTA_ABSENT;
	c->is_account = r == OKTA_OK;
	c->is_shared = account.is_shared;
	pw = c->is_account ? pam_modutil_getpwnam(c->pamh, c->user) : NULL;
	if (pw != NULL && pw->pw_uid >= DIR_ID_FLOOR &&
	    !directory_is_id(&rules, pw->pw_uid))
		c->uid = pw->pw_uid;
	directory_close(&rules);
	if (!c->is_account)
		return PAM_IGNORE;
	if (c->uid != 0)
		return PAM_SUCCESS;
	pam_syslog(c->pamh, LOG_ERR,
	    "%s: denied: nobody of Okta may be behind this account; see "
	    "`oktactl check`",
	    c->user);
	return PAM_AUTH_ERR;
}

static int
find_person(struct call *c)
{
	int r;

	/* Reads /etc/passwd itself; NSS is not asked. */
	r = pam_modutil_check_user_in_passwd(c->pamh, c->user, NULL);
	if (r == PAM_SUCCESS && (r = find_account(c)) != PAM_SUCCESS)
		return r;
	if (r != PAM_SUCCESS && r != PAM_PERM_DENIED)
		return PAM_AUTHINFO_UNAVAIL;
	if (c->args.refused != NULL) {
		pam_syslog(c->pamh, LOG_ERR,
		    "denied: argument %s is unknown, or has no such "
		    "value; see pam_okta(8)",
		    c->args.refused);
		return PAM_AUTH_ERR;
	}
	if (c->is_account)
		return PAM_SUCCESS;
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
	const char *ruser = call_item(c, PAM_RUSER);

	return c->phase == CALL_LATER && ruser != NULL &&
	    strcmp(ruser, name) == 0;
}

static int
bind_name(struct call *c, int r)
{
	struct binding *b = c->phase == CALL_AUTH ? NULL : binding_get(c->pamh);

	if (b == NULL)
		b = binding_new(c->pamh, c->user);
	if (b == NULL)
		return r == PAM_SUCCESS ? PAM_AUTH_ERR : r;
	c->binding = b;
	if (strcmp(b->name, c->user) != 0) {
		if ((!b->is_ours && r != PAM_SUCCESS) ||
		    is_acting_for(c, b->name))
			return r;
		pam_syslog(c->pamh, LOG_ERR,
		    "denied: the user name was changed during the transaction");
		return PAM_AUTH_ERR;
	}
	if (r != PAM_SUCCESS)
		return r;
	if (b->is_ours && b->uid != c->uid) {
		pam_syslog(c->pamh, LOG_ERR,
		    "%s: denied: the uid was changed during the transaction",
		    b->name);
		return PAM_AUTH_ERR;
	}
	b->is_ours = 1;
	b->is_account = c->is_account;
	b->uid = c->uid;
	return r;
}

int
call_begin(struct call *c, enum call_phase phase, pam_handle_t *pamh, int flags,
    int argc, const char **argv)
{
	int r;

	memset(c, 0, sizeof(*c));
	c->pamh = pamh;
	c->phase = phase;
	c->flags = flags;
	c->entry = wire_now_ms();
	args_parse(&c->args, argc, argv);
	c->deadline = c->entry + (uint64_t)c->args.deadline_s * 1000;
	r = find_name(c);
	if (r != PAM_SUCCESS)
		return r;
	r = bind_name(c, find_person(c));
	call_debug(c, "whose call: %s", pam_strerror(pamh, r));
	return r;
}
