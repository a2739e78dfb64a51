#include <string.h>
#include <unistd.h>

#include "code.h"
#include "control_private.h"
#include "internal.h"
#include "scopes.h"
#include "session_answer.h"

/* One of those that there are commands for: it becomes part of a form. */
static int
is_scope(const char *scope)
{
	const struct conf_scope *s = conf_admin_scopes;

	while (s->scope != NULL && strcmp(s->scope, scope) != 0)
		s++;
	return s->scope != NULL;
}

static int
add_scope(const struct wire_field *f, struct change_wish *w)
{
	char scope[100];

	return wire_str(f, scope, sizeof(scope)) == OKTA_OK &&
		is_scope(scope) &&
		scopes_add(w->scopes, CHANGE_SCOPES_MAX, scope) == 0
	    ? OKTA_OK
	    : OKTA_BAD;
}

static int
read_wish(struct wire_in *in, struct change_wish *w)
{
	struct wire_field f;
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		if (f.tag == CHANGE_WHAT)
			r = wire_str(&f, w->what, sizeof(w->what));
		else if (f.tag == CHANGE_WHOM)
			r = wire_str(&f, w->whom, sizeof(w->whom));
		else if (f.tag == CHANGE_FILE)
			r = wire_str(&f, w->path, sizeof(w->path));
		else if (f.tag == TAG_SCOPE)
			r = add_scope(&f, w);
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	return r == OKTA_OK && w->what[0] != '\0' && w->scopes[0] != NULL &&
		(w->path[0] != '\0') == (w->fd >= 0)
	    ? OKTA_OK
	    : OKTA_BAD;
}

int
control_answer_change(struct control *c, struct wire_in *in)
{
	struct change_wish w = {.fd = conn_take_fd(&c->conn, 0)};
	struct error e = {0};
	struct proc by;
	int channel, r = OKTA_BAD;

	if (c->change.number == 0)
		r = read_wish(in, &w);
	if (r == OKTA_OK) {
		/* For the log; what is not certain is left out of it. */
		(void)session_peer(
		    c->conn.fd, peer_pid(c->conn.fd), c->since_ms, &by);
		channel = change_open(c->parent, &c->change, &w, &by, &e);
		r = channel < 0 ? control_answer_error(c, in->id, &e)
				: control_answer_done(c, in->id, channel);
		if (channel >= 0)
			close(channel);
	}
	scopes_free(w.scopes);
	if (w.fd >= 0)
		close(w.fd);
	return r;
}

int
control_answer_changed(struct control *c, struct wire_in *in)
{
	char result[32] = "", request[48] = "", error[512] = "";
	struct wire_field f;
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		if (f.tag == CHANGE_RESULT)
			r = wire_str(&f, result, sizeof(result));
		else if (f.tag == TAG_REQUEST_ID)
			r = wire_str(&f, request, sizeof(request));
		else if (f.tag == TAG_ERROR)
			r = wire_str(&f, error, sizeof(error));
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	if (r != OKTA_OK || c->change.number == 0 || result[0] == '\0')
		return OKTA_BAD;
	change_close(&c->change, result, request, error);
	return control_answer_done(c, in->id, -1);
}

const struct change *
change_find(const struct parent *p, uint32_t number)
{
	const struct control *c;

	TAILQ_FOREACH (c, &p->controls, entry)
		if (c->change.number == number && number != 0)
			return &c->change;
	return NULL;
}

void
change_shed_all(struct parent *p)
{
	struct control *c;

	TAILQ_FOREACH (c, &p->controls, entry)
		change_shed(&c->change);
}
