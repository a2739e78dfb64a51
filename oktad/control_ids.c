#include "control_private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "grant.h"
#include "internal.h"
#include "link.h"
#include "log.h"
#include "publishing.h"

void
control_import_drop(struct control *c)
{
	if (c->import >= 0)
		close(c->import);
	c->import = -1;
}

/* The descriptors are root's and go to oktad-sync. */
int
control_answer_ids(struct control *c, struct wire_in *in)
{
	struct wire_field f;
	uint32_t mode = 0;
	int fds[CONN_FDS], r;
	size_t nfds = 0;

	while ((r = wire_next(in, &f)) == 1)
		if (f.tag == TAG_IDS_MODE && wire_u32(&f, &mode) != OKTA_OK)
			return OKTA_BAD;
	if (r != OKTA_OK || c->waits_for_sync)
		return OKTA_BAD;
	while (
	    nfds < CONN_FDS && (fds[nfds] = conn_take_fd(&c->conn, nfds)) >= 0)
		nfds++;
	r = link_ids(c->parent, in->id, mode, fds, nfds);
	control_import_drop(c);
	if (r == 0 && mode == IDS_IMPORT && nfds == 2)
		c->import = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
	while (nfds > 0)
		close(fds[--nfds]);
	if (r != 0)
		return control_answer_absent(c, in->id, "oktad-sync");
	memcpy(c->sync_id, in->id, sizeof(c->sync_id));
	c->waits_for_sync = 1;
	return OKTA_OK;
}

static int
take_forget(struct wire_in *in, struct forget *f)
{
	struct wire_field field;
	int r;

	memset(f, 0, sizeof(*f));
	while ((r = wire_next(in, &field)) == 1) {
		if (field.tag == TAG_USER)
			r = wire_str(&field, f->name, sizeof(f->name));
		else if (field.tag == TAG_UID)
			r = wire_u32(&field, &f->number);
		if (r != 1 && r != OKTA_OK)
			return OKTA_BAD;
	}
	return r == OKTA_OK && (f->name[0] != '\0') != (f->number != 0)
	    ? OKTA_OK
	    : OKTA_BAD;
}

/* First former, then the ledger of oktad-sync: if that is lost on the way, the
 * same word may be said again. */
int
control_answer_forget(struct control *c, struct wire_in *in)
{
	struct parent *p = c->parent;
	struct former_holder h;
	struct error e = {0};
	struct wire_out o;
	struct forget f;
	uint8_t frame[256];
	int had;

	if (take_forget(in, &f) != OKTA_OK)
		return OKTA_BAD;
	if (p->sync == NULL)
		return control_answer_absent(c, in->id, "oktad-sync");
	if (publishing_is_busy(p)) {
		error_set(&e, ERROR_RETRY,
		    "a directory is being published; try again in a moment");
		return control_answer_error(c, in->id, &e);
	}
	had = forget_say(&publish_here, &f, &h, &e);
	if (had == -1)
		return control_answer_error(c, in->id, &e);
	log_event(LOG_NOTICE, "forgotten",
	    log_text("name", f.name[0] != '\0' ? f.name : NULL),
	    log_number("number", f.number),
	    log_text("of", had ? h.id : "nobody"));
	if (link_forget(p, &f) != 0)
		return control_answer_absent(c, in->id, "oktad-sync");
	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, in->id);
	if (had) {
		wire_put_str(&o, TAG_USER, h.name);
		wire_put_u32(&o, TAG_UID, h.number);
		wire_put_str(&o, TAG_OKTA_ID, h.id);
	}
	wire_put(&o, TAG_DONE, "", 0);
	return conn_send(&c->conn, &o, -1);
}

static int
is_ok(struct wire_in in)
{
	struct wire_field f;
	char result[8];

	while (wire_next(&in, &f) == 1)
		if (f.tag == STATUS_RESULT)
			return wire_str(&f, result, sizeof(result)) ==
			    OKTA_OK &&
			    strcmp(result, "ok") == 0;
	return 0;
}

int
control_import_grant(
    struct control *c, const struct wire_in *in, struct error *e)
{
	struct parent *p = c->parent;
	int rc = 0;

	if (c->import < 0)
		return 0;
	if (is_ok(*in) && publishing_is_busy(p))
		rc = error_set(e, ERROR_RETRY,
		    "a directory is being published; import it again");
	else if (is_ok(*in))
		rc = grant_file(publish_here.former, c->import, p->conf->id_min,
		    p->conf->id_max, e);
	control_import_drop(c);
	return rc;
}
