/*
 * Any bytes as a request of a login, and any bytes as an answer of Okta's
 * before it: what may go, names the person of the login or nobody, carries no
 * parameter of a client, and shows no token that did not come.
 */
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "replay.h"

#define STATE "{\"stateToken\":\""

/* Does a parameter's name begin so? A value may say what it likes. */
static int
has_name(const char *form, const char *name)
{
	for (const char *p = form; p != NULL; p = strchr(p, '&')) {
		p += *p == '&';
		if (strncmp(p, name, strlen(name)) == 0)
			return 1;
	}
	return 0;
}

static void
look(const struct bound *b, const char *body, size_t len)
{
	const char *name;

	if (strlen(body) != len || strpbrk(body, "\r\n") != NULL)
		abort();
	name = strstr(body, "login_hint=");
	if (name == NULL && body[0] != '{')
		name = strstr(body, "username=");
	if (body[0] != '{' &&
	    (has_name(body, "client_") || strstr(body, "&&") != NULL ||
		strstr(body, "grant_type=refresh") != NULL ||
		strpbrk(body, " +;\"<>{}") != NULL ||
		(name != NULL &&
		    strncmp(strchr(name, '=') + 1, "a%40b&", 6) != 0)))
		abort();
	if (strncmp(body, "{\"username\":", 12) == 0 &&
	    strncmp(body + 12, "\"a@b\",", 6) != 0)
		abort();
	if (strncmp(body, STATE, sizeof(STATE) - 1) == 0 &&
	    b->tokens[BOUND_STATE].len == 0)
		abort();
}

/* The first byte: which endpoint; then an answer up to a NUL, then a body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"/oauth2/v1/token",
	    "/oauth2/v1/challenge", "/oauth2/v1/primary-authenticate",
	    "/oauth2/default/v1/device/authorize", "/api/v1/authn",
	    "/api/v1/authn/factors/opf1/verify",
	    "/api/v1/authn/credentials/change_password",
	    "/api/v1/users/00u1/factors/opf1/verify"};
	struct bound b = {.id = "00u1", .login = "a@b"};
	struct route_request r = {
	    .role = ROLE_LOGIN, .method = "POST", .has_body = 1};
	const struct route *route;
	char *text, *body;
	size_t n;

	if (size < 1 || (text = malloc(size)) == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	n = strlen(text);
	bound_learn(&b, text, n);
	body = n < size - 1 ? text + n + 1 : text;
	n = size - 1 - (size_t)(body - text);
	r.path = paths[data[0] & 7];
	r.content = (data[0] & 4) != 0 ? HTTP_JSON : HTTP_FORM;
	r.credential = (data[0] & 7) == 7 ? HTTP_ADMIN
	    : (data[0] & 4) != 0	  ? HTTP_ANONYMOUS
					  : HTTP_CLIENT;
	route = route_find(&r);
	if (route == NULL)
		abort();
	if (bound_refusal(&b, route, r.path, body, n) == NULL)
		look(&b, body, n);
	bound_clear(&b);
	free(text);
	return 0;
}
