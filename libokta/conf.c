#include <stdlib.h>
#include <string.h>

#include "conf_keys.h"
#include "conf_private.h"
#include "conf_value.h"
#include "file.h"

enum {
	CA_FILE_MAX = 4 << 20, /* bytes; a system's bundle has 220,000 */
	RESERVE = 2 /* failures kept for known addresses */
};

static const char service_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789._-";

/* ---- keys ---- */

/* The service of a [service NAME] section; made where it is new. */
static struct conf_service *
service_of(struct conf *c, const struct conf_entry *entry, struct error *e)
{
	struct conf_service *list;

	for (size_t i = 0; i < c->nservices; i++)
		if (strcmp(c->services[i].name, entry->subject) == 0)
			return &c->services[i];
	list = reallocarray(c->services, c->nservices + 1, sizeof(*list));
	if (list != NULL) {
		c->services = list;
		list += c->nservices;
		memset(list, 0, sizeof(*list));
		list->name = strdup(entry->subject);
		list->place = entry->place;
	}
	if (list == NULL || list->name == NULL) {
		error_errno(e, "%s", entry->place.file);
		return NULL;
	}
	c->nservices++;
	return list;
}

/* Section and subject of an entry, and its row of the table. */
static const struct conf_key *
row_of(const struct conf_entry *entry, struct error *e)
{
	const struct conf_key *k;
	size_t len = strlen(entry->subject);

	if (!conf_section_is_known(entry->section))
		conf_wrong(&entry->place, entry->key, e,
		    "there is no section "
		    "[%s]; see okta.conf(5)",
		    entry->section);
	else if (strcmp(entry->section, "service") != 0 && len > 0)
		conf_wrong(&entry->place, entry->key, e,
		    "only [service NAME] "
		    "has a name; write [%s]",
		    entry->section);
	else if (strcmp(entry->section, "service") == 0 &&
	    (len == 0 || len > 31 ||
		strspn(entry->subject, service_alphabet) != len))
		conf_wrong(&entry->place, entry->key, e,
		    "[service NAME] "
		    "needs the name of a PAM service, at most 31 of A-Z a-z "
		    "0-9 . _ -");
	else if ((k = conf_key_find(entry->section, entry->key)) == NULL)
		conf_wrong(&entry->place, entry->key, e,
		    "there is no such "
		    "key in [%s]; see okta.conf(5)",
		    entry->section);
	else
		return k;
	return NULL;
}

static int
apply(struct conf *c, const struct conf_entry *entry, struct error *e)
{
	const struct conf_key *k = row_of(entry, e);
	struct conf_service *service;
	struct conf_why why;
	char *base = (char *)c;

	if (k == NULL)
		return -1;
	if (strcmp(k->section, "service") == 0) {
		service = service_of(c, entry, e);
		if (service == NULL)
			return -1;
		base = (char *)service;
	}
	if ((conf_is_local(k)
		    ? conf_local_take(c, k, entry->key, entry->value, &why)
		    : conf_value(k, entry->value, base + k->at, &why)) != 0)
		return conf_wrong(&entry->place, entry->key, e, "%s", why.text);
	return 0;
}

/* Defaults first: what is written replaces them. */
static int
apply_fallbacks(struct conf *c, struct error *e)
{
	struct conf_why why;

	for (const struct conf_key *k = conf_keys; k->section != NULL; k++) {
		if (k->fallback == NULL || k->base != CONF_BASE_CONF)
			continue;
		if (conf_value(k, k->fallback, (char *)c + k->at, &why) != 0)
			return error_set(e, ERROR_CONFIG, "default of %s: %s",
			    k->name, why.text);
	}
	return 0;
}

/* Every entry is read, so that a wrong line is never hidden behind a later
 * file that replaces it. */
int
conf_apply(struct conf *c, struct error *e)
{
	const struct conf_entries *es = &c->written->entries;

	for (size_t i = 0; i < es->count; i++)
		if (apply(c, &es->list[i], e) != 0)
			return -1;
	return 0;
}

/* ---- what follows from the keys ---- */

static char **
list_copy(char *const *list)
{
	size_t n = 0;
	char **copy;

	while (list[n] != NULL)
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < n; i++)
		if ((copy[i] = strdup(list[i])) == NULL) {
			while (i > 0)
				free(copy[--i]);
			free(copy);
			return NULL;
		}
	return copy;
}

static int
fill_lists(struct conf *c, struct error *e)
{
	char *none[] = {NULL};
	char *change[] = {(char *)(uintptr_t) "okta.users.manage", NULL};

	if (c->allow_groups == NULL)
		c->allow_groups = list_copy(none);
	if (c->allow_apps == NULL)
		c->allow_apps = list_copy(none);
	if (c->publish_groups == NULL && c->allow_groups != NULL)
		c->publish_groups = list_copy(c->allow_groups);
	if (c->allow_groups == NULL || c->allow_apps == NULL ||
	    c->publish_groups == NULL || conf_rules_collect(c) != 0)
		return error_errno(e, "%s", c->file);
	if (c->okta.scopes == NULL)
		c->okta.scopes = c->okta.mode == CONF_OAUTH
		    ? conf_scopes_least(c)
		    : list_copy(none);
	if (c->admin.scopes == NULL)
		c->admin.scopes = list_copy(
		    c->has_admin && c->admin.mode == CONF_OAUTH ? change
								: none);
	if (c->okta.scopes == NULL || c->admin.scopes == NULL)
		return error_errno(e, "%s", c->file);
	return 0;
}

static int
load_ca(struct conf *c, uid_t owner, struct error *e)
{
	struct secret text = {0};
	char said[sizeof(e->text)];

	if (c->ca_file == NULL)
		return 0;
	if (file_read_public(c->ca_file, owner, CA_FILE_MAX, &text, e) != 0) {
		memcpy(said, e->text, sizeof(said));
		return conf_wrong_at(c, "okta", "ca_file", e, "%s", said);
	}
	if (strstr(text.bytes, "-----BEGIN CERTIFICATE-----") == NULL ||
	    strlen(text.bytes) != text.len) {
		secret_clear(&text);
		return conf_wrong_at(c, "okta", "ca_file", e,
		    "%s: holds no "
		    "certificate in PEM form",
		    c->ca_file);
	}
	c->ca_pem = text.bytes;
	return 0;
}

static int
has_section(const struct conf *c, const char *section)
{
	for (size_t i = 0; i < c->written->entries.count; i++)
		if (strcmp(c->written->entries.list[i].section, section) == 0)
			return 1;
	return 0;
}

static int
complete(struct conf *c, uid_t owner, struct error *e)
{
	c->has_admin = has_section(c, "admin");
	c->failures_reserved =
	    c->failures > RESERVE ? RESERVE : c->failures - 1;
	if (conf_credential_load(c, "okta", &c->okta, owner, e) != 0 ||
	    (c->has_admin &&
		conf_credential_load(c, "admin", &c->admin, owner, e) != 0) ||
	    conf_oidc_load(c, owner, e) != 0 || load_ca(c, owner, e) != 0 ||
	    fill_lists(c, e) != 0)
		return -1;
	return conf_check(c, e);
}

int
conf_load_owned(
    const char *path, uid_t owner, struct conf **out, struct error *e)
{
	struct conf *c = calloc(1, sizeof(*c));

	*out = NULL;
	if (c == NULL ||
	    (c->written = calloc(1, sizeof(*c->written))) == NULL ||
	    (c->file = strdup(path)) == NULL)
		error_errno(e, "%s", path);
	else if (conf_files_read(path, owner, c->written, e) == 0 &&
	    apply_fallbacks(c, e) == 0 && conf_apply(c, e) == 0 &&
	    complete(c, owner, e) == 0) {
		*out = c;
		c = NULL;
	}
	conf_free(c);
	return *out != NULL ? 0 : -1;
}

int
conf_load(const char *path, struct conf **out, struct error *e)
{
	return conf_load_owned(path, 0, out, e);
}

static void
service_clear(struct conf_service *s)
{
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		if (k->base == CONF_BASE_SERVICE && k->type != CONF_LATER)
			conf_value_clear(k, (char *)s + k->at);
	free(s->name);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		if (k->base == CONF_BASE_CONF && k->type != CONF_LATER)
			conf_value_clear(k, (char *)c + k->at);
	for (size_t i = 0; i < c->nservices; i++)
		service_clear(&c->services[i]);
	free(c->services);
	conf_rules_clear(c);
	conf_local_clear(c);
	secret_clear(&c->okta.private_key);
	secret_clear(&c->admin.private_key);
	secret_clear(&c->oidc.private_key);
	free(c->ca_pem);
	free(c->file);
	if (c->written != NULL) {
		conf_entries_clear(&c->written->entries);
		for (size_t i = 0; i < c->written->nfiles; i++)
			free(c->written->files[i]);
		free(c->written->files);
	}
	free(c->written);
	free(c);
}

struct conf_place
conf_where(const struct conf *c, const char *section, const char *key)
{
	const char *subject = strchr(section, ' ');
	const struct conf_entry *found = NULL;
	char name[32];

	if (key != NULL && strcspn(section, " ") < sizeof(name)) {
		memcpy(name, section, strcspn(section, " "));
		name[strcspn(section, " ")] = '\0';
		found = conf_entries_find(&c->written->entries, name,
		    subject != NULL ? subject + 1 : NULL, key);
	}
	return found != NULL ? found->place : (struct conf_place){c->file, 0};
}

static const struct conf_service *
service_named(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (strcmp(c->services[i].name, name) == 0)
			return &c->services[i];
	return NULL;
}

struct conf_service
conf_service_for(const struct conf *c, const char *name)
{
	const struct conf_service *rows[] = {
	    service_named(c, "default"), service_named(c, name)};
	struct conf_service s = {.name = NULL,
	    .flow = c->oidc.client_id != NULL ? FLOW_AUTO : FLOW_AUTHN,
	    .factor = FACTOR_REQUIRED,
	    .factors = PROOF_DEFAULT,
	    .place = {c->file, 0}};

	for (size_t i = 0; i < 2; i++) {
		if (rows[i] == NULL)
			continue;
		s.name = rows[i]->name;
		s.place = rows[i]->place;
		if (rows[i]->flow != 0)
			s.flow = rows[i]->flow;
		if (rows[i]->factor != 0)
			s.factor = rows[i]->factor;
		if (rows[i]->factors[0] != '\0')
			memcpy(s.factors, rows[i]->factors, sizeof(s.factors));
	}
	/* Never that of others: it is for what runs inside a login. */
	if (rows[1] != NULL) {
		s.grace_s = rows[1]->grace_s;
		s.grace_root = rows[1]->grace_root;
	}
	return s;
}
