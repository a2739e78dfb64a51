/* Any bytes as an error answer (WWW-Authenticate, a NUL, the body) and as a
 * token answer. */
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "replay.h"
#include "token.h"

static void
accept_token(const struct http_response *res)
{
	static char *const scopes[] = {
	    (char *)(uintptr_t) "okta.users.read", NULL};
	struct token t = {.state = TOKEN_MINTING};
	struct error e = {0};

	if (token_accept(&t, res, scopes, 1, 1, &e) == 0) {
		if (t.state != TOKEN_HELD || t.value.len == 0 ||
		    strpbrk(t.value.bytes, "\r\n \t") != NULL)
			abort();
	} else if (t.value.bytes != NULL || e.kind == ERROR_NONE) {
		abort();
	}
	token_clear(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 400, 401, 403, 429, 500};
	struct http_response res = {.content_type = "application/json"};
	const uint8_t *nul = memchr(data, '\0', size);
	size_t head = nul != NULL ? (size_t)(nul - data) : 0;
	struct error e;

	if (head >= sizeof(res.www_authenticate))
		return 0;
	memcpy(res.www_authenticate, data, head);
	head += nul != NULL;
	res.body_len = size - head;
	res.body = malloc(res.body_len + 1);
	if (res.body == NULL)
		abort();
	memcpy(res.body, data + head, res.body_len);
	res.body[res.body_len] = '\0';
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		res.status = statuses[i];
		if (http_error(&res, "fuzz", &e) != -1 ||
		    e.kind == ERROR_NONE || strpbrk(e.text, "\r\n\x1b") != NULL)
			abort();
		if (token_is_refused(&res) && res.status != 401)
			abort();
	}
	res.status = 200;
	accept_token(&res);
	free(res.body);
	return 0;
}
