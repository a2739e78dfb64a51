#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct talk talk;

static int
converse(
    int n, const struct pam_message **m, struct pam_response **reply, void *arg)
{
	struct pam_response *r;
	int i = talk.count++ % 16;

	(void)arg;
	if (n != 1)
		abort();
	talk.styles[i] = m[0]->msg_style;
	snprintf(talk.texts[i], sizeof(talk.texts[i]), "%s", m[0]->msg);
	if (talk.before != NULL)
		talk.before();
	switch (talk.mood) {
	case TALK_FAILS:
		return PAM_CONV_ERR;
	case TALK_ABORTS:
		*reply = (struct pam_response *)&talk;
		return PAM_ABORT;
	case TALK_AGAIN:
		return PAM_CONV_AGAIN;
	case TALK_NO_REPLY:
		return PAM_SUCCESS;
	default:
		break;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return PAM_BUF_ERR;
	*reply = r;
	if (m[0]->msg_style != PAM_PROMPT_ECHO_OFF &&
	    m[0]->msg_style != PAM_PROMPT_ECHO_ON) {
		talk.shown++;
		return PAM_SUCCESS;
	}
	if (talk.mood == TALK_ANSWERS && talk.asked < 8 &&
	    talk.answers[talk.asked] != NULL)
		r->resp = strdup(talk.answers[talk.asked]);
	talk.asked++;
	return PAM_SUCCESS;
}

const struct pam_conv talk_conv = {.conv = converse};

void
talk_begin(const char *a, const char *b, const char *c)
{
	memset(&talk, 0, sizeof(talk));
	talk.answers[0] = a;
	talk.answers[1] = b;
	talk.answers[2] = c;
}
