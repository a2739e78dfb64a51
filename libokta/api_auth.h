/*
 * Primary authentication, /api/v1/authn (okta-api.md 2). What an answer says
 * becomes typed values here; what it means for a login is decided by the flow.
 * Nothing here is ever sent twice.
 */
#ifndef OKTA_API_AUTH_H
#define OKTA_API_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "http.h"
#include "json.h"
#include "secret.h"

/* The states of okta-api.md 2.4. A word that is not there, in any other
 * spelling too, is AUTHN_UNKNOWN. */
enum authn_state {
	AUTHN_UNKNOWN = 0,
	AUTHN_SUCCESS,
	AUTHN_UNAUTHENTICATED,
	AUTHN_PASSWORD_WARN,
	AUTHN_PASSWORD_EXPIRED,
	AUTHN_PASSWORD_RESET,
	AUTHN_RECOVERY,
	AUTHN_RECOVERY_CHALLENGE,
	AUTHN_LOCKED_OUT,
	AUTHN_MFA_ENROLL,
	AUTHN_MFA_ENROLL_ACTIVATE,
	AUTHN_MFA_REQUIRED,
	AUTHN_MFA_CHALLENGE,
	AUTHN_STATE_COUNT
};

struct authn_answer {
	enum authn_state state;
	char word[48];		     /* the state as sent, made printable */
	char user_id[JSON_ID_MAX + 1]; /* _embedded.user.id, or "" */
	int has_session_token;	     /* a text that is not empty */
	struct secret state_token;   /* empty where there is none */
	char request_id[48];
};

/* How the daemon presents itself. */
struct authn_manner {
	enum http_credential credential; /* HTTP_ANONYMOUS, or HTTP_DAEMON for
					    a trusted application */
	const char *forwarded_for;	 /* numeric, or NULL */
	uint32_t timeout_ms;
};

/* Takes len bytes of a 200 apart. 0; or -1 with ERROR_PROTOCOL where it is no
 * JSON object with a status, or one that is an error at the same time. *a is
 * emptied first; api_auth_clear() frees it in any case. */
int api_auth_parse(const char *body, size_t len, struct authn_answer *a,
    struct error *e);
/* Sends login and password, once. 0 where Okta answered with a state; else -1,
 * and *e has the kind and HTTP status as http_send() and http_error() give
 * them; ERROR_CONFIG with status 0 and nothing sent where the password can not
 * be put into JSON. */
int api_auth_password(int channel, const struct authn_manner *m,
    const char *login, const struct secret *password, struct authn_answer *a,
    struct error *e);
/* Gives a transaction up (POST cancel), as far as that works; empties the state
 * token. Does nothing without one. */
void api_auth_cancel(int channel, const struct authn_manner *m,
    struct authn_answer *a);
void api_auth_clear(struct authn_answer *a);

#endif
