/*
 * oktactl key: JWK in, PEM out, for the private key of the OAuth client; and
 * the public half, for registration at Okta.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"
#include "key.h"
#include "oktactl.h"
#include "paths.h"
#include "secret.h"

#define KEY_PATH OKTA_SYSCONFDIR "/okta/key.pem"

enum { KEY_FILE_MAX = 64 * 1024 };

static int
import(const struct ctl *ctl, const char *from, const char *to)
{
	struct secret jwk = {0}, pem = {0};
	struct error e = {0};
	struct json_object *o;
	struct key *key = NULL;
	char kid[129];
	int code = EXIT_FINE;

	if (file_read_trusted(from, 0, KEY_FILE_MAX, &jwk, &e) == -1 ||
	    key_from_jwk(jwk.bytes, jwk.len, &pem, kid, &e) == -1 ||
	    key_load(&pem, NULL, &key, &e) == -1 ||
	    file_replace(to, pem.bytes, pem.len, 0, 0, 0600, &e) == -1) {
		code = ctl_fail(&e);
	} else if (ctl->json) {
		o = json_object_new_object();
		ctl_add_str(o, "private_key", to);
		ctl_add_str(o, "key_id", kid[0] != '\0' ? kid : NULL);
		ctl_add_str(o, "algorithm", key_algorithm(key));
		ctl_print_json(o);
	} else {
		printf("private_key = %s\n", to);
		if (kid[0] != '\0')
			printf("key_id = %s\n", kid);
		printf("algorithm = %s\n", key_algorithm(key));
	}
	key_free(key);
	secret_clear(&jwk);
	secret_clear(&pem);
	return code;
}

static int public(const char *from)
{
	struct secret pem = {0};
	struct error e = {0};
	struct buf out;
	struct key *key = NULL;
	int code = EXIT_FINE;

	buf_init(&out, KEY_FILE_MAX);
	if (file_read_trusted(from, 0, KEY_FILE_MAX, &pem, &e) == -1 ||
	    key_load(&pem, NULL, &key, &e) == -1 ||
	    key_public_jwk(key, NULL, &out, &e) == -1)
		code = ctl_fail(&e);
	else
		printf("%s\n", out.bytes);
	buf_clear(&out);
	key_free(key);
	secret_clear(&pem);
	return code;
}

int
cmd_key(const struct ctl *ctl, int argc, char **argv)
{
	const char *to = KEY_PATH;

	if (argc == 3 && strcmp(argv[1], "public") == 0)
		return public(argv[2]);
	if (argc == 5 && strcmp(argv[3], "-o") == 0)
		to = argv[4];
	else if (argc != 3)
		return ctl_usage(argv[0]);
	if (strcmp(argv[1], "import") != 0)
		return ctl_usage(argv[0]);
	return import(ctl, argv[2], to);
}
