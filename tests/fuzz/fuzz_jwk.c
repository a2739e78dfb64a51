/* Any bytes as a private JWK, as PEM, and as base64url. */
#include <stdlib.h>
#include <string.h>

#include "jwt.h"
#include "key.h"
#include "replay.h"

static void
base64(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + 1);
	char *text = malloc(4 * ((size + 2) / 3) + 1);
	int len;

	if (bytes == NULL || text == NULL)
		abort();
	len = jwt_base64url_decode(bytes, size, (const char *)data, size);
	if (len >= 0 &&
	    (jwt_base64url(text, bytes, (size_t)len) != size ||
		memcmp(text, data, size) != 0))
		abort();
	free(bytes);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char kid[KEY_ID_MAX + 1];
	struct secret pem = {NULL, 0};
	struct error e = {0};
	struct key *k = NULL;

	if (key_from_jwk((const char *)data, size, &pem, kid, &e) != 0 &&
	    (pem.bytes != NULL || kid[0] != '\0'))
		abort();
	if (pem.bytes == NULL && secret_set(&pem, data, size) != 0)
		return 0;
	if (key_load(&pem, NULL, &k, &e) != 0 && k != NULL)
		abort();
	key_free(k);
	secret_clear(&pem);
	base64(data, size);
	return 0;
}
