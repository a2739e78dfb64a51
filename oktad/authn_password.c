/* Passwords that have expired, or will soon (okta-api.md 2.7). */
#include <stdio.h>
#include <string.h>

#include "flow_authn.h"

enum { TRIES = 3 };

/* A new one, typed twice. AUTHN_REFUSED: the two differ. */
static enum authn_go
ask_new(struct authn *t, struct secret *new, struct flow_end *end)
{
	static const char where[] = "at the prompt for a new password";
	struct secret again = {0};
	enum authn_go go;

	go = authn_ask(t, PROMPT_HIDDEN, "New password: ", where, new, end);
	if (go == AUTHN_GO && new->len == 0) {
		strcpy(t->note, "A password can not be empty.");
		return AUTHN_REFUSED;
	}
	if (go == AUTHN_GO)
		go = authn_ask(t, PROMPT_HIDDEN, "New password again: ", where,
		    &again, end);
	if (go == AUTHN_GO &&
	    (new->len != again.len ||
		memcmp(new->bytes, again.bytes, new->len) != 0)) {
		strcpy(t->note, "The two are not the same.");
		go = AUTHN_REFUSED;
	}
	secret_clear(&again);
	return go;
}

/* E0000014 and E0000080: the policy does not like it (okta-api.md 2.7). */
static int
is_policy(const struct error *e)
{
	return strcmp(e->okta_code, "E0000014") == 0 ||
	    strcmp(e->okta_code, "E0000080") == 0;
}

static enum authn_go
change(struct authn *t, struct flow_end *end)
{
	struct secret new = {0};
	const struct authn_field fields[] = {
	    {"oldPassword", &t->l->password}, {"newPassword", &new}};
	enum authn_go go = AUTHN_REFUSED;

	for (int i = 0; i < TRIES && go == AUTHN_REFUSED; i++) {
		go = ask_new(t, &new, end);
		if (go != AUTHN_GO)
			continue;
		go = authn_send(t, AUTHN_CHANGE_PASSWORD, NULL, fields, 2, end);
		if (go == AUTHN_REFUSED && !is_policy(&t->e))
			go = authn_fail(t, 0, end);
		else if (go == AUTHN_REFUSED)
			snprintf(t->note, sizeof(t->note), "%s",
			    t->told[0] != '\0' ? t->told
					       : "Okta did not take it.");
	}
	secret_clear(&new);
	if (go != AUTHN_REFUSED)
		return go;
	flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
	    "password right, but no new one that Okta takes");
	flow_say(t->l, end, "%s Your password was not changed.", t->note);
	return AUTHN_END;
}

enum authn_go
authn_expired(struct authn *t, struct flow_end *end)
{
	/* Nothing is changed in a login that can not succeed any more: Okta
	 * asks for factors first (okta-api.md 2.4). */
	int is_in_vain =
	    t->l->person->factor != FACTOR_OKTA && t->l->verified == 0;

	if (!t->a.can_change || is_in_vain) {
		flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
		    "password right, but expired, and %s",
		    is_in_vain ? "no second factor was asked for"
			       : "Okta sends people to another place to "
				 "change it");
		flow_say(t->l, end,
		    "Your Okta password has expired. Change it at %s, then "
		    "log in again.",
		    t->l->person->url);
		return AUTHN_END;
	}
	snprintf(t->note, sizeof(t->note),
	    "Your Okta password has expired. Choose a new one%s%s.",
	    t->a.rules[0] != '\0' ? ": " : "", t->a.rules);
	return change(t, end);
}

/* Not everybody can be asked: sshd's password method would answer with the
 * password, and the login would fail until the password has expired. */
static enum authn_go
wants_change(struct authn *t, struct flow_end *end)
{
	struct secret answer = {0};
	char text[160];
	enum authn_go go;
	int is_yes;

	snprintf(text, sizeof(text),
	    "Your Okta password expires in %d %s. Change it now? [y/N] ",
	    t->a.expires_in_days, t->a.expires_in_days == 1 ? "day" : "days");
	go = authn_ask(t, PROMPT_ECHO, text, "at the offer of a new password",
	    &answer, end);
	is_yes = answer.len > 0 &&
	    (answer.bytes[0] == 'y' || answer.bytes[0] == 'Y');
	secret_clear(&answer);
	if (go == AUTHN_GO && !is_yes)
		return AUTHN_REFUSED;
	return go;
}

enum authn_go
authn_warned(struct authn *t, struct flow_end *end)
{
	enum authn_go go = AUTHN_REFUSED;
	char text[320];

	if (t->a.expires_in_days < 0)
		t->a.expires_in_days = 0;
	if (t->a.can_change && (t->has_answered || t->l->talk->is_terminal)) {
		go = wants_change(t, end);
		if (go == AUTHN_GO)
			return change(t, end);
	} else {
		snprintf(text, sizeof(text),
		    "Your Okta password expires in %d days. Change it at %s",
		    t->a.expires_in_days, t->l->person->url);
		talk_info(t->l->talk, text);
	}
	if (go != AUTHN_REFUSED)
		return go;
	go = authn_send(t, AUTHN_SKIP, NULL, NULL, 0, end);
	return go == AUTHN_REFUSED ? authn_fail(t, 0, end) : go;
}
