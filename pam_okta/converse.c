#include "converse.h"

#include <stdlib.h>
#include <string.h>

#include "name.h"

int
converse_take(const char *s, struct answer *a)
{
	size_t len = strnlen(s, sizeof(a->bytes));

	a->len = 0;
	a->bytes[0] = '\0';
	if (len >= sizeof(a->bytes) || !name_is_utf8(s, len))
		return DENIAL_UNFIT;
	memcpy(a->bytes, s, len + 1);
	a->len = len;
	return 0;
}

/* One message through the host. *reply is NULL or the caller's to free; what a
 * host that reports failure has left there, is not touched: it may be freed
 * already, or never have been set. */
static int
pass(pam_handle_t *pamh, int style, const char *text,
    struct pam_response **reply)
{
	const void *item = NULL;
	const struct pam_conv *conv;
	const struct pam_message m = {.msg_style = style, .msg = text};
	const struct pam_message *list[] = {&m};

	*reply = NULL;
	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return DENIAL_ABORTED;
	conv = item;
	if (conv->conv == NULL)
		return DENIAL_ABORTED;
	if (conv->conv(1, list, reply, conv->appdata_ptr) == PAM_SUCCESS)
		return 0;
	*reply = NULL;
	return DENIAL_ABORTED;
}

static void
drop(struct pam_response *reply)
{
	if (reply != NULL && reply->resp != NULL) {
		explicit_bzero(reply->resp,
		    strnlen(reply->resp, PROTOCOL_PASSWORD_MAX + 1));
		free(reply->resp);
	}
	free(reply);
}

int
converse_ask(pam_handle_t *pamh, int style, const char *text, struct answer *a)
{
	struct pam_response *reply;
	int r = pass(pamh, style, text, &reply);

	a->len = 0;
	a->bytes[0] = '\0';
	if (r == 0 && (reply == NULL || reply->resp == NULL))
		r = DENIAL_ABORTED;
	if (r == 0)
		r = converse_take(reply->resp, a);
	drop(reply);
	return r;
}

int
converse_tell(pam_handle_t *pamh, int style, const char *text)
{
	struct pam_response *reply;
	int r = pass(pamh, style, text, &reply);

	drop(reply);
	return r;
}

int
converse_is_junk(const struct answer *a)
{
	static const char junk[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; i < a->len; i++) {
		if (a->bytes[i] != junk[i % (sizeof(junk) - 1)])
			return 0;
	}
	return a->len > 0;
}
