/*
 * The Sessions API (okta-api.md 7.4): an Okta session is made from the session
 * token of a login, looked up, refreshed and ended. Its id is a web cookie: a
 * secret, and in no text of an error, although Okta's own texts have it.
 */
#ifndef OKTA_API_SESSION_H
#define OKTA_API_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "http.h"
#include "internal.h"
#include "json.h"
#include "secret.h"

struct api_session {
	struct secret id;
	char user_id[JSON_ID_MAX + 1];
	char login[256]; /* "" where it is not said */
	char status[32];
	int is_active; /* status ACTIVE: nothing more is asked for */
	int64_t created, expires; /* Unix seconds; created 0: not said */
	uint32_t life_s; /* from the answer on */
	/* For people to read; "" and 0: not said. */
	char amr[128]; /* words */
	char idp_id[JSON_ID_MAX + 1], idp_type[32];
	int64_t password_at, factor_at; /* last proven */
	int has_mfa; /* a second factor is enrolled */
	char request_id[48]; /* of the answer */
};

/* One request, sent once. value is the session token (MAKE), else the id. *s is
 * empty but for GOOD, and of END then has nothing but request_id;
 * api_session_clear() frees it. *e says where it is not GOOD. */
enum okta_session_result api_session_ask(int channel,
    enum http_credential credential, enum okta_session_do what,
    const struct secret *value, struct api_session *s, struct error *e);
/* Takes len bytes of a 200 apart, that came at now (Unix seconds of Okta's
 * clock; 0: unknown, then it is of no use). 0, -1. */
int api_session_parse(const char *body, size_t len, uint64_t now,
    struct api_session *s, struct error *e);
void api_session_clear(struct api_session *s);

#endif
