#include <string.h>

#include "conf_keys.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

#define CONF(member) .at = offsetof(struct conf, member)
#define SERVICE(member) \
	.base = CONF_BASE_SERVICE, .at = offsetof(struct conf_service, member)

/* The keys of a credential are the same in [okta] and [admin]. */
#define CREDENTIAL(s, c)                                               \
	{.section = (s),                                               \
	    .name = "api_token",                                       \
	    .type = CONF_SECRET,                                       \
	    CONF(c.api_token)},                                        \
	    {.section = (s),                                           \
		.name = "api_token_file",                              \
		.type = CONF_PATH,                                     \
		CONF(c.api_token_file)},                               \
	    {.section = (s),                                           \
		.name = "client_id",                                   \
		.type = CONF_ID,                                       \
		CONF(c.client_id)},                                    \
	    {.section = (s),                                           \
		.name = "private_key",                                 \
		.type = CONF_PATH,                                     \
		CONF(c.private_key_file)},                             \
	    {.section = (s),                                           \
		.name = "key_id",                                      \
		.type = CONF_KEY_ID,                                   \
		CONF(c.key_id)},                                       \
	    {.section = (s),                                           \
		.name = "algorithm",                                   \
		.type = CONF_ALGORITHM,                                \
		CONF(c.algorithm)},                                    \
	{                                                              \
		.section = (s), .name = "scopes", .type = CONF_SCOPES, \
		CONF(c.scopes)                                         \
	}

const struct conf_key conf_keys[] = {
    {.section = "okta", .name = "url", .type = CONF_URL, CONF(url)},
    {.section = "okta", .name = "ca_file", .type = CONF_PATH, CONF(ca_file)},
    {.section = "okta", .name = "proxy", .type = CONF_PROXY, CONF(proxy)},
    CREDENTIAL("okta", okta),
    {.section = "okta",
	.name = "rate_share",
	.type = CONF_PERCENT,
	CONF(rate_share),
	.fallback = "50 %",
	.min = 1,
	.max = 100},

    {.section = "directory",
	.name = "allow_groups",
	.type = CONF_GROUPS,
	CONF(allow_groups)},
    {.section = "directory",
	.name = "allow_apps",
	.type = CONF_APPS,
	CONF(allow_apps)},
    {.section = "directory",
	.name = "publish_groups",
	.type = CONF_GROUPS,
	CONF(publish_groups)},
    {.section = "directory",
	.name = "enumerate",
	.type = CONF_SWITCH,
	CONF(enumerate),
	.fallback = "yes"},
    {.section = "directory",
	.name = "id_range",
	.type = CONF_RANGE,
	CONF(id_min),
	.fallback = "1879048192-2147352575"},
    {.section = "directory",
	.name = "uid_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(uid_attribute)},
    {.section = "directory",
	.name = "gid_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(gid_attribute)},
    {.section = "directory",
	.name = "name",
	.type = CONF_NAME_RULE,
	CONF(name),
	.fallback = "local_part"},
    {.section = "directory",
	.name = "home",
	.type = CONF_HOME,
	CONF(home),
	.fallback = "/home/%u"},
    {.section = "directory",
	.name = "gecos_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(gecos_attribute)},
    {.section = "directory",
	.name = "primary_group",
	.type = CONF_PRIMARY,
	CONF(primary_group),
	.fallback = "private"},
    {.section = "directory",
	.name = "group_prefix",
	.type = CONF_PREFIX,
	CONF(group_prefix)},
    {.section = "directory",
	.name = "home_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(home_attribute)},
    {.section = "directory",
	.name = "shell",
	.type = CONF_PATH,
	CONF(shell),
	.fallback = "/bin/bash"},
    {.section = "directory",
	.name = "shell_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(shell_attribute)},
    {.section = "directory",
	.name = "shells",
	.type = CONF_PATHS,
	CONF(shells),
	.fallback = "/bin/sh /bin/bash"},
    {.section = "directory",
	.name = "ssh_keys_attribute",
	.type = CONF_ATTRIBUTE,
	CONF(ssh_keys_attribute)},
    {.section = "directory",
	.name = "trust_attributes",
	.type = CONF_SWITCH,
	CONF(trust_attributes),
	.fallback = "no"},
    {.section = "directory",
	.name = "poll_interval",
	.type = CONF_DURATION,
	CONF(poll_interval_s),
	.fallback = "30 s",
	.min = 1,
	.max = HOUR},
    {.section = "directory",
	.name = "full_interval",
	.type = CONF_DURATION,
	CONF(full_interval_s),
	.fallback = "6 h",
	.min = 1,
	.max = 7 * DAY},
    {.section = "directory",
	.name = "max_age",
	.type = CONF_DURATION,
	CONF(max_age_s),
	.fallback = "7 d",
	.min = 1,
	.max = 365 * DAY},
    {.section = "directory",
	.name = "key_login_status",
	.type = CONF_STATUSES,
	CONF(key_statuses),
	.fallback = ""},

    {.section = "login",
	.name = "deadline",
	.type = CONF_DURATION,
	CONF(deadline_s),
	.fallback = "75 s",
	.min = 5,
	.max = 5 * MINUTE},
    {.section = "login",
	.name = "failures",
	.type = CONF_NUMBER,
	CONF(failures),
	.fallback = "5",
	.min = 1,
	.max = 9},
    {.section = "login",
	.name = "pushes",
	.type = CONF_NUMBER,
	CONF(pushes),
	.fallback = "3",
	.min = 1,
	.max = 10},
    {.section = "login",
	.name = "trusted_app",
	.type = CONF_SWITCH,
	CONF(trusted_app),
	.fallback = "no"},
    {.section = "login",
	.name = "trusted_proxy",
	.type = CONF_SWITCH,
	CONF(trusted_proxy),
	.fallback = "no"},
    {.section = "login",
	.name = "oidc_client_id",
	.type = CONF_ID,
	CONF(oidc.client_id)},
    {.section = "login",
	.name = "oidc_client_secret",
	.type = CONF_SECRET,
	CONF(oidc.secret)},
    {.section = "login",
	.name = "oidc_client_secret_file",
	.type = CONF_PATH,
	CONF(oidc.secret_file)},
    {.section = "login",
	.name = "oidc_private_key",
	.type = CONF_PATH,
	CONF(oidc.private_key_file)},
    {.section = "login",
	.name = "oidc_key_id",
	.type = CONF_KEY_ID,
	CONF(oidc.key_id)},
    {.section = "login",
	.name = "oidc_issuer",
	.type = CONF_ISSUER,
	CONF(oidc.issuer)},
    {.section = "login",
	.name = "factors_api",
	.type = CONF_SWITCH,
	CONF(factors_api),
	.fallback = "no"},

    {.section = "service", .name = "flow", .type = CONF_FLOW, SERVICE(flow)},
    {.section = "service",
	.name = "factor",
	.type = CONF_FACTOR,
	SERVICE(factor),
	.fallback = "required"},
    {.section = "service",
	.name = "factors",
	.type = CONF_PROOFS,
	SERVICE(factors),
	.fallback = PROOF_DEFAULT},
    {.section = "service",
	.name = "allow_groups",
	.type = CONF_GROUPS,
	SERVICE(allow_groups)},
    {.section = "service",
	.name = "deny_groups",
	.type = CONF_GROUPS,
	SERVICE(deny_groups)},
    {.section = "service",
	.name = "allow_apps",
	.type = CONF_APPS,
	SERVICE(allow_apps)},
    {.section = "service",
	.name = "deny_apps",
	.type = CONF_APPS,
	SERVICE(deny_apps)},
    {.section = "service", .name = "from", .type = CONF_FROM, SERVICE(from)},
    {.section = "service",
	.name = "grace",
	.type = CONF_DURATION,
	SERVICE(grace_s),
	.fallback = "0 s",
	.min = 0,
	.max = HOUR},
    {.section = "service",
	.name = "grace_root",
	.type = CONF_SWITCH,
	SERVICE(grace_root),
	.fallback = "no"},

    {.section = "local_accounts", .name = NULL, .type = CONF_LOCAL_ACCOUNT},
    {.section = "local_groups", .name = "veto", .type = CONF_NAMES, CONF(veto)},
    {.section = "local_groups", .name = NULL, .type = CONF_LOCAL_GROUP},
    {.section = "sessions",
	.name = "end",
	.type = CONF_SWITCH,
	CONF(end_sessions),
	.fallback = "yes"},
    {.section = "sessions",
	.name = "okta_sessions",
	.type = CONF_ON,
	CONF(okta_sessions),
	.fallback = "off"},
    {.section = "sessions",
	.name = "session_max",
	.type = CONF_DURATION,
	CONF(session_max_s),
	.fallback = "12 h",
	.min = 1,
	.max = 30 * DAY},

    CREDENTIAL("admin", admin),
    {.section = NULL},
};

const struct conf_key *
conf_key_find(const char *section, const char *name)
{
	const struct conf_key *k;

	for (k = conf_keys; k->section != NULL; k++)
		if (strcmp(k->section, section) == 0 &&
		    (k->name == NULL || strcmp(k->name, name) == 0))
			return k;
	return NULL;
}

int
conf_section_is_known(const char *section)
{
	const struct conf_key *k;

	for (k = conf_keys; k->section != NULL; k++)
		if (strcmp(k->section, section) == 0)
			return 1;
	return 0;
}
