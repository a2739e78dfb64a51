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
#include "proof.h"
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

/* factorResult of MFA_CHALLENGE; what is not there is AUTHN_RESULT_OTHER. */
enum authn_result {
	AUTHN_RESULT_NONE = 0, /* absent */
	AUTHN_RESULT_WAITING,
	AUTHN_RESULT_REJECTED,
	AUTHN_RESULT_TIMEOUT,
	AUTHN_RESULT_OTHER
};

enum {
	AUTHN_FACTORS_MAX = 16, /* more are left out */
	AUTHN_NAME_SIZE = 96
};

/* A factor that can be asked for at a terminal. */
struct authn_factor {
	enum proof_kind kind;
	char id[JSON_ID_MAX + 1];
	char name[AUTHN_NAME_SIZE]; /* for people: "push to Ada's phone" */
	char question[128]; /* PROOF_QUESTION */
};

struct authn_answer {
	enum authn_state state;
	char word[48]; /* the state as sent, made printable */
	char user_id[JSON_ID_MAX + 1]; /* _embedded.user.id, or "" */
	struct secret session_token, state_token; /* empty where there is none
						   */
	char request_id[48];

	/* MFA_REQUIRED */
	struct authn_factor factors[AUTHN_FACTORS_MAX];
	size_t nfactors;
	size_t nothers; /* that a terminal can not ask for */
	int may_remember; /* policy.allowRememberDevice */
	/* MFA_CHALLENGE */
	enum authn_result result;
	char number[8]; /* to tap on the phone, or "" */
	/* PASSWORD_* */
	char rules[200]; /* what a new password must be, or "" */
	int expires_in_days; /* -1: not said */
	/* Links. can_change: next is Okta's own change_password. */
	int can_skip, can_change;
};

/* How the daemon presents itself. */
struct authn_manner {
	enum http_credential credential; /* HTTP_ANONYMOUS, or HTTP_DAEMON for
					    a trusted application */
	const char *forwarded_for; /* numeric, or NULL */
	const char *device; /* 32 characters, or NULL or "" */
	uint32_t timeout_ms;
	const int *watch; /* see http.h; of verify without a code only */
};

/* A step after the first one. */
enum authn_step {
	AUTHN_VERIFY, /* of a factor: start, poll, or with its code */
	AUTHN_VERIFY_REMEMBER, /* the same; the device is to be remembered */
	AUTHN_RESEND, /* of a factor */
	AUTHN_PREVIOUS,
	AUTHN_SKIP,
	AUTHN_CHANGE_PASSWORD
};

/* A member of a step's body besides the state token. */
struct authn_field {
	const char *key; /* "passCode", "answer", "oldPassword" … */
	const struct secret *value;
};

/* Takes len bytes of a 200 apart. 0; or -1 with ERROR_PROTOCOL where it is no
 * JSON object with a status, or one that is an error at the same time. *a is
 * emptied first; api_auth_clear() frees it in any case. */
int api_auth_parse(
    const char *body, size_t len, struct authn_answer *a, struct error *e);
/* Sends login and password, once. 0 where Okta answered with a state; else -1,
 * and *e has the kind and HTTP status as http_send() and http_error() give
 * them; ERROR_CONFIG with status 0 and nothing sent where the password can not
 * be put into JSON. */
int api_auth_password(int channel, const struct authn_manner *m,
    const char *login, const struct secret *password, struct authn_answer *a,
    struct error *e);
/* One more step of the transaction *a, which the new answer replaces; factor
 * is the id of one, or NULL. 0; -1 as above, *a stays and told (cap bytes)
 * has what Okta says to people, or "". */
int api_auth_step(int channel, const struct authn_manner *m,
    enum authn_step step, const char *factor, const struct authn_field *fields,
    size_t nfields, struct authn_answer *a, char *told, size_t cap,
    struct error *e);
/* Gives a transaction up (POST cancel), as far as that works; empties the state
 * token. Does nothing without one. */
void api_auth_cancel(
    int channel, const struct authn_manner *m, struct authn_answer *a);
void api_auth_clear(struct authn_answer *a);

/* api_auth_factor.c: the factors and the policy of an answer. 0; -1 where they
 * are malformed. */
int api_auth_factors(
    struct json_object *embedded, struct authn_answer *a, struct error *e);
/* What passwords must be (policy.complexity), and when this one expires. */
void api_auth_policy(struct json_object *embedded, struct authn_answer *a);

#endif
