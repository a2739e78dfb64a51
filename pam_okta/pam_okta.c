/*
 * The entry points. Each asks whose call it is (call.h) and hands what is ours
 * to the file of its phase. The only positive answer of the module is made in
 * auth.c; here are the results as pam_okta(8) lists them.
 */
#include <stddef.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "call.h"
#include "converse.h"
#include "phase.h"

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_begin(&c, CALL_AUTH, pamh, flags, argc, argv);

	if (r == PAM_SUCCESS)
		return auth_login(&c);
	if (r == PAM_USER_UNKNOWN) {
		auth_await_prompt(&c);
		auth_delay_others(pamh);
	} else if (r != PAM_IGNORE)
		auth_delay(c.entry, c.deadline);
	return r;
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_begin(&c, CALL_ACCOUNT, pamh, flags, argc, argv);

	return r == PAM_SUCCESS ? account_check(&c) : r;
}

/* What the later phases answer: they neither let in nor keep out, but where
 * something is wrong they say so in the words of the phase. */
static int
later(int r, int failed)
{
	return r == PAM_SUCCESS || r == PAM_IGNORE || r == PAM_USER_UNKNOWN
	    ? r
	    : failed;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_begin(&c, CALL_LATER, pamh, flags, argc, argv);

	if (c.binding != NULL)
		binding_take_ticket(pamh, c.binding);
	return later(r, PAM_CRED_ERR);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = later(call_begin(&c, CALL_LATER, pamh, flags, argc, argv),
	    PAM_SESSION_ERR);

	/* Also for a local target: sudo's session is the caller's login. */
	return r != PAM_SESSION_ERR && session_open(&c) != PAM_SUCCESS
	    ? PAM_PERM_DENIED
	    : r;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_begin(&c, CALL_LATER, pamh, flags, argc, argv);

	session_close(&c);
	return later(r, PAM_SESSION_ERR);
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_begin(&c, CALL_LATER, pamh, flags, argc, argv);

	if (r == PAM_SUCCESS) {
		if (!(flags & PAM_SILENT))
			converse_tell(pamh, PAM_ERROR_MSG,
			    "This is an Okta account: sign in to Okta in a "
			    "browser and change the password there, under "
			    "Settings.");
		return PAM_AUTHTOK_ERR;
	}
	return later(r, PAM_AUTHTOK_ERR);
}
