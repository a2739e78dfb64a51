/* The values of okta.conf that are texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_url.h"
#include "conf_value.h"
#include "directory.h"
#include "json.h"
#include "name.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static int
is_made_of(const char *s, const char *alphabet, size_t max)
{
	size_t len = strspn(s, alphabet);

	return len > 0 && len <= max && s[len] == '\0';
}

static int
set_text(void *dst, const char *text, struct conf_why *why)
{
	char **member = dst;

	*member = strdup(text);
	return *member != NULL ? 0 : conf_say(why, "out of memory");
}

int
conf_value_url(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	char url[CONF_URL_MAX + 1];

	(void)k;
	if (conf_url_org(v, url, why->text, sizeof(why->text)) != 0)
		return -1;
	return set_text(dst, url, why);
}

int
conf_value_issuer(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	char issuer[CONF_ISSUER_MAX + 1];

	(void)k;
	if (conf_url_issuer(v, issuer, why->text, sizeof(why->text)) != 0)
		return -1;
	return set_text(dst, issuer, why);
}

int
conf_value_proxy(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (conf_url_proxy(v, why->text, sizeof(why->text)) != 0)
		return -1;
	return set_text(dst, v, why);
}

int
conf_is_path(const char *v)
{
	return v[0] == '/' && v[1] != '\0' && strlen(v) < 256 &&
	    is_made_of(v, LETTERS DIGITS "/._+@:,-", 255) &&
	    strstr(v, "/../") == NULL && strstr(v, "//") == NULL &&
	    v[strlen(v) - 1] != '/';
}

int
conf_value_path(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (!conf_is_path(v))
		return conf_say(why, "not a plain absolute path");
	return set_text(dst, v, why);
}

int
conf_value_secret(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	/* The value is never repeated in the message. */
	if (!is_made_of(v, LETTERS DIGITS "_-", 512))
		return conf_say(why,
		    "not a token or secret of Okta's: letters, digits, _ "
		    "and - only");
	if (secret_set(dst, v, strlen(v)) != 0)
		return conf_say(why, "out of memory");
	return 0;
}

int
conf_value_id(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (!json_is_id(v, strlen(v)))
		return conf_say(why,
		    "not a client id; copy it from the app's "
		    "page in the Okta admin console (0oa…)");
	return set_text(dst, v, why);
}

int
conf_value_key_id(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (!is_made_of(v, LETTERS DIGITS "._~+/=:@-", 128))
		return conf_say(why,
		    "not a key id; copy it from the app's page "
		    "in the Okta admin console");
	return set_text(dst, v, why);
}

int
conf_value_algorithm(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	static const char *const known[] = {
	    "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"};

	(void)k;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(v, known[i]) == 0)
			return set_text(dst, v, why);
	return conf_say(why,
	    "not one of RS256, RS384, RS512, ES256, "
	    "ES384, ES512");
}

int
conf_value_attribute(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (strchr(LETTERS, v[0]) == NULL ||
	    !is_made_of(v, LETTERS DIGITS "_", 64))
		return conf_say(why, "not the name of a profile attribute");
	return set_text(dst, v, why);
}

int
conf_value_name_rule(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	static const char prefix[] = "attribute:", local[] = "local_part";
	char attribute[128], *checked = NULL;
	size_t len;

	if (strcmp(v, local) == 0)
		return set_text(dst, v, why);
	if (strncmp(v, prefix, sizeof(prefix) - 1) != 0)
		return conf_say(why,
		    "neither local_part nor attribute:NAME, perhaps with "
		    "local_part behind it");
	v += sizeof(prefix) - 1;
	len = strcspn(v, " \t");
	snprintf(attribute, sizeof(attribute), "%.*s",
	    len < sizeof(attribute) ? (int)len : (int)sizeof(attribute) - 1, v);
	if (conf_value_attribute(k, attribute, &checked, why) != 0)
		return -1;
	free(checked);
	if (v[len] != '\0' &&
	    strcmp(v + len + strspn(v + len, " \t"), local) != 0)
		return conf_say(
		    why, "only local_part may stand behind attribute:NAME");
	return set_text(dst, v - (sizeof(prefix) - 1), why);
}

int
conf_value_prefix(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	char name[DIR_NAME_MAX + 1];
	int n = snprintf(name, sizeof(name), "%sx", v);

	(void)k;
	if (n < 0 || n > 17 || !name_is_valid(name, (size_t)n))
		return conf_say(why,
		    "not the beginning of a group's name: at most 16 of a-z, "
		    "0-9, '_', '.' and '-', a letter first");
	return set_text(dst, v, why);
}

int
conf_value_home(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	char path[256];
	size_t len = 0;
	int names = 0;

	(void)k;
	/* A letter stands for what %X becomes here, so that the rest is
	 * judged. */
	for (const char *p = v; *p != '\0' && len < sizeof(path) - 1; p++) {
		if (*p != '%') {
			path[len++] = *p;
			continue;
		}
		p++;
		if (*p == '\0' || strchr("uUl%", *p) == NULL)
			return conf_say(why,
			    "only %%u, %%U, %%l and %%%% may follow "
			    "'%%'");
		names += *p == 'u' || *p == 'U';
		path[len++] = 'u';
	}
	path[len] = '\0';
	if (!conf_is_path(path) || strlen(v) >= sizeof(path))
		return conf_say(why, "not a plain absolute path");
	if (names == 0)
		return conf_say(why,
		    "without %%u or %%U all people would share one "
		    "home; write it like /home/%%u");
	return set_text(dst, v, why);
}
