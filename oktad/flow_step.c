/* What flows have in common: proofs, leave, and words for a denial. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow.h"

enum {
	RESERVE_MS = 1000,
	CANCEL_MS = 3000,
	LATE_CANCEL_MS = 2000 /* less than the worker's life (login.c) */
};

void
flow_name_proofs(const struct login *l, struct flow_end *end)
{
	size_t len = 0;

	end->factors[0] = '\0';
	if ((l->verified & FLOW_BROWSER) != 0)
		len = (size_t)snprintf(
		    end->factors, sizeof(end->factors), "browser");
	if (l->has_first && l->password.bytes != NULL)
		len = (size_t)snprintf(
		    end->factors, sizeof(end->factors), "password");
	for (int i = 0; i < PROOF_COUNT && len < sizeof(end->factors); i++) {
		if ((l->verified & 1U << i) != 0)
			len += (size_t)snprintf(end->factors + len,
			    sizeof(end->factors) - len, "%s%s",
			    len > 0 ? " " : "", proof_word((enum proof_kind)i));
	}
}

void
flow_deny(const struct login *l, struct flow_end *end,
    enum login_outcome outcome, enum verdict_code verdict, const char *fmt, ...)
{
	va_list ap;

	end->outcome = outcome;
	end->verdict = verdict;
	end->is_late = l->has_first;
	end->text = NULL;
	flow_name_proofs(l, end);
	va_start(ap, fmt);
	vsnprintf(end->reason, sizeof(end->reason), fmt, ap);
	va_end(ap);
}

void
flow_say(const struct login *l, struct flow_end *end, const char *fmt, ...)
{
	va_list ap;

	if (!l->has_first)
		return;
	va_start(ap, fmt);
	vsnprintf(end->said, sizeof(end->said), fmt, ap);
	va_end(ap);
	end->text = end->said;
}

void
flow_deny_talk(const struct login *l, struct flow_end *end,
    enum login_outcome outcome, int code, const char *where)
{
	if (code == OKTA_CLOSED)
		flow_deny(l, end, outcome, VERDICT_DENY, "given up %s", where);
	else if (code == OKTA_TIME)
		flow_deny(l, end, outcome, VERDICT_DENY,
		    "the deadline passed %s", where);
	else
		flow_deny(l, end, outcome, VERDICT_DENY,
		    "the client broke the protocol %s", where);
}

int
flow_take_password(struct login *l, struct flow_end *end)
{
	int r = OKTA_OK;

	if (l->talk->password.bytes != NULL)
		secret_move(&l->password, &l->talk->password);
	else
		r = talk_ask(
		    l->talk, PROMPT_PASSWORD, "Password: ", &l->password);
	if (r != OKTA_OK)
		flow_deny_talk(
		    l, end, OUTCOME_NOT_TRIED, r, "at the password prompt");
	else if (l->refusal[0] != '\0')
		flow_deny(
		    l, end, OUTCOME_NOT_TRIED, VERDICT_DENY, "%s", l->refusal);
	else if (l->password.len == 0)
		flow_deny(l, end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "the password is empty");
	else
		return 0;
	return -1;
}

int
flow_charge(struct login *l, struct flow_end *end)
{
	struct login_refusal refusal;

	l->channel = login_link_charge(l->link, l->talk->rhost, &refusal);
	if (l->channel >= 0)
		return 0;
	flow_deny(
	    l, end, OUTCOME_NOT_TRIED, refusal.verdict, "%s", refusal.why);
	return -1;
}

int
flow_charge_again(struct login *l, struct flow_end *end)
{
	struct login_refusal refusal;

	if (login_link_again(l->link, &refusal) == 0)
		return 0;
	/* The wrong one before it stays charged in any case. */
	flow_deny(
	    l, end, OUTCOME_NOT_TRIED, refusal.verdict, "%s", refusal.why);
	return -1;
}

int
flow_leave_to_send(struct login *l, enum proof_kind kind, int is_chosen,
    struct login_refusal *refusal)
{
	if (!l->has_first && !is_chosen) {
		*refusal = (struct login_refusal){.verdict = VERDICT_DENY};
		strcpy(refusal->why, "nothing is sent before a first proof");
		return -1;
	}
	return login_link_send(l->link, kind, refusal);
}

uint32_t
flow_time_ms(const struct login *l, uint32_t max)
{
	uint32_t left = talk_left_ms(l->talk, max + RESERVE_MS);

	return left > RESERVE_MS ? left - RESERVE_MS : 0;
}

uint32_t
flow_cancel_ms(const struct login *l)
{
	uint32_t left = flow_time_ms(l, CANCEL_MS);

	return left > 0 ? left : LATE_CANCEL_MS;
}

int
flow_take_code(struct secret *answer)
{
	const char *p = answer->bytes, *end = p + answer->len;
	struct secret code = {0};

	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == ' ')
		end--;
	for (const char *c = p; c < end; c++) {
		if (*c < '0' || *c > '9')
			return -1;
	}
	if (end - p < 6 || end - p > 8 ||
	    secret_set(&code, p, (size_t)(end - p)) != 0)
		return -1;
	secret_clear(answer);
	secret_move(answer, &code);
	return 0;
}

const char *
flow_forwarded_for(const struct login *l)
{
	const char *rhost = l->talk->rhost;

	return l->person->trusted_proxy && rhost[0] != '\0' &&
		!l->talk->is_scoped && strcmp(rhost, PROTOCOL_UNKNOWN) != 0
	    ? rhost
	    : NULL;
}
