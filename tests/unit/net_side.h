/*
 * oktad-net's eye on what a flow asks, for the tests of the flows: each of
 * their requests is one of the table and of a form that a login may send.
 */
#ifndef OKTA_TEST_NET_SIDE_H
#define OKTA_TEST_NET_SIDE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bound.h"
#include "code.h"
#include "internal.h"
#include "route.h"
#include "wire.h"

struct net_side {
	struct bound bound;
	char method[8], path[512], body[4096];
	uint32_t content, credential;
	size_t len;
	char refused[900]; /* the first one that net would not send, or "" */
};

static inline void
net_side_begin(struct net_side *s, const char *id, const char *login)
{
	bound_clear(&s->bound);
	*s = (struct net_side){0};
	strcpy(s->bound.id, id);
	strcpy(s->bound.login, login);
}

static inline void
net_side_judge(struct net_side *s)
{
	const struct route_request r = {ROLE_LOGIN, s->method, s->path,
	    (enum http_content)s->content, (enum http_credential)s->credential,
	    s->len > 0};
	const struct route *route = route_find(&r);
	const char *why = route == NULL
	    ? "not in the table"
	    : bound_refusal(&s->bound, route, s->path, s->body, s->len);

	if (why != NULL && s->refused[0] == '\0')
		snprintf(s->refused, sizeof(s->refused), "%s: %s %s %.300s",
		    why, s->method, s->path, s->body);
}

/* A frame of the flow's for net. */
static inline void
net_side_take(struct net_side *s, struct wire_in in)
{
	struct wire_field f;

	if (in.op == INT_REQUEST) {
		s->len = 0;
		s->body[0] = '\0';
	}
	while (wire_next(&in, &f) == 1) {
		if (f.tag == TAG_METHOD)
			wire_str(&f, s->method, sizeof(s->method));
		else if (f.tag == TAG_PATH)
			wire_str(&f, s->path, sizeof(s->path));
		else if (f.tag == TAG_CONTENT)
			wire_u32(&f, &s->content);
		else if (f.tag == TAG_CREDENTIAL)
			wire_u32(&f, &s->credential);
		else if (f.tag == TAG_DATA &&
		    s->len + f.len < sizeof(s->body)) {
			memcpy(s->body + s->len, f.p, f.len);
			s->len += f.len;
			s->body[s->len] = '\0';
		}
	}
	if (in.op == INT_REQUEST_END)
		net_side_judge(s);
}

#endif
