/*
 * The one table of all keys of okta.conf: section, type, default, limits and
 * where the value goes. okta.conf(5) and conf/okta.conf are compared with it by
 * a test. Internal to conf.c.
 */
#ifndef OKTA_CONF_KEYS_H
#define OKTA_CONF_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"

enum conf_type {
	CONF_URL = 0, /* char *: https://host[:port] */
	CONF_ISSUER, /* char *: https://host[:port][/oauth2/ID] */
	CONF_PROXY, /* char *: http[s]://host:port */
	CONF_PATH, /* char *: absolute path */
	CONF_SECRET, /* struct secret: a token */
	CONF_ID, /* char *: an Okta id */
	CONF_KEY_ID, /* char *: kid of a key */
	CONF_ALGORITHM, /* char * */
	CONF_SCOPES, /* char **: okta.*.read */
	CONF_GROUPS, /* char **: 00g… */
	CONF_APPS, /* char **: 0oa… */
	CONF_FROM, /* char **: networks and zone:ID */
	CONF_PATHS, /* char **: absolute paths */
	CONF_ATTRIBUTE, /* char *: of the Okta profile */
	CONF_NAME_RULE, /* char *: [attribute:NAME] [local_part] */
	CONF_HOME, /* char *: absolute path with %u or %U */
	CONF_PRIMARY, /* char *: 00g…, or NULL for private */
	CONF_PREFIX, /* char *: the beginning of a name */
	CONF_STATUSES, /* uint32_t: bits 1 << enum person_status */
	CONF_RANGE, /* uint32_t[2]: MIN-MAX */
	CONF_SWITCH, /* int: yes or no */
	CONF_ON, /* int: on or off */
	CONF_NUMBER, /* unsigned int */
	CONF_PERCENT, /* unsigned int */
	CONF_DURATION, /* uint32_t seconds */
	CONF_FLOW, /* enum conf_flow */
	CONF_FACTOR, /* enum conf_factor */
	CONF_PROOFS, /* char[PROOF_LIST_SIZE]: words of proof.h */
	CONF_NAMES, /* char **: names of people */
	CONF_LOCAL_GROUP, /* any key of the section: conf_local.c */
	CONF_LOCAL_ACCOUNT, /* likewise */
	CONF_LATER, /* known, and refused by this version */
	CONF_TYPE_COUNT
};

/* What `at` is an offset in. */
enum conf_base { CONF_BASE_CONF = 0, CONF_BASE_SERVICE };

struct conf_key {
	const char *section;
	const char *name; /* NULL with CONF_LATER and CONF_LOCAL_…: any key of
			     the section that has no row before */
	enum conf_type type;
	enum conf_base base;
	size_t at;
	const char *fallback; /* as it would be written; NULL: none */
	uint32_t min, max; /* of numbers, percentages, durations */
};

extern const struct conf_key conf_keys[]; /* ends with section NULL */

/* The row of a key, or NULL. */
const struct conf_key *conf_key_find(const char *section, const char *name);
/* 1 where the table has rows for it. */
int conf_section_is_known(const char *section);

#endif
