/*
 * Any bytes as the body of a 200 of /api/v1/authn, as the answer to the
 * password and as the answer to a factor: a yes needs every part of the one
 * accepting answer, as they stand in the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "flow_authn.h"
#include "name.h"
#include "replay.h"

#define ID "00ualice0000000000001"

/* Where the conversation and Okta can not be reached. */
static void
judge(const struct authn_answer *a, enum conf_factor factor,
    unsigned int verified, struct flow_end *end)
{
	struct slice_person person = {
	    .id = ID, .factor = factor, .factors = PROOF_DEFAULT};
	struct talk talk = {.fd = -1};
	struct login_link link = {.fd = -1};
	struct login login = {.person = &person,
	    .talk = &talk,
	    .link = &link,
	    .channel = 0,
	    .verified = verified};
	struct authn t;

	*end = (struct flow_end){0};
	authn_begin(&t, &login);
	t.a = *a;
	if (authn_is_about(&t, end))
		authn_run(&t, end);
	if ((end->verdict == VERDICT_ACCEPT) !=
	    (end->outcome == OUTCOME_ACCEPTED))
		abort();
	if (end->verdict != VERDICT_ACCEPT && end->reason[0] == '\0')
		abort();
	if (end->text != NULL && !end->is_late)
		abort();
}

/* What people and terminals will see. */
static void
check_texts(const struct authn_answer *a)
{
	for (size_t i = 0; i < a->nfactors; i++) {
		const struct authn_factor *f = &a->factors[i];
		char name[sizeof(f->name)], question[sizeof(f->question)];

		if ((unsigned int)f->kind >= PROOF_COUNT ||
		    !json_is_id(f->id, strlen(f->id)))
			abort();
		name_filter_text(name, sizeof(name), f->name, strlen(f->name));
		name_filter_text(question, sizeof(question), f->question,
		    strlen(f->question));
		if (strcmp(name, f->name) != 0 ||
		    strcmp(question, f->question) != 0)
			abort();
	}
	if (strspn(a->number, "0123456789") != strlen(a->number))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authn_answer a;
	struct flow_end end;
	struct error e = {0};
	int is_yes;

	if (api_auth_parse((const char *)data, size, &a, &e) != 0) {
		if (a.state != AUTHN_UNKNOWN || a.user_id[0] != '\0' ||
		    a.state_token.bytes != NULL ||
		    a.session_token.bytes != NULL)
			abort();
		return 0;
	}
	check_texts(&a);
	is_yes = a.state == AUTHN_SUCCESS && a.session_token.bytes != NULL &&
	    strcmp(a.user_id, ID) == 0;
	judge(&a, FACTOR_REQUIRED, 0, &end);
	if (end.verdict == VERDICT_ACCEPT)
		abort();
	judge(&a, FACTOR_OKTA, 0, &end);
	if ((end.verdict == VERDICT_ACCEPT) != is_yes)
		abort();
	judge(&a, FACTOR_REQUIRED, 1U << PROOF_TOTP, &end);
	if ((end.verdict == VERDICT_ACCEPT) != is_yes)
		abort();
	api_auth_clear(&a);
	return 0;
}
