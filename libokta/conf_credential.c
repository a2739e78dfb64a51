#include <stdlib.h>
#include <string.h>

#include "conf_private.h"
#include "file.h"
#include "key.h"

enum { TOKEN_FILE_MAX = 4096, KEY_FILE_MAX = 1 << 16 };

/* The keys that belong to one way and not to the other. */
static const char *const token_keys[] = {"api_token", "api_token_file", NULL};
static const char *const oauth_keys[] = {
    "client_id", "private_key", "key_id", "algorithm", "scopes", NULL};

/* The first of the keys that is written, or NULL. */
static const char *
first_written(
    const struct conf *c, const char *section, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (conf_where(c, section, *keys).line > 0)
			return *keys;
	return NULL;
}

/* Puts "file:line: key: " in front of what a file's reader said. */
static int
at_key(
    const struct conf *c, const char *section, const char *key, struct error *e)
{
	char text[sizeof(e->text)];

	memcpy(text, e->text, sizeof(text));
	return conf_wrong_at(c, section, key, e, "%s", text);
}

/* One line, perhaps with a newline behind it. */
int
conf_read_token(const struct conf *c, const char *section, const char *key,
    const char *path, uid_t owner, struct secret *out, struct error *e)
{
	struct secret text = {0};
	size_t len;
	int r = -1;

	if (file_read_trusted(path, owner, TOKEN_FILE_MAX, &text, e) != 0) {
		at_key(c, section, key, e);
		goto out;
	}
	len = strspn(text.bytes,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");
	if (len == 0 || len > 512 ||
	    text.bytes[len + strspn(text.bytes + len, "\n")] != '\0' ||
	    strlen(text.bytes) != text.len)
		conf_wrong_at(c, section, key, e,
		    "%s: holds no %s; put it on its one line", path,
		    strcmp(key, "api_token_file") == 0 ? "API token"
						       : "client secret");
	else if (secret_set(out, text.bytes, len) != 0)
		error_errno(e, "%s", path);
	else
		r = 0;
out:
	secret_clear(&text);
	return r;
}

int
conf_read_key(const struct conf *c, const char *section, const char *name,
    const char *path, uid_t owner, struct secret *pem, char **algorithm,
    struct error *e)
{
	const char *given = algorithm != NULL ? *algorithm : NULL;
	struct key *key = NULL;
	int r = -1;

	if (file_read_trusted(path, owner, KEY_FILE_MAX, pem, e) != 0) {
		at_key(c, section, name, e);
		goto out;
	}
	if (key_load(pem, given, &key, e) != 0) {
		error_prefix(e, "%s", path);
		at_key(c, section, name, e);
		goto out;
	}
	if (algorithm != NULL && given == NULL &&
	    (*algorithm = strdup(key_algorithm(key))) == NULL)
		error_errno(e, "%s", path);
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
		return conf_wrong_at(c, section, NULL, e,
		    "[%s] names no "
		    "credential; write client_id and private_key, or "
		    "api_token_file",
		    section);
	if (token != NULL && oauth != NULL)
		return conf_wrong_at(c, section, token, e,
		    "contradicts %s in "
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
		return conf_read_token(c, section, "api_token_file",
		    cred->api_token_file, owner, &cred->api_token, e);
	}
	cred->mode = CONF_OAUTH;
	if (cred->client_id == NULL)
		return conf_wrong_at(c, section, oauth, e,
		    "needs client_id "
		    "beside it; write client_id = 0oa… in [%s]",
		    section);
	if (cred->private_key_file == NULL)
		return conf_wrong_at(c, section, oauth, e,
		    "needs private_key "
		    "beside it; run: oktactl key import FILE");
	return conf_read_key(c, section, "private_key", cred->private_key_file,
	    owner, &cred->private_key, &cred->algorithm, e);
}
