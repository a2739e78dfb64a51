#include "conf_slice.h"
#include "internal.h"
#include "slice_codec.h"

#define ROW(n, k, type, member)                                               \
	{                                                                     \
		.tag = (n), .kind = (k), .at = offsetof(struct type, member), \
		.size = sizeof(((struct type *)0)->member)                    \
	}
#define REQUIRED(n, k, type, member)                                          \
	{                                                                     \
		.tag = (n), .kind = (k), .at = offsetof(struct type, member), \
		.size = sizeof(((struct type *)0)->member), .is_required = 1  \
	}
#define TABLE(rows)                                      \
	{                                                \
		(rows), sizeof(rows) / sizeof((rows)[0]) \
	}

_Static_assert(
    sizeof(enum conf_mode) == 4 && sizeof(int) == 4, "SLICE_NUMBER is 32 bits");

static const struct slice_row net_rows[] = {
    REQUIRED(300, SLICE_TEXT, slice_net, url),
    ROW(301, SLICE_TEXT, slice_net, ca_pem),
    ROW(302, SLICE_TEXT, slice_net, proxy),
    REQUIRED(303, SLICE_NUMBER, slice_net, mode),
    ROW(304, SLICE_SECRET, slice_net, api_token),
    ROW(305, SLICE_LIST, slice_net, scopes),
    REQUIRED(306, SLICE_NUMBER, slice_net, rate_share),
    ROW(307, SLICE_NUMBER, slice_net, trusted_app),
    ROW(308, SLICE_NUMBER, slice_net, trusted_proxy),
    ROW(309, SLICE_NUMBER, slice_net, has_admin),
    ROW(310, SLICE_NUMBER, slice_net, admin_mode),
    ROW(311, SLICE_SECRET, slice_net, admin_token),
    ROW(312, SLICE_LIST, slice_net, admin_scopes),
    ROW(313, SLICE_TEXT, slice_net, oidc_client_id),
    ROW(314, SLICE_TEXT, slice_net, oidc_base),
    ROW(315, SLICE_SECRET, slice_net, oidc_secret),
    ROW(316, SLICE_NUMBER, slice_net, has_oidc_key),
    ROW(317, SLICE_NUMBER, slice_net, factors_api),
};

static const struct slice_row sync_rows[] = {
    REQUIRED(320, SLICE_TEXT, slice_sync, url),
    ROW(321, SLICE_LIST, slice_sync, allow_groups),
    ROW(322, SLICE_LIST, slice_sync, allow_apps),
    ROW(323, SLICE_LIST, slice_sync, publish_groups),
    REQUIRED(324, SLICE_NUMBER, slice_sync, id_min),
    REQUIRED(325, SLICE_NUMBER, slice_sync, id_max),
    ROW(326, SLICE_TEXT, slice_sync, uid_attribute),
    ROW(327, SLICE_TEXT, slice_sync, gid_attribute),
    REQUIRED(328, SLICE_TEXT, slice_sync, name),
    REQUIRED(329, SLICE_TEXT, slice_sync, home),
    REQUIRED(330, SLICE_TEXT, slice_sync, shell),
    ROW(331, SLICE_TEXT, slice_sync, home_attribute),
    ROW(332, SLICE_TEXT, slice_sync, shell_attribute),
    ROW(333, SLICE_LIST, slice_sync, shells),
    REQUIRED(334, SLICE_NUMBER, slice_sync, poll_interval_s),
    REQUIRED(335, SLICE_NUMBER, slice_sync, full_interval_s),
    REQUIRED(336, SLICE_NUMBER, slice_sync, max_age_s),
    ROW(337, SLICE_NUMBER, slice_sync, key_statuses),
    ROW(339, SLICE_NUMBER, slice_sync, enumerate),
    ROW(360, SLICE_NUMBER, slice_sync, trust_attributes),
    ROW(361, SLICE_TEXT, slice_sync, gecos_attribute),
    ROW(362, SLICE_TEXT, slice_sync, primary_group),
    ROW(363, SLICE_TEXT, slice_sync, group_prefix),
    ROW(366, SLICE_LIST, slice_sync, local_groups),
    ROW(367, SLICE_LIST, slice_sync, veto),
    ROW(368, SLICE_LIST, slice_sync, local_accounts),
    ROW(365, SLICE_TEXT, slice_sync, ssh_keys_attribute),
    ROW(364, SLICE_LIST, slice_sync, rule_ids),
};

static const struct slice_row person_rows[] = {
    {.tag = 359,
	.kind = SLICE_BYTES,
	.at = offsetof(struct slice_person, hello),
	.size = sizeof(((struct slice_person *)0)->hello),
	.len_at = offsetof(struct slice_person, hello_len)},
    ROW(340, SLICE_NUMBER, slice_person, peer_uid),
    ROW(341, SLICE_NUMBER, slice_person, uid),
    ROW(342, SLICE_ARRAY, slice_person, name),
    ROW(343, SLICE_ARRAY, slice_person, id),
    ROW(344, SLICE_ARRAY, slice_person, login),
    ROW(345, SLICE_NUMBER, slice_person, status),
    ROW(346, SLICE_NUMBER, slice_person, why),
    ROW(347, SLICE_NUMBER, slice_person, flags),
    REQUIRED(348, SLICE_NUMBER, slice_person, flow),
    REQUIRED(349, SLICE_NUMBER, slice_person, factor),
    REQUIRED(350, SLICE_NUMBER, slice_person, deadline_s),
    ROW(351, SLICE_NUMBER, slice_person, trusted_app),
    ROW(352, SLICE_NUMBER, slice_person, trusted_proxy),
    ROW(370, SLICE_ARRAY, slice_person, oidc_client_id),
    ROW(371, SLICE_ARRAY, slice_person, oidc_issuer),
    ROW(372, SLICE_NUMBER, slice_person, factors_api),
    ROW(373, SLICE_ARRAY, slice_person, account),
    ROW(374, SLICE_NUMBER, slice_person, asks_who),
    ROW(375, SLICE_NUMBER, slice_person, person_uid),
    ROW(353, SLICE_ARRAY, slice_person, refusal),
    ROW(354, SLICE_ARRAY, slice_person, factors),
    ROW(356, SLICE_NUMBER, slice_person, preferred),
    ROW(357, SLICE_NUMBER, slice_person, has_grace),
    ROW(358, SLICE_ARRAY, slice_person, url),
    ROW(376, SLICE_NUMBER, slice_person, okta_sessions),
};

static const struct slice_table net_table = TABLE(net_rows);
static const struct slice_table sync_table = TABLE(sync_rows);
static const struct slice_table person_table = TABLE(person_rows);
int
slice_net_send(int fd, const struct conf *c, uint64_t deadline)
{
	char base[96] = "";
	const char *issuer = c->oidc.client_id != NULL ? c->oidc.issuer : NULL;
	/* Borrows everything of *c: never cleared. */
	struct slice_net s = {
	    .url = c->url,
	    .ca_pem = c->ca_pem,
	    .proxy = c->proxy,
	    .mode = c->okta.mode,
	    .api_token = c->okta.api_token,
	    .scopes = c->okta.scopes,
	    .rate_share = c->rate_share,
	    .trusted_app = c->trusted_app,
	    .trusted_proxy = c->trusted_proxy,
	    .oidc_client_id = c->oidc.client_id,
	    .oidc_secret = c->oidc.secret,
	    .has_oidc_key = c->oidc.private_key.bytes != NULL,
	    .factors_api = c->factors_api,
	};

	/* For a change it is told with that (INT_CHANNEL). */
	if (c->factors_api) {
		s.has_admin = c->has_admin;
		s.admin_mode = c->admin.mode;
		s.admin_token = c->admin.api_token;
		s.admin_scopes = c->admin.scopes;
	}
	if (issuer != NULL && conf_oidc_base(issuer, base, sizeof(base)) == 0)
		s.oidc_base = base;
	return slice_send(fd, &net_table, &s, INT_CONF, INT_CONF_END, deadline);
}

int
slice_sync_send(int fd, const struct conf *c, uint64_t deadline)
{
	const struct slice_sync s = {
	    .url = c->url,
	    .allow_groups = c->allow_groups,
	    .allow_apps = c->allow_apps,
	    .publish_groups = c->publish_groups,
	    .id_min = c->id_min,
	    .id_max = c->id_max,
	    .uid_attribute = c->uid_attribute,
	    .gid_attribute = c->gid_attribute,
	    .name = c->name,
	    .home = c->home,
	    .shell = c->shell,
	    .home_attribute = c->home_attribute,
	    .shell_attribute = c->shell_attribute,
	    .shells = c->shells,
	    .poll_interval_s = c->poll_interval_s,
	    .full_interval_s = c->full_interval_s,
	    .max_age_s = c->max_age_s,
	    .key_statuses = c->key_statuses,
	    .enumerate = c->enumerate,
	    .trust_attributes = c->trust_attributes,
	    .gecos_attribute = c->gecos_attribute,
	    .primary_group = c->primary_group,
	    .group_prefix = c->group_prefix,
	    .ssh_keys_attribute = c->ssh_keys_attribute,
	    .local_groups = c->local_groups,
	    .veto = c->veto,
	    .local_accounts = c->local_accounts,
	    .rule_ids = c->rule_ids,
	};

	return slice_send(
	    fd, &sync_table, &s, INT_CONF, INT_CONF_END, deadline);
}

static int
take_fields(const struct slice_table *t, void *slice, struct wire_in in)
{
	struct wire_field f;
	int r;

	while ((r = wire_next(&in, &f)) == 1)
		if (slice_take(t, slice, &f) != OKTA_OK)
			return OKTA_BAD;
	return r;
}

static int
take_conf(const struct slice_table *t, void *slice, const struct wire_in *in)
{
	if (in->op == INT_CONF)
		return take_fields(t, slice, *in);
	if (in->op == INT_CONF_END && slice_complete(t, slice) == OKTA_OK)
		return 1;
	return OKTA_BAD;
}

static int
is_mode(enum conf_mode mode)
{
	return mode == CONF_API_TOKEN || mode == CONF_OAUTH;
}

int
slice_net_take(struct slice_net *s, const struct wire_in *in)
{
	int r = take_conf(&net_table, s, in);

	if (r != 1)
		return r;
	if (!is_mode(s->mode) || (s->has_admin && !is_mode(s->admin_mode)) ||
	    (s->mode == CONF_API_TOKEN) != (s->api_token.bytes != NULL) ||
	    (s->oidc_client_id != NULL) != (s->oidc_base != NULL))
		return OKTA_BAD;
	return 1;
}

int
slice_sync_take(struct slice_sync *s, const struct wire_in *in)
{
	int r = take_conf(&sync_table, s, in);

	return r == 1 && s->id_min > s->id_max ? OKTA_BAD : r;
}

void
slice_net_clear(struct slice_net *s)
{
	slice_clear(&net_table, s);
}

void
slice_sync_clear(struct slice_sync *s)
{
	slice_clear(&sync_table, s);
}

int
slice_person_send(int fd, const struct slice_person *p, uint64_t deadline)
{
	return slice_send(fd, &person_table, p, INT_PERSON, 0, deadline);
}

int
slice_person_take(struct slice_person *p, const struct wire_in *in)
{
	if (in->op != INT_PERSON ||
	    take_fields(&person_table, p, *in) != OKTA_OK)
		return OKTA_BAD;
	return slice_complete(&person_table, p);
}
