/*
 * The device authorization grant (RFC 8628, okta-api.md 3.5): the person logs
 * in with a browser somewhere else, by whatever Okta asks for there, passkeys,
 * FastPass and security keys included. Who that was, only the ID token's
 * subject tells: whoever is signed in in that browser can approve.
 */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow_oidc.h"
#include "login_qr.h"

enum { QR_SIZE = PROTOCOL_TEXT_MAX };

/* RFC 8628, 3.5: whatever Okta asks for, it asks for in the browser. */
static const struct flow_state states[OIDC_RESULT_COUNT] = {
    [OIDC_OTHER] = {.word = "", .edge = FLOW_DENY},
    [OIDC_TOKENS] = {.word = "id_token", .edge = FLOW_ACCEPT},
    [OIDC_MFA_REQUIRED] = {.word = "mfa_required", .edge = FLOW_DENY},
    [OIDC_PENDING] = {.word = "authorization_pending", .edge = FLOW_ON},
    [OIDC_SLOW_DOWN] = {.word = "slow_down", .edge = FLOW_ON},
    [OIDC_WRONG] = {.word = "invalid_grant", .edge = FLOW_DENY},
    [OIDC_DENIED] = {.word = "access_denied", .edge = FLOW_DENY},
    [OIDC_EXPIRED] = {.word = "expired_token", .edge = FLOW_DENY},
    [OIDC_LIMITED] = {.word = "too_many_user_codes", .edge = FLOW_DENY},
    [OIDC_SETTINGS] = {.word = "invalid_client", .edge = FLOW_DENY},
};

/* Shown inside a prompt that is answered with Enter: sshd keeps everything else
 * until there is one (T31). */
static int
show_code(struct flow_oidc *f, const struct oidc_device *d)
{
	const char *uri = d->uri_complete[0] != '\0' ? d->uri_complete : d->uri;
	char qr[QR_SIZE], text[PROTOCOL_TEXT_MAX];
	struct secret answer = {0};
	int r, len;

	if (login_qr(uri, qr, sizeof(qr)) != 0)
		qr[0] = '\0';
	for (int has_qr = qr[0] != '\0'; has_qr >= 0; has_qr--) {
		len = snprintf(text, sizeof(text),
		    "%s%sOpen this in a browser and log in as yourself:\n  %s\n"
		    "It must show the code %s. Then press Enter here: ",
		    has_qr ? "\n" : "", has_qr ? qr : "", uri, d->user_code);
		if (len > 0 && (size_t)len < sizeof(text))
			break;
	}
	r = talk_ask(f->login->talk, PROMPT_ECHO, text, &answer);
	if (r != OKTA_OK)
		flow_deny_talk(f->login, f->end, OUTCOME_UNKNOWN, r,
		    "before the login in a browser was done");
	else if (answer.len > 0) {
		/* sshd's "password" method answers with a password, and the
		 * person has seen nothing. */
		flow_deny(f->login, f->end, OUTCOME_UNKNOWN, VERDICT_DENY,
		    "the prompt with the URL was answered with text instead of "
		    "Enter; over ssh it needs keyboard-interactive");
		r = OKTA_BAD;
	}
	secret_clear(&answer);
	return r;
}

static void
wait_for_browser(struct flow_oidc *f, const struct oidc_device *d)
{
	const struct oidc_field fields[] = {
	    {"device_code", d->code.bytes, d->code.len}};
	struct oidc_answer a;

	if (show_code(f, d) != OKTA_OK)
		return;
	if (flow_oidc_poll(f, OIDC_GRANT_DEVICE, fields, 1, d->interval_s, 0,
		&a) == OIDC_TOKENS)
		f->login->verified |= FLOW_BROWSER;
	flow_oidc_judge(f, &a);
	oidc_clear(&a);
}

static void
begin(struct flow_oidc *f)
{
	struct oidc_manner m;
	struct oidc_device d;
	struct oidc_answer a;
	struct error e;

	if (flow_charge(f->login, f->end) != 0)
		return;
	m = flow_oidc_manner(f);
	f->phase = OIDC_AT_FIRST;
	if (m.timeout_ms == 0) {
		flow_deny_talk(f->login, f->end, OUTCOME_NOT_TRIED, OKTA_TIME,
		    "before Okta could be asked");
		return;
	}
	switch (api_oidc_device(&m, &d, &a, &e)) {
	case 0:
		wait_for_browser(f, &d);
		break;
	case 1:
		flow_oidc_refuse(f, &a);
		break;
	default:
		flow_oidc_fail(f, &e);
		break;
	}
	oidc_device_clear(&d);
	oidc_clear(&a);
}

static void
run(struct login *l, struct flow_end *end)
{
	flow_oidc_run(&flow_device, l, end, begin);
}

const struct flow flow_device = {
    .name = "device",
    .accepts = FLOW_OIDC_ACCEPTS,
    .run = run,
    .states = states,
    .nstates = OIDC_RESULT_COUNT,
};
