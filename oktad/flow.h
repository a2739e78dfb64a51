/*
 * The ways a login can go, one row each. A flow holds the conversation, asks
 * Okta, and says how it ended; it is the only thing in the whole product that
 * can say yes, and each flow has exactly one edge to it.
 */
#ifndef OKTAD_FLOW_H
#define OKTAD_FLOW_H

#include "api_auth.h"
#include "login_link.h"
#include "login_talk.h"

/* One login as a flow sees it. */
struct login {
	const struct slice_person *person;
	struct talk *talk;
	struct login_link *link;
	char refusal[160]; /* not "": converse as usual, then deny */
};

struct flow_end {
	enum login_outcome outcome;
	enum verdict_code verdict;
	int is_late; /* a first proof was accepted: the denial need not wait */
	char reason[640];	  /* for the journal and oktactl */
	const char *text;	  /* for the person, or NULL */
	char factors[64];	  /* what was proven */
	char okta_code[12], okta_request[48];
};

struct flow {
	const char *name;
	const char *accepts; /* the one accepting state, in words */
	void (*run)(struct login *l, struct flow_end *end);
};

/* By enum conf_flow; NULL where there is no such flow. */
const struct flow *flow_find(enum conf_flow flow);

/* flow_authn.c */
void flow_authn_run(struct login *l, struct flow_end *end);
/* What an answer of Okta's means for this person: pure. */
void flow_authn_judge(const struct authn_answer *a, const char *bound_id,
    enum conf_factor factor, struct flow_end *end);
/* What it means that there is no answer with a state: pure. */
void flow_authn_judge_error(const struct error *e, struct flow_end *end);

#endif
