/*
 * What the flows by an OIDC app share: asking the token endpoint, waiting for
 * somebody to answer elsewhere, and the one way from its tokens to the gate.
 */
#ifndef OKTAD_FLOW_OIDC_H
#define OKTAD_FLOW_OIDC_H

#include "api_oidc.h"
#include "flow.h"

/* Where a flow stands when Okta says something, for what a refusal means. */
enum oidc_phase {
	OIDC_AT_FIRST, /* a first proof was sent, nothing is proven */
	OIDC_AT_BEGIN, /* nothing but a name was sent */
	OIDC_AT_FACTOR, /* Okta has accepted a first proof */
	OIDC_PHASE_COUNT
};

/* The accepting answer of each of them, in words: one with an ID token. */
#define FLOW_OIDC_ACCEPTS                                                      \
	"HTTP 200, JSON, no error, an ID token of the issuer for this client " \
	"and of now, the bound user id"

/* What the token endpoint's answers lead to, by enum oidc_result, where a
 * factor may follow (okta-api.md 3.2 to 3.4). */
extern const struct flow_state flow_oidc_states[OIDC_RESULT_COUNT];

/* A flow by the app, from its first request to its last. */
struct flow_oidc {
	const struct flow *flow;
	struct login *login;
	struct flow_end *end;
	enum oidc_phase phase;
	struct secret mfa_token; /* of the last mfa_required */
	char base[96];
};

/* A whole login in which nothing is typed before there is something to begin
 * with: where there is an app, and nothing speaks against it, begin(). */
void flow_oidc_run(const struct flow *flow, struct login *l,
    struct flow_end *end, void (*begin)(struct flow_oidc *f));
/* Begins; the caller ends it. 0, or -1 and the end: no client, not entitled. */
int flow_oidc_open(struct flow_oidc *f, const struct flow *flow,
    struct login *l, struct flow_end *end);
void flow_oidc_close(struct flow_oidc *f);
/* Whom to ask, and for how long; timeout_ms 0: there is no time left. */
struct oidc_manner flow_oidc_manner(const struct flow_oidc *f);

/* One request to the token endpoint. Its result, *a filled, which the caller
 * clears; OIDC_OTHER: the login has ended. After a state that proves something
 * the phase is OIDC_AT_FACTOR and the mfa_token has moved to f. */
enum oidc_result flow_oidc_token(struct flow_oidc *f, const char *grant,
    const struct oidc_field *fields, size_t n, struct oidc_answer *a);
/* The same again and again, every interval_s seconds by Okta's rules, until
 * somebody has answered or the time is over. wait_first: not at once. */
enum oidc_result flow_oidc_poll(struct flow_oidc *f, const char *grant,
    const struct oidc_field *fields, size_t n, uint32_t interval_s,
    int wait_first, struct oidc_answer *a);
/* Where that answer leads by the flow's table. Tokens: accepts where they are
 * this person's and show what the service demands, else denies. One more
 * factor: asks for it. Anything else, but OIDC_OTHER, is a denial. */
void flow_oidc_judge(struct flow_oidc *f, const struct oidc_answer *a);
/* The denial that an answer means. */
void flow_oidc_refuse(struct flow_oidc *f, const struct oidc_answer *a);
/* A request that had no answer of OAuth's is one, too. */
void flow_oidc_fail(struct flow_oidc *f, const struct error *e);

/* flow_direct_factor.c. Okta wants one more: asks which, has it verified, and
 * ends the login. */
void flow_direct_factor(struct flow_oidc *f);
/* What is out of band has begun: shows or asks for what belongs to it, and
 * goes on with grant until there is a result, as flow_oidc_poll(). */
enum oidc_result flow_direct_oob(struct flow_oidc *f, const char *grant,
    enum proof_kind kind, const struct oidc_oob *oob, struct oidc_answer *a);
/* "push", "sms", "voice"; NULL: nothing out of band. */
const char *flow_direct_channel(enum proof_kind kind);
/* The kinds that direct authentication has, sorted for this service, without
 * those that were verified in this login. */
size_t flow_direct_choices(
    const struct login *l, struct flow_choice choices[FLOW_CHOICES_MAX]);

#endif
