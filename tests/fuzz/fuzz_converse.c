/* Any reply of a host's conversation function: result code, presence, bytes.
 * What comes out is UTF-8 of a bounded length, or nothing. */
#include <stdlib.h>
#include <string.h>

#include "converse.h"
#include "name.h"
#include "replay.h"

static const uint8_t *input;
static size_t input_size;

static int
converse(
    int n, const struct pam_message **m, struct pam_response **reply, void *arg)
{
	(void)n;
	(void)m;
	(void)arg;
	if (input_size == 0)
		return PAM_CONV_ERR;
	if (input[0] % 8 == 7) {
		*reply = (struct pam_response *)&input;
		return input[0];
	}
	if (input[0] % 8 == 6)
		return PAM_SUCCESS;
	*reply = calloc(1, sizeof(**reply));
	if (*reply == NULL)
		abort();
	if (input[0] % 8 == 5)
		return PAM_SUCCESS;
	(*reply)->resp = malloc(input_size);
	if ((*reply)->resp == NULL)
		abort();
	memcpy((*reply)->resp, input + 1, input_size - 1);
	(*reply)->resp[input_size - 1] = '\0';
	return PAM_SUCCESS;
}

/* Stands in for libpam's: the only item that is asked for is PAM_CONV. */
int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static const struct pam_conv conv = {.conv = converse};

	(void)pamh;
	*item = type == PAM_CONV ? &conv : NULL;
	return PAM_SUCCESS;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char handle; /* libpam's own is never looked into */
	struct answer a;
	int r;

	input = data;
	input_size = size;
	memset(&a, 0xaa, sizeof(a));
	r = converse_ask(
	    (pam_handle_t *)&handle, PAM_PROMPT_ECHO_OFF, "Password: ", &a);
	if (strnlen(a.bytes, sizeof(a.bytes)) != a.len ||
	    a.len > PROTOCOL_PASSWORD_MAX || !name_is_utf8(a.bytes, a.len))
		abort();
	if (r != 0 && a.len != 0)
		abort();
	if (r == 0 && memcmp(a.bytes, data + 1, a.len) != 0)
		abort();
	if (a.len == 0 && converse_is_junk(&a))
		abort();
	return 0;
}
