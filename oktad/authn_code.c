/* Factors that are typed: codes of an app, of a YubiKey, of a token. */
#include <stdio.h>
#include <string.h>

#include "flow_authn.h"

enum {
	CODES_MAX = 3, /* that may be wrong in one login */
	ASKS_MAX = 10,
	TYPED_MAX = 128
};

/* What Okta says about a code that was not taken; is_wrong: it counts. */
static const struct {
	const char *code;
	const char *note; /* NULL: Okta's own words */
	int is_wrong;
} refusals[] = {
    {"E0000068", "That is not right.", 1},
    {"E0000082", "That code was used already; wait for the next one.", 1},
    {"E0000083", "That code is of another time; is the phone's clock right?",
	1},
    /* The token's server wants something else besides (okta-api.md 2.5). */
    {"E0000113", NULL, 0},
};

static int
take_refusal(struct authn *t)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strcmp(refusals[i].code, t->e.okta_code) != 0)
			continue;
		snprintf(t->note, sizeof(t->note), "%s",
		    refusals[i].note != NULL ? refusals[i].note : t->told);
		t->is_wrong |= refusals[i].is_wrong;
		return refusals[i].is_wrong ? 1 : 0;
	}
	return -1;
}

/* "r": once more, please. */
static enum authn_go
resend(struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	struct login_refusal refusal;
	enum authn_go go;

	if (flow_leave_to_send(t->l, f->kind, 0, &refusal) != 0) {
		snprintf(t->note, sizeof(t->note),
		    "Nothing was sent again: %.200s.", refusal.why);
		return AUTHN_GO;
	}
	go = authn_send(t, AUTHN_RESEND, f, NULL, 0, end);
	if (go == AUTHN_GO)
		strcpy(t->note, "Sent again.");
	/* Too soon, or too often: the code that was sent still holds. */
	if (go != AUTHN_REFUSED)
		return go;
	if (t->e.http_status != 429)
		return authn_fail(t, 0, end);
	snprintf(t->note, sizeof(t->note), "Nothing was sent again%s%.200s",
	    t->told[0] != '\0' ? ": " : ".", t->told);
	return AUTHN_GO;
}

static int
is_resend(const struct secret *answer)
{
	return answer->len == 1 &&
	    (answer->bytes[0] == 'r' || answer->bytes[0] == 'R');
}

/* Sends what was typed. AUTHN_REFUSED: ask again; *wrong counts. */
static enum authn_go
send_code(struct authn *t, const struct authn_factor *f, const char *key,
    const struct secret *answer, int *wrong, struct flow_end *end)
{
	const struct authn_field field = {key, answer};
	enum authn_go go;
	int refusal;

	if (t->is_wrong && flow_charge_again(t->l, end) != 0) {
		flow_say(t->l, end, "Too many wrong answers; try again later.");
		return AUTHN_END;
	}
	t->is_wrong = 0;
	go = authn_send(t, authn_verify_step(t), f, &field, 1, end);
	if (go != AUTHN_REFUSED)
		return go;
	refusal = take_refusal(t);
	if (refusal < 0)
		return authn_fail(t, 1, end);
	*wrong += refusal;
	return AUTHN_REFUSED;
}

enum authn_go
authn_try_code(struct authn *t, const struct authn_factor *f,
    const struct authn_code *c, struct flow_end *end)
{
	const char *word = proof_word(f->kind);
	struct secret answer = {0};
	enum authn_go go;
	char where[48];
	int wrong = 0;

	snprintf(where, sizeof(where), "at the prompt for %s", word);
	for (int i = 0; i < ASKS_MAX && wrong < CODES_MAX; i++) {
		go = authn_ask(t, c->kind, c->prompt, where, &answer, end);
		if (go == AUTHN_GO && c->can_resend && is_resend(&answer)) {
			go = resend(t, f, end);
			if (go == AUTHN_GO && t->a.state == AUTHN_MFA_CHALLENGE)
				go = AUTHN_REFUSED;
		} else if (go == AUTHN_GO && c->check(&answer) != 0) {
			snprintf(t->note, sizeof(t->note), "%s", c->unfit);
			wrong++;
			go = AUTHN_REFUSED;
		} else if (go == AUTHN_GO) {
			go = send_code(t, f, c->key, &answer, &wrong, end);
		}
		secret_clear(&answer);
		if (go != AUTHN_REFUSED)
			return go;
	}
	flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
	    "password right, but no right answer for %s", word);
	flow_say(t->l, end, "That was wrong too often.");
	return AUTHN_END;
}

static int
check_digits(struct secret *answer)
{
	return answer->bytes != NULL ? flow_take_code(answer) : -1;
}

/* Letters, digits and signs, without spaces. */
static int
check_typed(struct secret *answer)
{
	if (answer->len == 0 || answer->len > TYPED_MAX)
		return -1;
	for (size_t i = 0; i < answer->len; i++) {
		if (answer->bytes[i] <= ' ' || answer->bytes[i] > '~')
			return -1;
	}
	return 0;
}

enum authn_go
authn_totp(struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	char prompt[AUTHN_NAME_SIZE + 4];
	const struct authn_code c = {prompt, PROMPT_ECHO, "passCode",
	    check_digits, "A code has 6 to 8 digits.", 0};

	snprintf(prompt, sizeof(prompt), "%s: ", f->name);
	return authn_try_code(t, f, &c, end);
}

enum authn_go
authn_yubikey(
    struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	static const struct authn_code c = {"Touch your YubiKey: ", PROMPT_ECHO,
	    "passCode", check_typed, "That is no code of a YubiKey.", 0};

	return authn_try_code(t, f, &c, end);
}

/* A PIN may be part of it, so it is not shown. */
enum authn_go
authn_token(struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	char prompt[AUTHN_NAME_SIZE + 4];
	const struct authn_code c = {prompt, PROMPT_HIDDEN, "passCode",
	    check_typed, "That is no code of a token.", 0};

	snprintf(prompt, sizeof(prompt), "%s: ", f->name);
	return authn_try_code(t, f, &c, end);
}
