/* A code by text message, call or mail: sent first, then typed. */
#include <stdio.h>
#include <string.h>

#include "flow_authn.h"

static int
check_code(struct secret *answer)
{
	return answer->bytes != NULL ? flow_take_code(answer) : -1;
}

enum authn_go
authn_message(
    struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	char prompt[AUTHN_NAME_SIZE + 64];
	const struct authn_code c = {prompt, PROMPT_ECHO, "passCode",
	    check_code, "A code has 6 to 8 digits.", 1};
	struct login_refusal refusal;
	enum authn_go go;

	if (flow_leave_to_send(t->l, f->kind, 0, &refusal) != 0) {
		snprintf(t->note, sizeof(t->note), "Nothing was sent: %.200s.",
		    refusal.why);
		return AUTHN_REFUSED;
	}
	go = authn_send(t, authn_verify_step(t), f, NULL, 0, end);
	if (go == AUTHN_REFUSED && t->e.http_status == 429 &&
	    t->told[0] != '\0') {
		snprintf(t->note, sizeof(t->note), "Nothing was sent: %.200s",
		    t->told);
		return AUTHN_REFUSED;
	}
	if (go == AUTHN_REFUSED)
		return authn_fail(t, 0, end);
	if (go != AUTHN_GO || t->a.state != AUTHN_MFA_CHALLENGE)
		return go;
	snprintf(prompt, sizeof(prompt),
	    "Code of the %s (r: send again): ", f->name);
	return authn_try_code(t, f, &c, end);
}
