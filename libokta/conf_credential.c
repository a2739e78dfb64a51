#include <stdlib.h>
#include <string.h>

#include "conf_private.h"
#include "file.h"
#include "key.h"

enum {
	TOKEN_FILE_MAX = 4096,
	KEY_FILE_MAX = 1 << 16
};

/* The keys that belong to one way and not to the other. */
static const char *const token_keys[] = {"api_token", "api_token_file", NULL};
static const char *const oauth_keys[] = {"client_id", "private_key",
    "key_id", "algorithm", "scopes", NULL};

/* The first of the keys that is written, or NULL. */
static const char *
first_written(const struct conf *c, const char *section,
    const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (conf_where(c, section, *keys).line > 0)
			return *keys;
	return NULL;
}

/* Puts "file:line: key: " in front of what a file's reader said. */
static int
at_key(const struct conf *c, const char *section, const char *key,
    struct error *e)
{
	char text[sizeof(e->text)];

	memcpy(text, e->text, sizeof(text));
	return conf_wrong_at(c, section, key, e, "%s", text);
}

/* One line of token, perhaps with a newline behind it. */
static int
load_token(struct conf *c, const char *section, struct conf_credential *cred,
    uid_t owner, struct error *e)
{
	struct secret text = {0};
	size_t len;
	int r = -1;

	if (file_read_trusted(cred->api_token_file, owner, TOKEN_FILE_MAX,
	    &text, e) != 0) {
		at_key(c, section, "api_token_file", e);
		goto out;
	}
	len = strspn(text.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");
	if (len == 0 || len > 512 ||
	    text.bytes[len + strspn(text.bytes + len, "\n")] != '\0' ||
	    strlen(text.bytes) != text.len)
		conf_wrong_at(c, section, "api_token_file", e,
		    "%s: holds no API token; put the token on its one line",
		    cred->api_token_file);
	else if (secret_set(&cred->api_token, text.bytes, len) != 0)
		error_errno(e, "%s", cred->api_token_file);
	else
		r = 0;
out:
	secret_clear(&text);
	return r;
}

/* Reads the key, looks whether it can sign, and fills in the algorithm. */
static int
load_key(struct conf *c, const char *section, struct conf_credential *cred,
    uid_t owner, struct error *e)
{
	struct key *key = NULL;
	int r = -1;

	if (file_read_trusted(cred->private_key_file, owner, KEY_FILE_MAX,
	    &cred->private_key, e) != 0) {
		at_key(c, section, "private_key", e);
		goto out;
	}
	if (key_load(&cred->private_key, cred->algorithm, &key, e) != 0) {
		error_prefix(e, "%s", cred->private_key_file);
		at_key(c, section, "private_key", e);
		goto out;
	}
	if (cred->algorithm == NULL &&
	    (cred->algorithm = strdup(key_algorithm(key))) == NULL)
		error_errno(e, "%s", cred->private_key_file);
	else
		r = 0;
out:
	key_free(key);
	return r;
}

int
conf_credential_load(struct conf *c, const char *section,
    struct conf_credential *cred, uid_t owner, struct error *e)
{
	const char *token = first_written(c, section, token_keys);
	const char *oauth = first_written(c, section, oauth_keys);

	if (token == NULL && oauth == NULL)
		return conf_wrong_at(c, section, NULL, e, "[%s] names no "
		    "credential; write client_id and private_key, or "
		    "api_token_file", section);
	if (token != NULL && oauth != NULL)
		return conf_wrong_at(c, section, token, e, "contradicts %s in "
		    "%s line %u; keep one of the two ways to authenticate",
		    oauth, conf_where(c, section, oauth).file,
		    conf_where(c, section, oauth).line);
	if (token != NULL) {
		cred->mode = CONF_API_TOKEN;
		if (cred->api_token_file == NULL)
			return 0;
		if (cred->api_token.bytes != NULL)
			return conf_wrong_at(c, section, "api_token_file", e,
			    "contradicts api_token in %s line %u; keep one",
			    conf_where(c, section, "api_token").file,
			    conf_where(c, section, "api_token").line);
		return load_token(c, section, cred, owner, e);
	}
	cred->mode = CONF_OAUTH;
	if (cred->client_id == NULL)
		return conf_wrong_at(c, section, oauth, e, "needs client_id "
		    "beside it; write client_id = 0oa… in [%s]", section);
	if (cred->private_key_file == NULL)
		return conf_wrong_at(c, section, oauth, e, "needs private_key "
		    "beside it; run: oktactl key import FILE");
	return load_key(c, section, cred, owner, e);
}
