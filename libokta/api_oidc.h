/*
 * Logging people in by an OIDC app: direct authentication and the device grant
 * (okta-api.md 3). What an answer says becomes typed values here; what it
 * means for a login is decided by the flow. oktad-net adds the app's own
 * credential. Nothing here is ever sent twice.
 */
#ifndef OKTA_API_OIDC_H
#define OKTA_API_OIDC_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "http.h"
#include "id_token.h"
#include "secret.h"

/* Ours and no more: who somebody is. */
#define OIDC_SCOPE "openid"
#define OIDC_GRANT_PASSWORD "password"
#define OIDC_GRANT_OTP "urn:okta:params:oauth:grant-type:otp"
#define OIDC_GRANT_OOB "urn:okta:params:oauth:grant-type:oob"
#define OIDC_GRANT_MFA_OTP "http://auth0.com/oauth/grant-type/mfa-otp"
#define OIDC_GRANT_MFA_OOB "http://auth0.com/oauth/grant-type/mfa-oob"
#define OIDC_GRANT_DEVICE "urn:ietf:params:oauth:grant-type:device_code"

/* What the token endpoint said. Only a 200 with a good ID token is TOKENS. */
enum oidc_result {
	OIDC_OTHER = 0, /* none of these: word and error say what */
	OIDC_TOKENS,
	OIDC_MFA_REQUIRED, /* what was sent is right, and not enough */
	OIDC_PENDING, /* nobody has answered yet */
	OIDC_SLOW_DOWN, /* the same, and 5 s more between polls */
	OIDC_WRONG, /* invalid_grant: wrong, refused, used up */
	OIDC_DENIED, /* access_denied: policy, not assigned, expired */
	OIDC_EXPIRED, /* expired_token, of the device grant */
	OIDC_LIMITED, /* 429: not looked at */
	OIDC_SETTINGS, /* the app or okta.conf must be changed */
	OIDC_RESULT_COUNT
};

struct oidc_answer {
	enum oidc_result result;
	int status;
	char word[48]; /* the error as sent, made printable */
	char said[256]; /* error_description, likewise */
	struct secret mfa_token;
	struct id_token id; /* OIDC_TOKENS */
	char request_id[48];
};

/* How a number gets from one screen to the other. */
enum oidc_binding {
	OIDC_BINDING_NONE, /* the person approves, that is all */
	OIDC_BINDING_SHOW, /* "transfer": the person taps the code we show */
	OIDC_BINDING_ASK /* "prompt": we ask for the code they were sent */
};

struct oidc_oob {
	struct secret code;
	enum oidc_binding binding;
	char show[16]; /* OIDC_BINDING_SHOW: digits */
	uint32_t expires_s, interval_s;
	char request_id[48];
};

struct oidc_device {
	struct secret code;
	char user_code[32];
	char uri[256], uri_complete[320]; /* https; the second may be "" */
	uint32_t expires_s, interval_s;
	char request_id[48];
};

/* Whom to ask, and as whom. */
struct oidc_manner {
	int channel;
	const char *base; /* conf_oidc_base() */
	const char *issuer, *client_id;
	const char *forwarded_for; /* numeric, or NULL */
	uint32_t timeout_ms;
};

/* A parameter of a form. */
struct oidc_field {
	const char *name, *bytes;
	size_t len;
};

/* One request to the token endpoint: grant and n fields; the scope is added
 * but for the device grant. 0 where Okta answered in the words of OAuth; -1
 * with *e as http_send() and http_error() give it, ERROR_PROTOCOL where the
 * answer breaks a rule. a is emptied first; oidc_clear() in any case. */
int api_oidc_token(const struct oidc_manner *m, const char *grant,
    const struct oidc_field *fields, size_t n, struct oidc_answer *a,
    struct error *e);
/* Begins an out-of-band factor by channel "push", "sms" or "voice": after
 * mfa_required with its token, or for a login with no proof before. 0 and
 * *oob; 1 and *a where Okta refused in words of OAuth; -1 and *e. */
int api_oidc_challenge(const struct oidc_manner *m,
    const struct secret *mfa_token, const char *channel, struct oidc_oob *oob,
    struct oidc_answer *a, struct error *e);
int api_oidc_primary(const struct oidc_manner *m, const char *login,
    const char *channel, struct oidc_oob *oob, struct oidc_answer *a,
    struct error *e);
/* Begins a device grant, likewise. */
int api_oidc_device(const struct oidc_manner *m, struct oidc_device *d,
    struct oidc_answer *a, struct error *e);

void oidc_clear(struct oidc_answer *a);
void oidc_oob_clear(struct oidc_oob *oob);
void oidc_device_clear(struct oidc_device *d);

/* api_oidc_answer.c: the same from answers that are there; pure. */
int oidc_take_token(const struct http_response *res,
    const struct id_token_wanted *wanted, struct oidc_answer *a,
    struct error *e);
/* An answer that is no 200. 0 where it has a word of OAuth. */
int oidc_take_error(const struct http_response *res, const char *what,
    struct oidc_answer *a, struct error *e);
/* channel: what was asked for. is_mfa: of /challenge. */
int oidc_take_oob(const char *body, size_t len, const char *channel, int is_mfa,
    struct oidc_oob *oob, struct error *e);
int oidc_take_device(
    const char *body, size_t len, struct oidc_device *d, struct error *e);

#endif
