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
#include "proof.h"
#include "secret.h"

enum conf_mode { CONF_API_TOKEN = 1, CONF_OAUTH = 2 };

enum conf_flow {
	FLOW_AUTHN = 1, /* /api/v1/authn */
	FLOW_DIRECT = 2, /* direct authentication, Identity Engine */
	FLOW_DEVICE = 3, /* device authorization grant, by a browser */
	FLOW_AUTO = 4 /* not written, and there is an OIDC client: FLOW_AUTHN
			 where Okta says that the org is a Classic one, else
			 FLOW_DIRECT, which obeys the policies of the app */
};

enum conf_factor {
	FACTOR_REQUIRED = 1, /* a password alone never opens */
	FACTOR_OKTA = 2 /* what Okta says is enough */
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
	char factors[PROOF_LIST_SIZE]; /* kinds by preference (proof.h) */
	/* NULL: not written here. Ids, and networks of address.h or
	 * "zone:ID"; NULL-ended. */
	char **allow_groups, **deny_groups, **allow_apps, **deny_apps, **from;
	uint32_t grace_s; /* 0: none */
	int grace_root; /* also where root may be the target */
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
	char **scopes; /* to ask for; NULL-ended; with a token empty */
};

/* The app that people log in to by FLOW_DIRECT and FLOW_DEVICE. */
struct conf_oidc {
	char *client_id; /* NULL: there is none */
	struct secret secret; /* client_secret_basic, */
	char *secret_file;
	struct secret private_key; /* or private_key_jwt: PEM text; or none */
	char *private_key_file;
	char *key_id;
	char *issuer; /* as in ID tokens; url where not written */
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
	char *name; /* [attribute:NAME] [local_part]: the first that is set */
	char *gecos_attribute; /* NULL: first and last name */
	char *primary_group; /* Okta id; NULL: a group of one's own */
	char *group_prefix; /* NULL: none */
	char *home; /* template.h */
	char *shell;
	char *shell_attribute, *home_attribute; /* NULL where not set */
	char *ssh_keys_attribute; /* NULL: no keys from Okta */
	int trust_attributes; /* whoever may edit them in Okta */
	char **shells;
	uint32_t poll_interval_s, full_interval_s, max_age_s;
	uint32_t key_statuses; /* bits 1 << enum person_status: may log in by
				  key although it is about the password */

	/* [login] */
	uint32_t deadline_s;
	unsigned int failures; /* per person in 15 min … */
	unsigned int failures_reserved; /* … of them for known addresses */
	unsigned int pushes; /* per person in 10 min */
	int trusted_app, trusted_proxy;
	struct conf_oidc oidc;
	int factors_api; /* second factors alone may be verified with the
			    credential of [admin] */

	/* [sessions] */
	int end_sessions; /* of those who may not log in any more */
	int okta_sessions; /* logins are sessions of Okta's, too … */
	uint32_t session_max_s; /* … for so long at most */

	struct conf_service *services;
	size_t nservices;
	char **local_groups; /* "NAME 00g…": people of that group of Okta are
				in that local group; NULL: none */
	char **local_accounts; /* "NAME 00u…" or "NAME 00g…": that person, or
				people of that group, may be behind that local
				account; those of one NAME stand together;
				NULL: none */
	char **veto; /* people who are in none of them; NULL: nobody */
	char **rule_ids; /* every group, app and zone that they name: sorted,
			    none twice, NULL-ended, never NULL */

	/* [admin]; has_admin 0: absent */
	int has_admin;
	struct conf_credential admin;

	char *file; /* the path that was loaded */
	struct conf_written *written; /* the lines as they stand; private */
};

/* Reads path and the files PATH.d/NAME.conf (in byte order of NAME, the later
 * one wins); every file must be owned by root, 0600 or 0400, checked on the
 * open descriptor (no symbolic links). Key, token and CA files are read too. 0
 * and *out, which the caller hands to conf_free; or -1 with ERROR_CONFIG and
 * "file:line: key: what is wrong; remedy". */
int conf_load(const char *path, struct conf **out, struct error *e);
/* The same where owner stands in root's place: for tests. */
int conf_load_owned(
    const char *path, uid_t owner, struct conf **out, struct error *e);
/* A file for `oktactl --credential`: [admin] and nothing else, read from fd
 * under the same rules. 0 and *out, of which only admin is filled. */
int conf_load_admin(
    int fd, const char *path, uid_t owner, struct conf **out, struct error *e);
void conf_free(struct conf *c);
/* Where a key was written last; line 0: nowhere. section is "okta", or
 * "service sshd". */
struct conf_place conf_where(
    const struct conf *c, const char *section, const char *key);
/* 1 where the word is one of a list that ends with NULL; NULL: no list. */
int conf_has(char *const *list, const char *word);
/* What is allowed and perhaps not meant, for `oktad -n` and `oktactl check`:
 * calls take() for each, with the finding's id and with text in the form of a
 * refusal, "file:line: key: what; remedy". Both live only for the call, the id
 * for ever. */
typedef void conf_remark_fn(void *arg, const char *id, const char *text);
void conf_remarks(const struct conf *c, conf_remark_fn *take, void *arg);
/* The settings of a PAM service: each from its own section, else from
 * [service default], else built in. Borrows from *c. */
struct conf_service conf_service_for(const struct conf *c, const char *name);

/* 1: an access rule names an id that begins so ("00g", "0oa", "nzo"). */
int conf_rules_name(const struct conf *c, const char *prefix);

/* Where the endpoints of an issuer are, without the org's URL: "/oauth2/v1" or
 * "/oauth2/ID/v1". 0; -1 where it is no issuer or does not fit. */
int conf_oidc_base(const char *issuer, char *base, size_t cap);

/* 1: a profile attribute decides about numbers, names, homes or shells. */
int conf_uses_attributes(const struct conf *c);

/* May the credential of [admin] ask for this scope? 0; -1 where its `scopes`
 * leave it out. */
int conf_admin_may(const struct conf *c, const char *scope, struct error *e);

/* The table scope -> feature, also printed by okta.conf(5). */
struct conf_scope {
	const char *scope;
	const char *feature; /* what is off without it */
	int (*is_needed)(const struct conf *c);
};
extern const struct conf_scope conf_scopes[]; /* ends with scope NULL */
/* The same for [admin]: the commands of oktactl that ask for it, each for its
 * own alone. is_needed is NULL. */
extern const struct conf_scope conf_admin_scopes[];

#endif
