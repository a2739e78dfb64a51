#include "own.h"

#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "scopes.h"

enum { SCOPE_SIZE = 100 };

struct own {
	TAILQ_ENTRY(own) entry;
	struct credential credential;
	struct secret api_token;
	char *scopes[OWN_SCOPES_MAX + 1];
};

static void
own_free(struct own *o)
{
	credential_clear(&o->credential);
	secret_clear(&o->api_token);
	scopes_free(o->scopes);
	free(o);
}

static struct credential *
add(struct channel *c, struct own *o, struct credential_owner owner,
    enum conf_mode mode)
{
	credential_set(
	    &o->credential, c->net, owner, mode, &o->api_token, o->scopes);
	o->credential.is_strict = 1;
	TAILQ_INSERT_TAIL(&c->owns, o, entry);
	return &o->credential;
}

int
own_take(struct channel *c, struct wire_in *in)
{
	struct credential_owner owner = {TAG_CHANGE, 0};
	struct own *o = calloc(1, sizeof(*o));
	char scope[SCOPE_SIZE];
	struct wire_field f;
	int n, rc = 0;

	if (o == NULL)
		return -1;
	while (rc == 0 && (n = wire_next(in, &f)) != 0) {
		if (n < 0)
			rc = -1;
		else if (f.tag == TAG_CHANGE)
			rc = wire_u32(&f, &owner.value);
		else if (f.tag == TAG_SCOPE)
			rc = wire_str(&f, scope, sizeof(scope)) != OKTA_OK
			    ? -1
			    : scopes_add(o->scopes, OWN_SCOPES_MAX, scope);
		else if (f.tag == TAG_TOKEN)
			rc = secret_set(&o->api_token, f.p, f.len);
	}
	if (rc != 0 || owner.value == 0 || o->scopes[0] == NULL) {
		own_free(o);
		return -1;
	}
	(void)add(c, o, owner,
	    o->api_token.bytes != NULL ? CONF_API_TOKEN : CONF_OAUTH);
	return 0;
}

static int
has_scope(char *const *scopes, const char *scope)
{
	for (; scopes != NULL && *scopes != NULL; scopes++)
		if (strcmp(*scopes, scope) == 0)
			return 1;
	return 0;
}

struct credential *
own_find(struct channel *c, const char *scope)
{
	struct own *o;

	TAILQ_FOREACH (o, &c->owns, entry)
		if (scope != NULL && has_scope(o->scopes, scope))
			return &o->credential;
	return NULL;
}

struct credential *
own_look(struct channel *c, const char *scope)
{
	struct credential *daemon = &c->net->daemon, *found;
	struct credential_hint hint;
	struct own *o;

	if (scope == NULL || daemon->mode != CONF_OAUTH ||
	    has_scope(daemon->scopes, scope))
		return daemon;
	found = own_find(c, scope);
	if (found != NULL)
		return found;
	o = calloc(1, sizeof(*o));
	if (o == NULL || scopes_add(o->scopes, OWN_SCOPES_MAX, scope) != 0) {
		free(o);
		return NULL;
	}
	found = add(c, o, daemon->owner, CONF_OAUTH);
	credential_save_hint(daemon, &hint);
	credential_take_hint(found, &hint);
	return found;
}

void
own_close(struct channel *c)
{
	struct own *o;

	while ((o = TAILQ_FIRST(&c->owns)) != NULL) {
		TAILQ_REMOVE(&c->owns, o, entry);
		own_free(o);
	}
}

void
own_close_channels(struct net *n)
{
	struct channel *c = TAILQ_FIRST(&n->channels), *next;

	for (; c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (!TAILQ_EMPTY(&c->owns))
			channel_close(c);
	}
}

int
own_take_assertion(struct net *n, const uint8_t id[WIRE_ID_SIZE],
    const struct secret *jwt, const char *reason)
{
	struct channel *c;
	struct own *o;

	TAILQ_FOREACH (c, &n->channels, entry)
		TAILQ_FOREACH (o, &c->owns, entry)
			if (credential_take_assertion(
				&o->credential, id, jwt, reason))
				return 1;
	return 0;
}

void
own_tick(struct net *n, uint64_t now_ms)
{
	struct channel *c;
	struct own *o;

	TAILQ_FOREACH (c, &n->channels, entry)
		TAILQ_FOREACH (o, &c->owns, entry)
			credential_tick(&o->credential, now_ms);
}
