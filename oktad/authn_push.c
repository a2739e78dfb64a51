/*
 * Okta Verify asks on the phone (okta-api.md 2.6). Sent once the password is
 * accepted and oktad has written it down; asked about until the person answers
 * there, gives up here, or the time is over. What the phone says after that,
 * nobody hears.
 */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow_authn.h"

enum {
	FAST_MS = 2000, /* between two questions, the first ones */
	SLOW_MS = 3000,
	FAST_COUNT = 5
};

/* The number stands in a prompt that is answered: sshd shows everything else
 * too late (T31). */
static enum authn_go
show_number(struct authn *t, struct flow_end *end)
{
	struct secret answer = {0};
	char text[160];
	enum authn_go go;

	snprintf(text, sizeof(text),
	    "Tap %s in Okta Verify on your phone, then press Enter here: ",
	    t->a.number);
	go = authn_ask(
	    t, PROMPT_ECHO, text, "at the number to tap", &answer, end);
	secret_clear(&answer);
	return go;
}

/* Until the next question. Okta's own word for it comes with a 429. */
static enum authn_go
wait_a_while(struct authn *t, unsigned int count, unsigned int retry_s,
    struct flow_end *end)
{
	uint32_t ms = count < FAST_COUNT ? FAST_MS : SLOW_MS;
	int r;

	if (retry_s > 0)
		ms = retry_s < 600 ? retry_s * 1000 : 600000;
	r = talk_wait(t->l->talk, ms);
	if (r == OKTA_OK)
		return AUTHN_GO;
	flow_deny_talk(
	    t->l, end, authn_outcome(t), r, "while the push request waited");
	flow_say(t->l, end, "Nobody answered the push request in time.");
	return AUTHN_END;
}

static enum authn_go
wait_for_phone(
    struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	enum authn_step step = authn_verify_step(t);
	char shown[sizeof(t->a.number)] = "";
	unsigned int retry_s = 0;
	enum authn_go go = AUTHN_GO;

	for (unsigned int n = 0; t->a.state == AUTHN_MFA_CHALLENGE &&
	     t->a.result == AUTHN_RESULT_WAITING;
	     n++) {
		if (t->a.number[0] != '\0' && strcmp(t->a.number, shown) != 0) {
			memcpy(shown, t->a.number, sizeof(shown));
			go = show_number(t, end);
		} else {
			go = wait_a_while(t, n, retry_s, end);
		}
		if (go != AUTHN_GO)
			return go;
		retry_s = 0;
		go = authn_send(t, step, f, NULL, 0, end);
		if (go == AUTHN_REFUSED && t->e.http_status == 429)
			retry_s = t->e.retry_s > 0 ? t->e.retry_s : 1;
		else if (go != AUTHN_GO)
			return go;
	}
	return AUTHN_GO;
}

enum authn_go
authn_push(struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	struct login_refusal refusal;
	char text[160];
	enum authn_go go;

	if (flow_leave_to_send(t->l, PROOF_PUSH, 0, &refusal) != 0) {
		snprintf(t->note, sizeof(t->note),
		    "No push request was sent: %.200s.", refusal.why);
		return AUTHN_REFUSED;
	}
	go = authn_send(t, authn_verify_step(t), f, NULL, 0, end);
	if (go == AUTHN_GO && t->a.result == AUTHN_RESULT_WAITING) {
		snprintf(
		    text, sizeof(text), "Sent: %s. Waiting for it …", f->name);
		talk_info(t->l->talk, text);
		go = wait_for_phone(t, f, end);
	}
	if (go == AUTHN_REFUSED)
		return authn_fail(t, 0, end);
	if (go != AUTHN_GO || t->a.state != AUTHN_MFA_CHALLENGE)
		return go;
	if (t->a.result == AUTHN_RESULT_TIMEOUT) {
		strcpy(t->note, "Nobody answered the push request in time.");
		return AUTHN_REFUSED;
	}
	/* A no ends the login, and nothing is sent for a while (T34). */
	flow_deny(t->l, end,
	    t->a.result == AUTHN_RESULT_REJECTED ? OUTCOME_SAID_NO
						 : authn_outcome(t),
	    VERDICT_DENY, "password right, but the push request %s",
	    t->a.result == AUTHN_RESULT_REJECTED ? "was refused on the phone"
						 : "failed at Okta's side");
	flow_say(t->l, end, "The push request was not approved.");
	return AUTHN_END;
}
