/*
 * okta.conf: the whole configuration as values, after all checks. Only root
 * processes read it: oktad and oktactl. See okta.conf(5) for every key.
 */
#ifndef OKTA_CONF_H
#define OKTA_CONF_H

#include <stddef.h>
#include <stdint.h>

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
	char *name; /* PAM service; "*" is the section [service default] */
	enum conf_flow flow;
	enum conf_factor factor;
	struct conf_place place;
};

struct conf_credential { /* [okta] and [admin] */
	enum conf_mode mode;
	struct secret api_token;
	char *client_id;
	struct secret private_key; /* PEM text */
	char *private_key_file;
	char *key_id;
	char *algorithm; /* RS256 … ES512 */
	char **scopes;	 /* what will be asked for; NULL-ended, sorted */
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
	char **allow_groups, **allow_apps, **publish_groups; /* ids, NULL-ended, never NULL */
	int publish_groups_set;
	int enumerate;
	uint32_t id_min, id_max;
	char *uid_attribute, *gid_attribute; /* NULL: hash sequence */
	char *name;  /* rule, see okta.conf(5) */
	char *home;  /* template with %u */
	char *shell;
	char *shell_attribute, *home_attribute; /* NULL where not set */
	char **shells;
	uint32_t poll_interval_s, full_interval_s, max_age_s;
	uint32_t key_statuses; /* bits 1 << enum person_status */
	int trust_attributes;

	/* [login] */
	uint32_t deadline_s;
	unsigned int failures, failures_reserved;
	unsigned int pushes;
	int trusted_app, trusted_proxy;

	struct conf_service *services;
	size_t nservices;

	/* [admin]; has_admin 0: absent */
	int has_admin;
	struct conf_credential admin;

	struct conf_place *places; /* of every key that was set; for check */
	size_t nplaces;
	void *arena; /* owns file names and the like */
};

/* Reads path and its .d folder beside it; every file must be root's, 0600 or
 * 0400, checked on the open descriptor (no symbolic links). 0 and *out owned by the caller, or -1 with ERROR_CONFIG
 * and "file:line: key: what; remedy". */
int conf_load(const char *path, struct conf **out, struct error *e);
void conf_free(struct conf *c);
/* The settings of a PAM service: its own section, else the defaults. */
struct conf_service conf_service_for(const struct conf *c, const char *name);

/* The table scope -> feature, also printed by okta.conf(5). */
struct conf_scope {
	const char *scope;
	const char *feature; /* what is off without it */
	int (*is_needed)(const struct conf *c);
};
extern const struct conf_scope conf_scopes[]; /* ends with scope NULL */

#endif
