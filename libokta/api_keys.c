#include "api_keys.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_SIZE = 2 * SSHKEY_SIZE }; /* a key with its comment */

static void
note(struct api_user *u, const char *why, const char *attribute)
{
	if (u->note[0] == '\0')
		snprintf(
		    u->note, sizeof(u->note), "%.90s: %.30s", why, attribute);
}

static int
has_key(const struct api_user *u, const char *key, unsigned int *count)
{
	size_t len = strlen(key);
	int found = 0;

	*count = 0;
	for (const char *p = u->keys; *p != '\0'; p = strchr(p, '\n') + 1) {
		++*count;
		found |= strncmp(p, key, len) == 0 && p[len] == '\n';
	}
	return found;
}

static void
add_key(struct api_user *u, const char *value, const char *attribute)
{
	size_t used = strlen(u->keys);
	char key[SSHKEY_SIZE];
	const char *why = sshkey_take(value, key);
	unsigned int count;

	if (why != NULL) {
		note(u, why, attribute);
		return;
	}
	if (has_key(u, key, &count))
		return;
	if (count == SSHKEY_MAX || strlen(key) + 2 > sizeof(u->keys) - used) {
		note(u, "some ssh keys are left out: too many", attribute);
		return;
	}
	snprintf(u->keys + used, sizeof(u->keys) - used, "%s\n", key);
}

static void
add_value(struct api_user *u, struct json_object *v, const char *attribute)
{
	const char *s = json_object_get_string(v);
	size_t len;

	if (!json_object_is_type(v, json_type_string)) {
		note(u, "ssh key is no text", attribute);
		return;
	}
	len = (size_t)json_object_get_string_len(v);
	if (len >= VALUE_SIZE || strlen(s) != len)
		note(u, "ssh key is too long", attribute);
	else if (len > 0)
		add_key(u, s, attribute);
}

void
api_keys_parse(const struct json_object *profile, const char *attribute,
    const char *doubt, struct api_user *u)
{
	struct json_object *v;

	if (attribute == NULL)
		return;
	u->has_keys = 1;
	if (json_get(profile, attribute, &v) != 1)
		return;
	if (doubt != NULL) {
		note(u, doubt, attribute);
		return;
	}
	if (!json_object_is_type(v, json_type_array)) {
		add_value(u, v, attribute);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++)
		add_value(u, json_object_array_get_idx(v, i), attribute);
}
