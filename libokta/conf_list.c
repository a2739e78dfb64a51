/* The values of okta.conf that are lists, by blanks. */
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "conf.h"
#include "conf_value.h"
#include "directory.h"
#include "json.h"
#include "name.h"

int
conf_has(char *const *list, const char *word)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return 1;
	return 0;
}

/* Appends a word to a NULL-ended list. */
static int
list_add(char ***list, const char *word, size_t len, struct conf_why *why)
{
	size_t count = 0;
	char **grown;

	while ((*list)[count] != NULL)
		count++;
	grown = reallocarray(*list, count + 2, sizeof(**list));
	if (grown == NULL)
		return conf_say(why, "out of memory");
	*list = grown;
	grown[count] = strndup(word, len);
	grown[count + 1] = NULL;
	return grown[count] != NULL ? 0 : conf_say(why, "out of memory");
}

/* Splits by blanks, up to end; is_good says of every word, and of the rest of
 * the value from it on, whether it may stand there. */
static int
split(const char *v, const char *end, void *dst, struct conf_why *why,
    int (*is_good)(
	const char *word, size_t len, size_t rest, struct conf_why *why))
{
	char ***list = dst;
	size_t len;

	*list = calloc(1, sizeof(**list));
	if (*list == NULL)
		return conf_say(why, "out of memory");
	while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (v += strspn(v, " \t"); v < end; v += strspn(v, " \t")) {
		len = strcspn(v, " \t");
		if (len > (size_t)(end - v))
			len = (size_t)(end - v);
		if (is_good(v, len, (size_t)(end - v), why) != 0 ||
		    list_add(list, v, len, why) != 0)
			return -1;
		v += len;
	}
	return 0;
}

static int
check_id(const char *word, size_t len, size_t rest, const char *prefix,
    const char *what, struct conf_why *why)
{
	if (len > strlen(prefix) && json_is_id(word, len) &&
	    strncmp(word, prefix, strlen(prefix)) == 0)
		return 0;
	return conf_say(why,
	    "\"%.*s\" is not the id of %s (%s…); run: "
	    "oktactl pin '%.*s'",
	    (int)(len < 64 ? len : 64), word, what, prefix,
	    (int)(rest < 128 ? rest : 128), word);
}

static int
check_group(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	return check_id(word, len, rest, "00g", "a group", why);
}

/* Who may be behind a local account. */
static int
check_account(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	return strncmp(word, "00u", 3) == 0
	    ? check_id(word, len, rest, "00u", "a person", why)
	    : check_group(word, len, rest, why);
}

static int
check_app(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	return check_id(word, len, rest, "0oa", "an app", why);
}

/* What `oktactl pin` prints, "00g… # Linux Users", may stand as it is: the
 * name behind the ids is a comment. */
int
conf_value_groups(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strcspn(v, "#"), dst, why, check_group);
}

int
conf_value_accounts(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strcspn(v, "#"), dst, why, check_account);
}

int
conf_value_apps(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strcspn(v, "#"), dst, why, check_app);
}

int
conf_value_primary(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	char **id = dst;
	size_t len = strcspn(v, " \t#");

	(void)k;
	if (strcmp(v, "private") == 0)
		return 0;
	if (check_group(v, len, strlen(v), why) != 0)
		return -1;
	if (v[len + strspn(v + len, " \t")] != '\0' &&
	    v[len + strspn(v + len, " \t")] != '#')
		return conf_say(why, "more than one group");
	*id = strndup(v, len);
	return *id != NULL ? 0 : conf_say(why, "out of memory");
}

static int
check_from(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	static const char zone[] = "zone:";
	char text[ADDRESS_TEXT_SIZE] = "", better[ADDRESS_TEXT_SIZE];
	struct address_net net;
	int r;

	if (strncmp(word, zone, sizeof(zone) - 1) == 0 &&
	    len >= sizeof(zone) - 1)
		return check_id(word + sizeof(zone) - 1, len - sizeof(zone) + 1,
		    rest - sizeof(zone) + 1, "nzo", "an IP zone", why);
	if (len < sizeof(text))
		memcpy(text, word, len);
	r = address_parse_net(text, &net);
	if (r == 0)
		return 0;
	address_print(&net, better);
	if (r == -1)
		return conf_say(why,
		    "\"%.*s\" is neither an address nor a network like "
		    "10.0.0.0/8 nor zone:nzo…",
		    (int)(len < 64 ? len : 64), word);
	return conf_say(why, "%s %s; write %s", text,
	    r == -2 ? "has bits behind its prefix"
		    : "is an IPv4 network in the form of IPv6",
	    better);
}

int
conf_value_from(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strcspn(v, "#"), dst, why, check_from);
}

static int
check_name(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	char name[DIR_NAME_MAX + 1] = "";

	(void)rest;
	if (len < sizeof(name))
		memcpy(name, word, len);
	if (name_is_valid(name, strlen(name)))
		return 0;
	return conf_say(why, "\"%.*s\" is not the name of a person",
	    (int)(len < 64 ? len : 64), word);
}

int
conf_value_names(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strlen(v), dst, why, check_name);
}

/* okta.NAME.read: oktad itself changes nothing in Okta. okta.NAME.manage is
 * for [admin]. */
static int
check_scope(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	size_t name;

	(void)rest;
	if (len > 5 && len < 80 && strncmp(word, "okta.", 5) == 0) {
		name = strspn(word + 5,
			   "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ") +
		    5;
		if (name > 5 && name < len &&
		    ((len - name == strlen(".read") &&
			 strncmp(word + name, ".read", 5) == 0) ||
			(len - name == strlen(".manage") &&
			    strncmp(word + name, ".manage", 7) == 0)))
			return 0;
	}
	return conf_say(why, "\"%.*s\" is not a scope like okta.users.read",
	    (int)(len < 64 ? len : 64), word);
}

int
conf_value_scopes(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (*v == '\0')
		return conf_say(why,
		    "is empty; delete the line for the least "
		    "set of scopes");
	return split(v, v + strlen(v), dst, why, check_scope);
}

static int
check_path(const char *word, size_t len, size_t rest, struct conf_why *why)
{
	char path[256] = "";

	(void)rest;
	if (len < sizeof(path))
		memcpy(path, word, len);
	if (conf_is_path(path))
		return 0;
	return conf_say(why, "\"%.*s\" is not a plain absolute path",
	    (int)(len < 64 ? len : 64), word);
}

int
conf_value_paths(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	return split(v, v + strlen(v), dst, why, check_path);
}

int
conf_value_statuses(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	static const struct {
		const char *word;
		enum person_status status;
	} known[] = {
	    {"PASSWORD_EXPIRED", STATUS_PASSWORD_EXPIRED},
	    {"RECOVERY", STATUS_RECOVERY},
	    {"LOCKED_OUT", STATUS_LOCKED_OUT},
	};
	uint32_t *bits = dst;
	size_t i, len;

	(void)k;
	*bits = 0;
	for (v += strspn(v, " \t"); *v != '\0'; v += strspn(v, " \t")) {
		len = strcspn(v, " \t");
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strlen(known[i].word) == len &&
			    strncmp(v, known[i].word, len) == 0)
				break;
		if (i == sizeof(known) / sizeof(known[0]))
			return conf_say(why,
			    "only PASSWORD_EXPIRED, RECOVERY "
			    "and LOCKED_OUT may be allowed to log in by key");
		*bits |= UINT32_C(1) << known[i].status;
		v += len;
	}
	return 0;
}
