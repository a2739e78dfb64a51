#include "denial.h"

#include <stddef.h>
#include <security/pam_modules.h>

#include "code.h"

/* Codes of code.h are negative, and these reasons are not. */
enum { CODES = 32 };
#define AT(r) ((r) + CODES)

static const struct denial denials[CODES + DENIAL_COUNT] = {
    [AT(OKTA_ABSENT)] = {PAM_AUTHINFO_UNAVAIL, "oktad is not running"},
    [AT(OKTA_UNSAFE)] = {PAM_AUTHINFO_UNAVAIL,
	"in the place of oktad answers somebody who is not root"},
    [AT(OKTA_TIME)] = {PAM_AUTHINFO_UNAVAIL, "no verdict by the deadline"},
    [AT(OKTA_CLOSED)] = {PAM_AUTHINFO_UNAVAIL,
	"oktad ended the login without a verdict"},
    [AT(OKTA_SYSTEM)] = {PAM_AUTHINFO_UNAVAIL, "oktad can not be reached"},
    [AT(DENIAL_PROTOCOL)] = {PAM_AUTH_ERR, "oktad broke the login protocol"},
    [AT(DENIAL_REFUSED)] = {PAM_AUTH_ERR, "refused; `oktactl user` says why"},
    [AT(DENIAL_UNAVAILABLE)] = {PAM_AUTHINFO_UNAVAIL,
	"Okta can not be asked; `oktactl status` says why"},
    [AT(DENIAL_MAXTRIES)] = {PAM_MAXTRIES,
	"too many tries; `oktactl user` says more"},
    [AT(DENIAL_MEMORY)] = {PAM_AUTH_ERR, "no memory"},
    [AT(DENIAL_NOT_SELF)] = {PAM_AUTH_ERR,
	"a caller that is not root may authenticate only itself"},
    [AT(DENIAL_RENAMED)] = {PAM_AUTH_ERR,
	"the user name was changed during the login"},
    [AT(DENIAL_ABORTED)] = {PAM_AUTH_ERR, "the conversation was aborted"},
    [AT(DENIAL_UNFIT)] = {PAM_AUTH_ERR,
	"the answer is longer than 1024 bytes or not UTF-8"},
    [AT(DENIAL_EMPTY)] = {PAM_AUTH_ERR, "the password is empty"},
    [AT(DENIAL_JUNK)] = {PAM_AUTH_ERR,
	"sshd has already denied this login and sent its junk password"},
    [AT(DENIAL_NO_FIRST_PASS)] = {PAM_AUTH_ERR,
	"use_first_pass, and no module before has asked for a password"},
    [AT(DENIAL_FACTOR_IS_PASSWORD)] = {PAM_AUTH_ERR,
	"a factor was answered with the password; for second factors sshd "
	"needs KbdInteractiveAuthentication yes"},
    [AT(DENIAL_NO_PROOF)] = {PAM_AUTH_ERR,
	"second_factor, and sshd vouches for no key before it; see "
	"pam_okta(8)"},
};

const struct denial *
denial_of(int r)
{
	if (r < -CODES || r >= DENIAL_COUNT || denials[AT(r)].why == NULL)
		r = DENIAL_PROTOCOL;
	return &denials[AT(r)];
}
