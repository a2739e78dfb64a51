/* The values of okta.conf that are numbers or words, and the table of all. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_range.h"
#include "conf_value.h"

int
conf_say(struct conf_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* Digits at *v as a number below 10^9, *v behind them; -1 where there are
 * none or too many. */
static int
read_number(const char **v, uint32_t *out)
{
	size_t len = strspn(*v, "0123456789");

	*out = 0;
	if (len == 0 || len > 9)
		return -1;
	for (; len > 0; len--)
		*out = *out * 10 + (uint32_t)(*(*v)++ - '0');
	return 0;
}

static int
is_within(const struct conf_key *k, uint64_t n)
{
	return n >= k->min && n <= k->max;
}

static int
value_number(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	uint32_t n;

	if (read_number(&v, &n) != 0 || *v != '\0' || !is_within(k, n))
		return conf_say(
		    why, "not a number from %u to %u", k->min, k->max);
	*(unsigned int *)dst = n;
	return 0;
}

static int
value_percent(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	uint32_t n;
	int bad = read_number(&v, &n) != 0;

	v += strspn(v, " \t");
	if (bad || strcmp(v, "%") != 0 || !is_within(k, n))
		return conf_say(
		    why, "not a share from %u %% to %u %%", k->min, k->max);
	*(unsigned int *)dst = n;
	return 0;
}

static int
value_duration(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	static const struct {
		const char *unit;
		uint32_t seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	uint64_t seconds = 0;
	uint32_t n;
	int bad = read_number(&v, &n) != 0;

	v += strspn(v, " \t");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(v, units[i].unit) == 0)
			seconds = (uint64_t)n * units[i].seconds;
	if (bad || *v == '\0' || strchr("smhd", *v) == NULL || v[1] != '\0')
		return conf_say(why,
		    "not a duration; write it like 30 s, "
		    "10 m, 6 h or 7 d");
	if (!is_within(k, seconds))
		return conf_say(
		    why, "not between %u s and %u s", k->min, k->max);
	*(uint32_t *)dst = (uint32_t)seconds;
	return 0;
}

static int
value_switch(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	int is_yes = strcmp(v, "yes") == 0;

	(void)k;
	if (!is_yes && strcmp(v, "no") != 0)
		return conf_say(why, "neither yes nor no");
	*(int *)dst = is_yes;
	return 0;
}

static int
value_on(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	int is_on = strcmp(v, "on") == 0;

	(void)k;
	if (!is_on && strcmp(v, "off") != 0)
		return conf_say(why, "neither on nor off");
	*(int *)dst = is_on;
	return 0;
}

static int
value_flow(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	static const struct {
		const char *word;
		enum conf_flow flow;
	} flows[] = {{"authn", FLOW_AUTHN}, {"direct", FLOW_DIRECT},
	    {"device", FLOW_DEVICE}};

	(void)k;
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		if (strcmp(v, flows[i].word) == 0) {
			*(enum conf_flow *)dst = flows[i].flow;
			return 0;
		}
	}
	return conf_say(why, "none of authn, direct and device");
}

static int
value_factor(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	if (strcmp(v, "required") == 0)
		*(enum conf_factor *)dst = FACTOR_REQUIRED;
	else if (strcmp(v, "okta") == 0)
		*(enum conf_factor *)dst = FACTOR_OKTA;
	else
		return conf_say(why, "neither required nor okta");
	return 0;
}

static int
value_proofs(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	enum proof_kind list[PROOF_COUNT];
	const char *at;
	char *text = dst;
	int n = proof_list(v, list, &at);

	(void)k;
	if (n < 0)
		return conf_say(why,
		    "\"%.*s\" is no kind of factor, or is there twice; the "
		    "kinds are: " PROOF_DEFAULT,
		    (int)strcspn(at, " \t"), at);
	for (int i = 0; i < n; i++)
		text =
		    stpcpy(stpcpy(text, i > 0 ? " " : ""), proof_word(list[i]));
	return 0;
}

static int
value_range(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	uint32_t *range = dst;

	(void)k;
	return conf_range_parse(
	    v, &range[0], &range[1], why->text, sizeof(why->text));
}

static int
value_later(
    const struct conf_key *k, const char *v, void *dst, struct conf_why *why)
{
	(void)k;
	(void)v;
	(void)dst;
	return conf_say(why,
	    "not supported by this version; delete the line, "
	    "it would not be obeyed");
}

static conf_value_fn *const readers[CONF_TYPE_COUNT] = {
    [CONF_URL] = conf_value_url,
    [CONF_ISSUER] = conf_value_issuer,
    [CONF_PROXY] = conf_value_proxy,
    [CONF_PATH] = conf_value_path,
    [CONF_SECRET] = conf_value_secret,
    [CONF_ID] = conf_value_id,
    [CONF_KEY_ID] = conf_value_key_id,
    [CONF_ALGORITHM] = conf_value_algorithm,
    [CONF_SCOPES] = conf_value_scopes,
    [CONF_GROUPS] = conf_value_groups,
    [CONF_APPS] = conf_value_apps,
    [CONF_FROM] = conf_value_from,
    [CONF_PATHS] = conf_value_paths,
    [CONF_ATTRIBUTE] = conf_value_attribute,
    [CONF_NAME_RULE] = conf_value_name_rule,
    [CONF_HOME] = conf_value_home,
    [CONF_PRIMARY] = conf_value_primary,
    [CONF_PREFIX] = conf_value_prefix,
    [CONF_STATUSES] = conf_value_statuses,
    [CONF_RANGE] = value_range,
    [CONF_SWITCH] = value_switch,
    [CONF_ON] = value_on,
    [CONF_NUMBER] = value_number,
    [CONF_PERCENT] = value_percent,
    [CONF_DURATION] = value_duration,
    [CONF_FLOW] = value_flow,
    [CONF_FACTOR] = value_factor,
    [CONF_PROOFS] = value_proofs,
    [CONF_NAMES] = conf_value_names,
    [CONF_LOCAL_GROUP] = value_later,
    [CONF_LOCAL_ACCOUNT] = value_later,
    [CONF_LATER] = value_later,
};

int
conf_value(const struct conf_key *k, const char *value, void *dst,
    struct conf_why *why)
{
	int may_be_empty = k->type == CONF_GROUPS || k->type == CONF_APPS ||
	    k->type == CONF_STATUSES || k->type == CONF_SCOPES ||
	    k->type == CONF_FROM || k->type == CONF_NAMES ||
	    k->type == CONF_LATER;

	if (*value == '\0' && !may_be_empty)
		return conf_say(why, "has no value");
	conf_value_clear(k, dst);
	return readers[k->type](k, value, dst, why);
}

void
conf_value_clear(const struct conf_key *k, void *dst)
{
	char **text = dst, ***list = dst;

	switch (k->type) {
	case CONF_URL:
	case CONF_ISSUER:
	case CONF_PROXY:
	case CONF_PATH:
	case CONF_ID:
	case CONF_KEY_ID:
	case CONF_ALGORITHM:
	case CONF_ATTRIBUTE:
	case CONF_NAME_RULE:
	case CONF_HOME:
	case CONF_PRIMARY:
	case CONF_PREFIX:
		free(*text);
		*text = NULL;
		break;
	case CONF_SCOPES:
	case CONF_GROUPS:
	case CONF_APPS:
	case CONF_FROM:
	case CONF_NAMES:
	case CONF_PATHS:
		for (char **p = *list; p != NULL && *p != NULL; p++)
			free(*p);
		free(*list);
		*list = NULL;
		break;
	case CONF_SECRET:
		secret_clear(dst);
		break;
	case CONF_STATUSES:
	case CONF_RANGE:
	case CONF_SWITCH:
	case CONF_ON:
	case CONF_NUMBER:
	case CONF_PERCENT:
	case CONF_DURATION:
	case CONF_FLOW:
	case CONF_FACTOR:
	case CONF_PROOFS:
	case CONF_LOCAL_GROUP:
	case CONF_LOCAL_ACCOUNT:
	case CONF_LATER:
	case CONF_TYPE_COUNT:
		break;
	}
}
