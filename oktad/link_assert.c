#include "link_assert.h"

#include <string.h>
#include <time.h>

#include "change.h"
#include "code.h"
#include "internal.h"
#include "log.h"

enum { FRAME_SIZE = 8192 };

/* What net says of the assertion that it wants. */
struct wish {
	uint32_t skew, endpoint, change;
	int is_admin;
};

static int
read_wish(struct wire_in *in, struct wish *w)
{
	struct wire_field f;
	int r;

	memset(w, 0, sizeof(*w));
	while ((r = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_SKEW)
			r = wire_u32(&f, &w->skew);
		else if (f.tag == TAG_ENDPOINT)
			r = wire_u32(&f, &w->endpoint);
		else if (f.tag == TAG_CHANGE)
			r = wire_u32(&f, &w->change);
		else if (f.tag == TAG_ADMIN)
			w->is_admin = 1;
		if (r != 1 && r != OKTA_OK)
			return OKTA_BAD;
	}
	return r;
}

static int
sign(
    struct parent *p, const struct wish *w, struct secret *jwt, struct error *e)
{
	const struct conf_credential *who = &p->conf->okta;
	const struct key *key = p->keys.okta;
	const struct change *change;

	if (w->endpoint != 0)
		return assertion_make_oidc(p->conf, &p->keys,
		    (enum internal_endpoint)w->endpoint, (int32_t)w->skew,
		    (int64_t)time(NULL), jwt, e);
	if (w->change != 0) {
		change = change_find(p, w->change);
		if (change == NULL)
			return error_set(
			    e, ERROR_DENIED, "no such change is under way");
		who = change_credential(p, change);
		key = change_key(p, change);
	} else if (w->is_admin) {
		if (!p->conf->factors_api)
			return error_set(e, ERROR_DENIED,
			    "the credential of [admin] is not for logins");
		who = &p->conf->admin;
		key = p->keys.admin;
	}
	return assertion_make(
	    p->conf, who, key, (int32_t)w->skew, (int64_t)time(NULL), jwt, e);
}

int
link_assert_answer(struct parent *p, struct conn *conn, struct wire_in *in)
{
	uint8_t frame[FRAME_SIZE];
	struct secret jwt = {0};
	struct error e = {0};
	struct wire_out o;
	struct wish w;
	int r;

	r = read_wish(in, &w);
	if (r != OKTA_OK)
		return r;
	wire_begin(&o, frame, sizeof(frame), INT_ASSERTION, in->id);
	if (sign(p, &w, &jwt, &e) == 0) {
		wire_put(&o, TAG_JWT, jwt.bytes, jwt.len);
	} else {
		log_event(LOG_ERR, "assertion_refused",
		    log_number("skew_s", (int32_t)w.skew),
		    log_text("error", e.text));
		wire_put_str(&o, TAG_ERROR, e.text);
		wire_put_u32(&o, TAG_ERROR_KIND, e.kind);
	}
	secret_clear(&jwt);
	r = conn_send(conn, &o, -1);
	explicit_bzero(frame, sizeof(frame));
	return r;
}
