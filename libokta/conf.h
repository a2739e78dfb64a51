/*
 * okta.conf: the whole configuration as values, after all checks. Only root
 * processes read it: oktad and oktactl. See okta.conf(5) for every key.
 */
#ifndef OKTA_CONF_H
#define OKTA_CONF_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "error.h"
#include "secret.h"

enum conf_mode {
	CONF_API_TOKEN = 1,
	CONF_OAUTH = 2
};

enum conf_flow {
	FLOW_AUTHN = 1 /* /api/v1/authn; more flows follow */
};

enum conf_factor {
	FACTOR_REQUIRED = 1, /* a password alone never opens */
	FACTOR_OKTA = 2	     /* what Okta says is enough */
};

/* A place in a file, kept for messages that come later. */
struct conf_place {
	const char *file; /* owned by struct conf */
	unsigned int line;
};

struct conf_service {
	char *name; /* PAM service; "default" holds for all others */
	enum conf_flow flow;
	enum conf_factor factor;
	struct conf_place place;
};

struct conf_credential { /* [okta] and [admin] */
	enum conf_mode mode;
	struct secret api_token;
	char *api_token_file;
	char *client_id;
	struct secret private_key; /* PEM text */
	char *private_key_file;
	char *key_id;
	char *algorithm; /* RS256 … ES512, by the key where not written */
	char **scopes;	 /* to ask for; NULL-ended; with a token empty */
};

struct conf {
	/* [okta] */
	char *url; /* https://host[:port], no final slash */
	char *ca_pem; /* content of ca_file; NULL: the system's */
	char *ca_file;
	char *proxy;
	struct conf_credential okta;
	unsigned int rate_share; /* percent */

	/* [directory] */
	/* Ids, NULL-ended, never NULL. publish_groups are the allowed groups
	 * where it was not written. */
	char **allow_groups, **allow_apps, **publish_groups;
	int enumerate;
	uint32_t id_min, id_max;
	char *uid_attribute, *gid_attribute; /* NULL: hash sequence */
	char *name; /* local_part, or attribute:NAME */
	char *home; /* %u is the name, %% is '%' */
	char *shell;
	char *shell_attribute, *home_attribute; /* NULL where not set */
	char **shells;
	uint32_t poll_interval_s, full_interval_s, max_age_s;
	uint32_t key_statuses; /* bits 1 << enum person_status: may log in by
				  key although it is about the password */

	/* [login] */
	uint32_t deadline_s;
	unsigned int failures;		/* per person in 15 min … */
	unsigned int failures_reserved; /* … of them for known addresses */
	unsigned int pushes; /* per person in 10 min */
	int trusted_app, trusted_proxy;

	struct conf_service *services;
	size_t nservices;

	/* [admin]; has_admin 0: absent */
	int has_admin;
	struct conf_credential admin;

	char *file;		    /* the path that was loaded */
	struct conf_written *written; /* the lines as they stand; private */
};

/* Reads path and the files PATH.d/NAME.conf (in byte order of NAME, the later
 * one wins); every file must be owned by root, 0600 or 0400, checked on the
 * open descriptor (no symbolic links). Key, token and CA files are read too. 0
 * and *out, which the caller hands to conf_free; or -1 with ERROR_CONFIG and
 * "file:line: key: what is wrong; remedy". */
int conf_load(const char *path, struct conf **out, struct error *e);
/* The same where owner stands in root's place: for tests. */
int conf_load_owned(const char *path, uid_t owner, struct conf **out,
    struct error *e);
void conf_free(struct conf *c);
/* Where a key was written last; line 0: nowhere. section is "okta", or
 * "service sshd". */
struct conf_place conf_where(const struct conf *c, const char *section,
    const char *key);
/* For `oktad -n`: appends one line "file:line: key: remark" to out per thing
 * that is allowed and perhaps not meant. Returns how many. */
int conf_remarks(const struct conf *c, struct buf *out);
/* The settings of a PAM service: each from its own section, else from
 * [service default], else built in. Borrows from *c. */
struct conf_service conf_service_for(const struct conf *c, const char *name);

/* The table scope -> feature, also printed by okta.conf(5). */
struct conf_scope {
	const char *scope;
	const char *feature; /* what is off without it */
	int (*is_needed)(const struct conf *c);
};
extern const struct conf_scope conf_scopes[]; /* ends with scope NULL */

#endif
