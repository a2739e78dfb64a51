/*
 * The ways a login can go, one row each. A flow holds the conversation, asks
 * Okta, and says how it ended; it is the only thing in the whole product that
 * can say yes, and each flow has exactly one edge to it: its one call of
 * flow_accept().
 */
#ifndef OKTAD_FLOW_H
#define OKTAD_FLOW_H

#include "json.h"
#include "login_link.h"
#include "login_talk.h"
#include "proof.h"

/* One login as a flow sees it. */
struct login {
	const struct slice_person *person;
	struct talk *talk;
	struct login_link *link;
	char refusal[160]; /* not "": converse as usual, then deny */
	struct secret password; /* what was typed; login.c wipes it */
	struct secret session_token; /* of an accepted login, where oktad wants
					it; login.c wipes it */
	int channel; /* to oktad-net once the try is charged, else -1 */
	int has_first; /* Okta has accepted a first proof */
	unsigned int verified; /* bits 1 << enum proof_kind: the factors that
				  Okta accepted in this very login */
};

struct flow_end {
	enum login_outcome outcome;
	enum verdict_code verdict;
	int is_late; /* a first proof was accepted: the denial need not wait */
	char reason[640]; /* for the journal and oktactl */
	const char *text; /* for the person, or NULL; only where is_late */
	char said[256]; /* text may point here */
	char factors[64]; /* what was proven */
	char okta_code[12], okta_request[48];
};

/* Where a state of Okta's leads to. */
enum flow_edge { FLOW_DENY = 0, FLOW_ON, FLOW_ACCEPT };

struct flow_state {
	const char *word; /* as Okta says it */
	enum flow_edge edge;
	int proves; /* Okta has accepted a first proof to get there */
	const char *reason; /* of a denial: for the journal */
	const char *text; /* for the person, only where a first proof was
			     accepted; the org's URL follows */
};

struct flow {
	const char *name;
	const char *accepts; /* the one accepting state, in words */
	void (*run)(struct login *l, struct flow_end *end);
	/* What the flow goes by: exactly one of them is FLOW_ACCEPT; any other
	 * word is a denial. */
	const struct flow_state *states;
	size_t nstates;
};

/* By enum conf_flow; NULL where there is no such flow. */
const struct flow *flow_find(enum conf_flow flow);
/* The one for a second factor alone (OP_SECOND_FACTOR); NULL where this service
 * has none. */
const struct flow *flow_find_second(const struct slice_person *p);

/* A bit of verified: what Okta asked for in a browser, whatever that was. */
enum { FLOW_BROWSER = 1 << PROOF_COUNT };

/* flow_accept.c. The gate that all flows end at: user_id is that of the answer
 * with which Okta said yes. Accepts where it is the bound id, a try was
 * charged, nothing speaks against the login (refusal), and, with factor =
 * required, a factor was verified in this very login; else denies. Where oktad
 * has given grace, the proof of the session stands for try and factor. */
void flow_accept(struct login *l, const char *user_id, struct flow_end *end);

/* flow_step.c: what flows have in common. */

/* Ends the login as a denial; what end knows of Okta's answer stays. The texts
 * are printf-like and for the journal. */
void flow_deny(const struct login *l, struct flow_end *end,
    enum login_outcome outcome, enum verdict_code verdict, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* What Okta has accepted, in words, into end->factors. */
void flow_name_proofs(const struct login *l, struct flow_end *end);
/* The denial that a code of talk_ask() or talk_wait() means; outcome is what
 * has been tried until then, where is "at the password prompt". */
void flow_deny_talk(const struct login *l, struct flow_end *end,
    enum login_outcome outcome, int code, const char *where);
/* What the person is told beside a denial, printf-like: only where a first
 * proof was accepted, else nothing. */
void flow_say(const struct login *l, struct flow_end *end, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The password, from the first frame or by asking, into l->password. 0; or -1
 * and the end: given up, empty, or l->refusal. */
int flow_take_password(struct login *l, struct flow_end *end);
/* Leave for one try: 0 and a channel to oktad-net in l->channel; -1 and the
 * end. */
int flow_charge(struct login *l, struct flow_end *end);
/* The last answer was wrong: leave for one more. 0; -1 and the end. */
int flow_charge_again(struct login *l, struct flow_end *end);
/* Leave to have Okta send something. 0, -1 and *refusal: the flow may offer
 * another kind. Not before a first proof, unless the person has chosen it at a
 * prompt (is_chosen). */
int flow_leave_to_send(struct login *l, enum proof_kind kind, int is_chosen,
    struct login_refusal *refusal);
/* The client's address for X-Forwarded-For, where the admin wants Okta to be
 * told; or NULL. */
const char *flow_forwarded_for(const struct login *l);
/* Milliseconds for one request, at most max, so that an answer by then can
 * still be told; 0: no time is left. */
uint32_t flow_time_ms(const struct login *l, uint32_t max);
/* The same for the request that takes back what Okta was asked: never 0, for
 * behind the deadline nobody waits for a verdict, and oktad still does. */
uint32_t flow_cancel_ms(const struct login *l);

/* One way to go on. */
struct flow_choice {
	enum proof_kind kind;
	char name[96]; /* "push to Ada's phone": foreign text is filtered */
};

enum { FLOW_CHOICES_MAX = 9 };

/* Sorts the choices by the service's `factors`, and leaves out what is not
 * there: the number that is left. kept[i] is where choice i has been. */
size_t flow_sort(const struct login *l, struct flow_choice *choices, size_t n,
    size_t kept[FLOW_CHOICES_MAX]);
/* Asks which of n choices, in an echoed prompt with numbers; the first one is
 * the default; a word of a kind does as well. One choice is not asked for.
 * OKTA_OK and *which; codes of talk_ask(); OKTA_ABSENT after three answers
 * that name none. */
int flow_choose(struct login *l, const char *intro,
    const struct flow_choice *choices, size_t n, size_t *which);
/* Six to eight digits, spaces around them left out (T103). 0, or -1: not a
 * code, not to be sent. */
int flow_take_code(struct secret *answer);

/* flow_session.c: for a person who has grace. */
void flow_session_run(struct login *l, struct flow_end *end);

/* The flows, each in a file of its name; see flow_authn.h, flow_oidc.h. */
extern const struct flow flow_authn, flow_direct, flow_device, flow_second,
    flow_factors;

#endif
