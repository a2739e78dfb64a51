#include "binding.h"

#include <stdlib.h>
#include <string.h>

static const char data_name[] = "pam_okta";

/* libpam calls this also in a forked child of the host, at pam_end(): so it
 * frees memory and undoes nothing. */
static void
free_binding(pam_handle_t *pamh, void *data, int status)
{
	struct binding *b = data;

	(void)pamh;
	(void)status;
	if (b != NULL)
		explicit_bzero(b, sizeof(*b));
	free(b);
}

struct binding *
binding_get(pam_handle_t *pamh)
{
	const void *data = NULL;

	return pam_get_data(pamh, data_name, &data) == PAM_SUCCESS
	    ? (struct binding *)(uintptr_t)data
	    : NULL;
}

struct binding *
binding_new(pam_handle_t *pamh, const char *name)
{
	size_t len = strlen(name);
	struct binding *b = calloc(1, sizeof(*b) + len + 1);

	if (b != NULL)
		memcpy(b->name, name, len);
	if (b == NULL ||
	    pam_set_data(pamh, data_name, b, free_binding) == PAM_SUCCESS)
		return b;
	free(b);
	return NULL;
}

void
binding_take_ticket(pam_handle_t *pamh, struct binding *b)
{
	const char *value = pam_getenv(pamh, BINDING_TICKET_ENV);

	if (value == NULL)
		return;
	if (strlen(value) == PROTOCOL_TICKET_SIZE)
		memcpy(b->ticket, value, sizeof(b->ticket));
	pam_putenv(pamh, BINDING_TICKET_ENV);
}
