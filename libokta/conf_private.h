/*
 * What the files of the configuration share with each other and with nobody
 * else.
 */
#ifndef OKTA_CONF_PRIVATE_H
#define OKTA_CONF_PRIVATE_H

#include "conf.h"
#include "conf_entry.h"

struct conf_written {
	char **files; /* names, which the places point to */
	size_t nfiles;
	struct conf_entries entries;
};

/* conf_files.c: reads path and its drop-ins as lines. */
int conf_files_read(
    const char *path, uid_t owner, struct conf_written *w, struct error *e);

/* conf.c: takes over what is written. 0, or -1 as conf_load. */
int conf_apply(struct conf *c, struct error *e);
/* conf_check.c: what must hold between keys. 0, or -1 as conf_load. */
int conf_check(const struct conf *c, struct error *e);
/* conf_grace.c: grace stands only where it means something. As conf_load. */
int conf_check_grace(const struct conf *c, struct error *e);
/* conf_check.c: conf_wrong at the place of a key, or at the file. */
#define conf_wrong_at(c, section, key, e, ...)                                 \
	conf_wrong(                                                            \
	    &(const struct conf_place){conf_where((c), (section), (key)).file, \
		conf_where((c), (section), (key)).line},                       \
	    (key), (e), __VA_ARGS__)

/* conf_credential.c: mode, completeness, contradictions, and the files of the
 * credential of a section. */
int conf_credential_load(struct conf *c, const char *section,
    struct conf_credential *cred, uid_t owner, struct error *e);

struct conf_why;
struct conf_key;
/* conf_local.c: is it a key of [local_groups] or [local_accounts] that names a
 * group or account? Takes it over; as conf_value(). */
int conf_is_local(const struct conf_key *k);
int conf_local_take(struct conf *c, const struct conf_key *k, const char *name,
    const char *value, struct conf_why *why);
/* What those accounts are in /etc/passwd: as conf_load. */
int conf_local_check(const struct conf *c, struct error *e);
void conf_local_clear(struct conf *c);
/* conf_rules.c: fills c->rule_ids; -1 without memory. */
int conf_rules_collect(struct conf *c);
void conf_rules_clear(struct conf *c);

/* conf_oidc.c: the same for the OIDC client of [login]; issuer gets its
 * default. */
int conf_oidc_load(struct conf *c, uid_t owner, struct error *e);

/* conf_credential.c: reads the one line of a token or secret. */
int conf_read_token(const struct conf *c, const char *section, const char *key,
    const char *path, uid_t owner, struct secret *out, struct error *e);
/* conf_credential.c: reads a private key and looks whether it can sign.
 * *algorithm, where it is not NULL: the one to use, or NULL and found. */
int conf_read_key(const struct conf *c, const char *section, const char *key,
    const char *path, uid_t owner, struct secret *pem, char **algorithm,
    struct error *e);

/* conf_scopes.c: the least set for what is switched on, sorted; NULL without
 * memory. */
char **conf_scopes_least(const struct conf *c);

#endif
