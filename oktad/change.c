#include "change.h"

#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"

const struct conf_credential *
change_credential(const struct parent *p, const struct change *c)
{
	return c->file != NULL ? &c->file->admin : &p->conf->admin;
}

const struct key *
change_key(const struct parent *p, const struct change *c)
{
	return c->file != NULL ? c->key : p->keys.admin;
}

void
change_shed(struct change *c)
{
	conf_free(c->file);
	key_free(c->key);
	memset(c, 0, sizeof(*c));
}

/* Looks for the credential before anybody is asked for anything. */
static int
load(struct parent *p, struct change *c, const struct change_wish *w,
    struct error *e)
{
	const struct conf *conf;

	if (w->path[0] != '\0') {
		if (conf_load_admin(w->fd, w->path, 0, &c->file, e) != 0 ||
		    (c->file->admin.mode == CONF_OAUTH &&
			key_load(&c->file->admin.private_key,
			    c->file->admin.algorithm, &c->key, e) != 0))
			return -1;
	} else if (!p->conf->has_admin) {
		return error_set(e, ERROR_SCOPE,
		    "there is no credential for changes: write [admin] in %s "
		    "(okta.conf(5)), or name a file with --credential; it "
		    "needs %s",
		    p->conf_path, w->scopes[0]);
	}
	conf = c->file != NULL ? c->file : p->conf;
	for (char *const *s = w->scopes; *s != NULL; s++)
		if (conf->admin.mode == CONF_OAUTH &&
		    conf_admin_may(conf, *s, e) != 0)
			return -1;
	return 0;
}

static uint32_t
new_number(struct parent *p)
{
	if (++p->changes == 0)
		p->changes = 1;
	return p->changes;
}

static void
log_change(const struct change *c, const char *event, const char *result,
    const char *request, const char *error)
{
	log_always(LOG_NOTICE,
	    (const struct log_field[]){log_text("event", event),
		log_number("change", c->number), log_text("what", c->what),
		log_text("whom", c->whom),
		c->by.login != PROC_UNSET ? log_number("by", c->by.login)
					  : log_text("by", "nobody"),
		c->by.audit != PROC_UNSET ? log_number("audit", c->by.audit)
					  : log_text("audit", NULL),
		log_text(
		    "credential", c->file != NULL ? c->file->file : "[admin]"),
		log_text("result", result),
		log_text("request", request[0] != '\0' ? request : NULL),
		log_text("error", error[0] != '\0' ? error : NULL),
		{0, NULL, NULL, 0}});
}

int
change_open(struct parent *p, struct change *c, const struct change_wish *w,
    const struct proc *by, struct error *e)
{
	int channel = -1;

	memset(c, 0, sizeof(*c));
	if (load(p, c, w, e) == 0) {
		c->number = new_number(p);
		channel = link_change_channel(p, c->number, w->scopes,
		    &change_credential(p, c)->api_token);
		if (channel < 0)
			error_set(e, ERROR_SYSTEM, "oktad-net is not running");
	}
	if (channel < 0) {
		change_shed(c);
		return -1;
	}
	snprintf(c->what, sizeof(c->what), "%s", w->what);
	snprintf(c->whom, sizeof(c->whom), "%s", w->whom);
	c->by = *by;
	log_change(c, "change_begins", NULL, "", "");
	return channel;
}

void
change_close(struct change *c, const char *result, const char *request,
    const char *error)
{
	if (c->number != 0)
		log_change(c, "change", result, request, error);
	change_shed(c);
}
