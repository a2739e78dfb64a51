#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "file.h"

#define MACHINE_ID "/etc/machine-id"

enum { KEY_SIZE = 32, MACHINE_SIZE = 128 };

static int
make_key(const char *path, struct secret *key, struct error *e)
{
	uint8_t bytes[KEY_SIZE];
	int rc = -1;

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != sizeof(bytes))
		return error_errno(e, "getrandom");
	if (file_replace(path, bytes, sizeof(bytes), geteuid(), getegid(), 0600,
		e) == 0) {
		rc = secret_set(key, bytes, sizeof(bytes));
		if (rc != 0)
			error_errno(e, "%s", path);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

int
device_token(const char *path, const char *okta_id,
    const struct budget_address *from, char token[DEVICE_TOKEN_SIZE + 1],
    struct error *e)
{
	struct secret key = {0}, machine = {0};
	unsigned char digest[EVP_MAX_MD_SIZE] = {0};
	unsigned char text[MACHINE_SIZE + 80 + sizeof(from->bytes)];
	struct budget_address place = budget_site(from);
	struct error none;
	int rc = -1, len;

	token[0] = '\0';
	if (budget_is_unknown(from))
		return 0;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		rc = make_key(path, &key, e);
	else
		rc = file_read_trusted(path, geteuid(), KEY_SIZE, &key, e);
	if (rc == 0 && key.len != KEY_SIZE)
		rc = error_set(e, ERROR_SYSTEM,
		    "%s: is cut; remove it, and Okta forgets this host's "
		    "devices",
		    path);
	/* Without a machine id the key alone tells hosts apart. */
	if (rc == 0)
		file_read_public(MACHINE_ID, 0, MACHINE_SIZE, &machine, &none);
	len = rc == 0
	    ? snprintf((char *)text, sizeof(text), "%.*s%c%s%c",
		  (int)machine.len, machine.bytes != NULL ? machine.bytes : "",
		  '\n', okta_id, '\n')
	    : -1;
	if (len >= 0 && (size_t)len <= sizeof(text) - sizeof(place.bytes)) {
		memcpy(text + len, place.bytes, sizeof(place.bytes));
		len += (int)sizeof(place.bytes);
	} else {
		len = -1;
	}
	if (rc == 0 &&
	    (len < 0 ||
		HMAC(EVP_sha256(), key.bytes, (int)key.len, text, (size_t)len,
		    digest, NULL) == NULL))
		rc = error_set(e, ERROR_SYSTEM, "no device of %s", okta_id);
	for (size_t i = 0; rc == 0 && i < DEVICE_TOKEN_SIZE / 2; i++)
		snprintf(token + 2 * i, 3, "%02x", digest[i]);
	secret_clear(&key);
	secret_clear(&machine);
	return rc;
}
