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
int conf_files_read(const char *path, uid_t owner, struct conf_written *w,
    struct error *e);

/* conf_check.c: what must hold between keys. 0, or -1 as conf_load. */
int conf_check(const struct conf *c, struct error *e);
/* conf_check.c: conf_wrong at the place of a key, or at the file. */
#define conf_wrong_at(c, section, key, e, ...)                                \
	conf_wrong(&(const struct conf_place){                                \
		       conf_where((c), (section), (key)).file,                \
		       conf_where((c), (section), (key)).line},               \
	    (key), (e), __VA_ARGS__)

/* conf_credential.c: mode, completeness, contradictions, and the files of the
 * credential of a section. */
int conf_credential_load(struct conf *c, const char *section,
    struct conf_credential *cred, uid_t owner, struct error *e);

/* conf_scopes.c: the least set for what is switched on, sorted; NULL without
 * memory. */
char **conf_scopes_least(const struct conf *c);

#endif
