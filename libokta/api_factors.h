/*
 * The Factors API (okta-api.md 4): verifies a factor of a person who is known
 * already. It looks at no policy, and wants a credential that may change
 * people; see factors_api in okta.conf(5).
 */
#ifndef OKTA_API_FACTORS_H
#define OKTA_API_FACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "http.h"
#include "json.h"
#include "proof.h"
#include "secret.h"

enum { FACTORS_MAX = 9, FACTOR_TRANSACTION_MAX = 128 };

struct factor {
	char id[JSON_ID_MAX + 1];
	enum proof_kind kind;
	char name[48]; /* of the device, made printable; or "" */
};

/* factorResult and what stands for it. Only a 200 with SUCCESS is one. */
enum factor_result {
	FACTOR_OTHER = 0,
	FACTOR_SUCCESS,
	FACTOR_WAITING, /* for the phone */
	FACTOR_CHALLENGE, /* a code was sent */
	FACTOR_REJECTED,
	FACTOR_TIMEOUT,
	FACTOR_FAILED, /* any other word that is known */
	FACTOR_RESULT_COUNT
};

struct factor_answer {
	enum factor_result result;
	char word[48]; /* as sent, made printable */
	char show[8]; /* a number to tap, or "" */
	char transaction[FACTOR_TRANSACTION_MAX + 1]; /* FACTOR_WAITING */
	char request_id[48];
};

struct factor_manner {
	int channel;
	const char *user_id;
	const char *forwarded_for; /* numeric, or NULL */
	uint32_t timeout_ms;
};

/* Active factors that a terminal can verify, at most FACTORS_MAX. 0 and *n, or
 * -1 with *e as http_send() and http_error() give it. */
int api_factors_list(const struct factor_manner *m,
    struct factor list[FACTORS_MAX], size_t *n, struct error *e);
/* Begins (code NULL) or verifies a code of letters and digits. 0 where Okta
 * answered with a result; -1 and *e, also for a wrong code (E0000068). */
int api_factors_verify(const struct factor_manner *m, const struct factor *f,
    const struct secret *code, struct factor_answer *a, struct error *e);
/* Asks how a push stands. */
int api_factors_poll(const struct factor_manner *m, const struct factor *f,
    const char *transaction, struct factor_answer *a, struct error *e);
/* Takes a push back that nobody waits for any more; what Okta says to it, helps
 * nobody. */
void api_factors_cancel(const struct factor_manner *m, const struct factor *f,
    const char *transaction);

/* From bytes that are there; pure. */
int factors_take_list(const char *body, size_t len,
    struct factor list[FACTORS_MAX], size_t *n, struct error *e);
int factors_take_answer(int status, const char *body, size_t len,
    struct factor_answer *a, struct error *e);

#endif
