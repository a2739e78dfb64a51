/*
 * Login by /api/v1/authn (okta-api.md 2), as its files share it. A transaction
 * goes from state to state; each step of ours is one request, and its answer
 * the next state. The states are rows of one table (flow_authn.c), the factors
 * rows of another (authn_factor.c).
 */
#ifndef OKTAD_FLOW_AUTHN_H
#define OKTAD_FLOW_AUTHN_H

#include "api_auth.h"
#include "flow.h"

struct authn {
	struct login *l;
	struct authn_manner manner;
	struct authn_answer a; /* the newest one */
	struct error e; /* of the newest refusal */
	char told[256]; /* what Okta said to people with it */
	char note[320]; /* what the next prompt begins with, or "" */
	int has_answered; /* an echoed prompt: more can be asked */
	int is_wrong; /* the last code sent was, and is charged; the next one
			 needs leave of its own */
};

/* How a step ended. */
enum authn_go {
	AUTHN_END = -1, /* the end is filled */
	AUTHN_GO = 0, /* the transaction has a new state */
	AUTHN_REFUSED = 1, /* authn_send: Okta said no, see e; of a factor:
			      another one may be chosen, see note */
};

/* flow_authn.c: begins a transaction. authn_end() closes it, at Okta's side,
 * too. */
void authn_begin(struct authn *t, struct login *l);
void authn_end(struct authn *t);
/* 1: the answer to the password is about this person, or about nobody. 0:
 * somebody else's is no answer (T19), and the end is filled. */
int authn_is_about(const struct authn *t, struct flow_end *end);
/* From state to state, until the end is filled. */
void authn_run(struct authn *t, struct flow_end *end);

/* authn_step.c. One request. AUTHN_GO: its answer is about this person.
 * AUTHN_REFUSED: e, told. AUTHN_END: no time, somebody else, or the client has
 * gone. f is the factor of a verify or resend, else NULL. */
enum authn_go authn_send(struct authn *t, enum authn_step step,
    const struct authn_factor *f, const struct authn_field *fields,
    size_t nfields, struct flow_end *end);
/* The denial that a refusal (e) means after the first proof; sent: what was
 * typed was in that request. Always AUTHN_END. */
enum authn_go authn_fail(struct authn *t, int sent, struct flow_end *end);
/* The first answer was none: what it means. */
void authn_fail_first(struct authn *t, struct flow_end *end);
/* What has been tried until now, for a denial that is no error of Okta's. */
enum login_outcome authn_outcome(const struct authn *t);
/* Asks with t->note in front, and empties that. AUTHN_GO; AUTHN_END: given up,
 * or answered with the password, which must never be sent as something else. */
enum authn_go authn_ask(struct authn *t, enum prompt_kind kind,
    const char *text, const char *where, struct secret *answer,
    struct flow_end *end);
/* 1: the next state takes what the device remembers into account. */
enum authn_step authn_verify_step(const struct authn *t);

/* authn_factor.c: MFA_REQUIRED and MFA_CHALLENGE. */
enum authn_go authn_required(struct authn *t, struct flow_end *end);
enum authn_go authn_challenged(struct authn *t, struct flow_end *end);
/* authn_enroll.c: MFA_ENROLL. */
enum authn_go authn_enroll(struct authn *t, struct flow_end *end);
/* authn_password.c: PASSWORD_EXPIRED, PASSWORD_WARN. */
enum authn_go authn_expired(struct authn *t, struct flow_end *end);
enum authn_go authn_warned(struct authn *t, struct flow_end *end);

/* A kind of factor: AUTHN_GO where it was accepted. authn_push.c … */
typedef enum authn_go authn_kind_fn(
    struct authn *t, const struct authn_factor *f, struct flow_end *end);
authn_kind_fn authn_push, authn_totp, authn_token, authn_yubikey, authn_message,
    authn_question;

/* authn_code.c: how something typed is asked for. */
struct authn_code {
	const char *prompt;
	enum prompt_kind kind;
	const char *key; /* member of the request */
	int (*check)(struct secret *answer); /* 0: may be sent; it may trim */
	const char *unfit; /* what is said where it may not */
	int can_resend;
};
/* Asks, sends, and asks again, three times at most. */
enum authn_go authn_try_code(struct authn *t, const struct authn_factor *f,
    const struct authn_code *c, struct flow_end *end);

#endif
