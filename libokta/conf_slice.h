/*
 * What oktad hands its children of the configuration, as frames (internal.h
 * INT_CONF … INT_CONF_END, INT_PERSON). Nobody but oktad sees okta.conf.
 */
#ifndef OKTA_CONF_SLICE_H
#define OKTA_CONF_SLICE_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "wire.h"

/* For oktad-net. No private key: assertions are asked for (INT_ASSERT). */
struct slice_net {
	char *url, *ca_pem, *proxy;
	enum conf_mode mode;
	struct secret api_token; /* CONF_API_TOKEN only */
	char **scopes;
	unsigned int rate_share;
	int trusted_app, trusted_proxy;
	int has_admin; /* for second factors alone (factors_api) */
	enum conf_mode admin_mode;
	struct secret admin_token;
	char **admin_scopes;
	/* The OIDC client; its key stays in oktad. */
	char *oidc_client_id; /* NULL: none */
	char *oidc_base; /* conf_oidc_base() */
	struct secret oidc_secret;
	int has_oidc_key, factors_api;
};

/* For oktad-sync. */
struct slice_sync {
	char *url; /* org: for status only */
	char **allow_groups, **allow_apps, **publish_groups;
	uint32_t id_min, id_max;
	char *uid_attribute, *gid_attribute, *name, *home, *shell;
	char *home_attribute, *shell_attribute;
	char **shells;
	uint32_t poll_interval_s, full_interval_s, max_age_s, key_statuses;
	int enumerate; /* getpwent(3) lists people */
	char *gecos_attribute, *primary_group, *group_prefix;
	int trust_attributes; /* whoever may edit them in Okta */
	char *ssh_keys_attribute;
	char **local_groups, **veto, **local_accounts; /* conf.h */
	char **rule_ids; /* groups, apps and zones of access rules */
};

/* For one oktad-login. */
struct slice_person {
	uint8_t hello[128];
	size_t hello_len;
	uint32_t peer_uid;
	uint32_t uid; /* of the account */
	uint32_t person_uid; /* of the person in the people file */
	char name[32], id[65], login[256];
	char account[32]; /* the local one that it is about; "": their own */
	int asks_who; /* who it is must be asked first (INT_WHO) */
	uint32_t status, why, flags;
	enum conf_flow flow;
	enum conf_factor factor;
	char factors[PROOF_LIST_SIZE]; /* kinds by preference */
	char url[256]; /* of the org: where people are sent to */
	uint32_t preferred; /* enum proof_kind + 1: used last; 0: none */
	uint32_t deadline_s;
	int trusted_app, trusted_proxy;
	char oidc_client_id[65], oidc_issuer[344]; /* "": no such client */
	int factors_api;
	int okta_sessions; /* the session token of a login is wanted */
	int has_grace; /* proven in the session that it belongs to */
	char refusal[160]; /* not "": converse as usual, then deny; no call */
};

/* Send the slice by the deadline (wire_now_ms() clock). OKTA_* codes. */
int slice_net_send(int fd, const struct conf *c, uint64_t deadline);
int slice_sync_send(int fd, const struct conf *c, uint64_t deadline);
int slice_person_send(int fd, const struct slice_person *p, uint64_t deadline);

/* Take in the frames of a slice one by one: 1 when INT_CONF_END has come and
 * *s is complete, 0 more is needed, OKTA_BAD. Begin with a zeroed struct. */
int slice_net_take(struct slice_net *s, const struct wire_in *in);
int slice_sync_take(struct slice_sync *s, const struct wire_in *in);
/* One frame. OKTA_OK, OKTA_BAD. */
int slice_person_take(struct slice_person *p, const struct wire_in *in);

void slice_net_clear(struct slice_net *s);
void slice_sync_clear(struct slice_sync *s);

#endif
