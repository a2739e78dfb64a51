/* The security question. */
#include <stdio.h>

#include "flow_authn.h"

enum { ANSWER_MAX = 256 };

static int
check_answer(struct secret *answer)
{
	return answer->len > 0 && answer->len <= ANSWER_MAX ? 0 : -1;
}

enum authn_go
authn_question(
    struct authn *t, const struct authn_factor *f, struct flow_end *end)
{
	char prompt[sizeof(f->question) + 4];
	const struct authn_code c = {prompt, PROMPT_HIDDEN, "answer",
	    check_answer, "There was no answer.", 0};

	snprintf(prompt, sizeof(prompt), "%s ",
	    f->question[0] != '\0' ? f->question : "Your security question:");
	return authn_try_code(t, f, &c, end);
}
