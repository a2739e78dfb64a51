/*
 * Any bytes as answers of the OAuth endpoints. The first byte says which, the
 * next two the status.
 */
#include <stdlib.h>
#include <string.h>

#include "api_oidc.h"
#include "replay.h"

static void
try_token(int status, const char *body, size_t len)
{
	const struct id_token_wanted wanted = {
	    "https://acme.okta.com", "0oaLinuxHosts00000001", NULL, 1000000};
	struct http_response res = {.status = status,
	    .body_len = len,
	    .content_type = "application/json"};
	struct oidc_answer a = {0};
	struct error e = {0};
	int rc;

	res.body = malloc(len + 1);
	if (res.body == NULL)
		abort();
	memcpy(res.body, body, len);
	res.body[len] = '\0';
	rc = oidc_take_token(&res, &wanted, &a, &e);
	if ((a.result == OIDC_TOKENS) != (rc == 0 && status == 200) ||
	    (a.result == OIDC_TOKENS) != (a.id.subject[0] != '\0') ||
	    (a.result == OIDC_MFA_REQUIRED) != (a.mfa_token.bytes != NULL) ||
	    (a.result == OIDC_MFA_REQUIRED && status != 403) ||
	    (rc != 0 && a.result != OIDC_OTHER) ||
	    (unsigned int)a.result >= OIDC_RESULT_COUNT)
		abort();
	oidc_clear(&a);
	http_response_free(&res);
}

static void
try_oob(const char *channel, int is_mfa, const char *body, size_t len)
{
	struct oidc_oob oob;
	struct error e = {0};
	int rc = oidc_take_oob(body, len, channel, is_mfa, &oob, &e);

	if ((rc == 0) != (oob.code.bytes != NULL) ||
	    (rc == 0 && (oob.interval_s < 1 || oob.interval_s > 60)) ||
	    oob.show[strspn(oob.show, "0123456789")] != '\0' ||
	    (oob.show[0] != '\0') != (oob.binding == OIDC_BINDING_SHOW))
		abort();
	oidc_oob_clear(&oob);
}

static void
try_device(const char *body, size_t len)
{
	struct oidc_device d;
	struct error e = {0};
	int rc = oidc_take_device(body, len, &d, &e);

	if ((rc == 0) != (d.code.bytes != NULL) ||
	    (rc == 0 && strncmp(d.uri, "https://", 8) != 0))
		abort();
	for (const char *p = d.uri; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			abort();
	for (const char *p = d.uri_complete; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			abort();
	oidc_device_clear(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *)data + 3;

	if (size < 3)
		return 0;
	switch (data[0]) {
	case 't':
		try_token(data[1] << 8 | data[2], body, size - 3);
		break;
	case 'p':
		try_oob("push", data[1] & 1, body, size - 3);
		break;
	case 's':
		try_oob("sms", data[1] & 1, body, size - 3);
		break;
	default:
		try_device(body, size - 3);
		break;
	}
	return 0;
}
