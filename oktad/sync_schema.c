/*
 * May the attributes of okta.conf be believed? People must not be able to edit
 * what decides about them (T20): Okta's schema says so, before every pass.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "api_schema.h"
#include "sync.h"

static const struct use {
	const char *key; /* in [directory] */
	const char *why; /* people may edit it */
} uses[API_USES] = {
    [USE_UID] = {"uid_attribute", "gives nobody a number"},
    [USE_GID] = {"gid_attribute", "gives nobody a group"},
    [USE_NAME] = {"name", "gives nobody a name"},
    [USE_HOME] = {"home_attribute", "gives nobody a home"},
    [USE_SHELL] = {"shell_attribute", "gives nobody a shell"},
    [USE_KEYS] = {"ssh_keys_attribute", "gives nobody an ssh key"},
};

static const char editable[] = "people may edit the attribute";
static const char unknown[] = "nobody can tell who may edit the attribute";

/* Those of the configuration, by use; NULL where none is named. */
static void
attributes(const struct sync *s, const char *list[API_USES])
{
	const struct api_rules *r = &s->rules;

	list[USE_UID] = r->uid_attribute;
	list[USE_GID] = r->gid_attribute;
	list[USE_NAME] = r->name_attribute;
	list[USE_HOME] = r->home_attribute;
	list[USE_SHELL] = r->shell_attribute;
	list[USE_KEYS] = r->ssh_keys_attribute;
}

/* The Okta login is an attribute like others. */
static void
attributes_and_login(const struct sync *s, const char *list[API_USES])
{
	attributes(s, list);
	if (list[USE_NAME] == NULL)
		list[USE_NAME] = "login";
}

int
schema_is_needed(const struct sync *s)
{
	const char *list[API_USES];

	attributes(s, list);
	for (int i = 0; i < API_USES; i++)
		if (list[i] != NULL)
			return !s->conf.trust_attributes;
	return 0;
}

void
schema_begin(struct sync *s)
{
	int ask = schema_is_needed(s);

	s->user_type[0] = '\0';
	s->rules.user_type = s->user_type;
	for (int i = 0; i < API_USES; i++)
		s->rules.doubt[i] = ask ? unknown : NULL;
}

static int
note(struct sync *s, enum api_use use, const char *attribute, struct error *e)
{
	char why[API_WHY_SIZE];

	if (s->rules.doubt[use] == editable)
		snprintf(why, sizeof(why),
		    "people may edit it in Okta, so it "
		    "%s: set it to Read Only for the user",
		    uses[use].why);
	else
		snprintf(why, sizeof(why),
		    "Okta's schema (okta.schemas.read) "
		    "does not show who may edit it, so it %s",
		    uses[use].why);
	return state_note(s->state, uses[use].key, attribute, why, e);
}

int
schema_tell(struct sync *s, struct error *e)
{
	const char *list[API_USES];

	attributes_and_login(s, list);
	for (int i = 0; i < API_USES; i++)
		if (s->rules.doubt[i] != NULL && list[i] != NULL &&
		    note(s, (enum api_use)i, list[i], e) == -1)
			return -1;
	return 0;
}

/* Every word of the schema, doc NULL where it may not be read. */
static void
judge(struct sync *s, const struct json_object *doc)
{
	const char *list[API_USES];

	attributes_and_login(s, list);
	for (int i = 0; i < API_USES; i++) {
		enum schema_word word;

		s->rules.doubt[i] = NULL;
		if (list[i] == NULL)
			continue;
		word = doc != NULL ? api_schema_word(doc, list[i])
				   : SCHEMA_UNKNOWN;
		/* Without a schema the login stays what it is where no
		 * attribute is named. */
		if (word == SCHEMA_FIXED ||
		    (doc == NULL && i == USE_NAME &&
			s->rules.name_attribute == NULL))
			continue;
		s->rules.doubt[i] =
		    word == SCHEMA_EDITABLE ? editable : unknown;
	}
}

int
schema_read(struct pass *p, struct error *e)
{
	struct sync *s = p->s;
	struct json_object *doc = NULL;

	schema_begin(s);
	if (!schema_is_needed(s))
		return 0;
	if (api_schema(&p->api, &doc, e) == -1) {
		/* Okta's own no: the scope or the role is missing. Anything
		 * else may pass, and the pass is made again. */
		if (e->kind != ERROR_SCOPE && e->kind != ERROR_DENIED)
			return -1;
		judge(s, NULL);
		return 0;
	}
	judge(s, doc);
	(void)api_schema_type(doc, s->user_type);
	json_free(doc);
	return 0;
}

int
schema_sum(const struct sync *s, uint8_t sum[SYNC_SUM], struct error *e)
{
	char text[SYNC_SUM + API_USES + sizeof(s->user_type)] = {0};

	memcpy(text, s->conf_sum, SYNC_SUM);
	for (int i = 0; i < API_USES; i++)
		if (s->rules.doubt[i] != NULL)
			text[SYNC_SUM + i] =
			    s->rules.doubt[i] == editable ? 'e' : 'u';
	strcpy(text + SYNC_SUM + API_USES, s->user_type);
	return EVP_Digest(text, sizeof(text), sum, NULL, EVP_sha256(), NULL) ==
		1
	    ? 0
	    : error_set(e, ERROR_SYSTEM, "digest");
}
