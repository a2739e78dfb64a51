/*
 * Password login by direct authentication (okta-api.md 3.2 to 3.4): the
 * policies of the app decide what comes after the password.
 */
#include <string.h>

#include "flow_oidc.h"

static void
try_password(struct flow_oidc *f)
{
	const struct login *l = f->login;
	const struct oidc_field fields[] = {
	    {"username", l->person->login, strlen(l->person->login)},
	    {"password", l->password.bytes, l->password.len}};
	struct oidc_answer a;

	flow_oidc_token(f, OIDC_GRANT_PASSWORD, fields, 2, &a);
	flow_oidc_judge(f, &a);
	oidc_clear(&a);
}

static void
run(struct login *l, struct flow_end *end)
{
	struct flow_oidc f;

	*end = (struct flow_end){0};
	if (flow_oidc_open(&f, &flow_direct, l, end) == 0 &&
	    flow_take_password(l, end) == 0 && flow_charge(l, end) == 0)
		try_password(&f);
	flow_oidc_close(&f);
}

const struct flow flow_direct = {
    .name = "direct",
    .accepts = FLOW_OIDC_ACCEPTS,
    .run = run,
    .states = flow_oidc_states,
    .nstates = OIDC_RESULT_COUNT,
};
