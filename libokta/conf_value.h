/*
 * The values of okta.conf, one function per type: conf_text.c, conf_list.c,
 * conf_value.c. Internal to conf.c.
 *
 * Each reads value into the member dst (empty before). 0, or -1 with what is
 * wrong and, after "; ", the remedy in why; a secret is never repeated there.
 */
#ifndef OKTA_CONF_VALUE_H
#define OKTA_CONF_VALUE_H

#include "conf_keys.h"

struct conf_why {
	char text[400];
};

typedef int conf_value_fn(const struct conf_key *k, const char *value,
    void *dst, struct conf_why *why);

conf_value_fn conf_value_url, conf_value_issuer, conf_value_proxy,
    conf_value_path, conf_value_secret, conf_value_id, conf_value_key_id,
    conf_value_algorithm, conf_value_attribute, conf_value_name_rule,
    conf_value_home, conf_value_prefix;
conf_value_fn conf_value_groups, conf_value_apps, conf_value_accounts,
    conf_value_from, conf_value_names, conf_value_scopes, conf_value_paths,
    conf_value_primary, conf_value_statuses;

/* The function of the key's type; what dst owned before is freed. */
int conf_value(const struct conf_key *k, const char *value, void *dst,
    struct conf_why *why);
/* Frees and wipes what a member owns, and empties it. */
void conf_value_clear(const struct conf_key *k, void *dst);

/* Fills why; always -1. */
int conf_say(struct conf_why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* 1: a plain absolute path below 256 bytes. */
int conf_is_path(const char *v);

#endif
