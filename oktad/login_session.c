#include "login_session.h"

#include <string.h>

#include "api_session.h"
#include "code.h"

enum { FRAME = 2048 };

static int
read_request(struct wire_in in, uint32_t *what, struct secret *value)
{
	struct wire_field f;
	int r;

	*what = 0;
	while ((r = wire_next(&in, &f)) == 1) {
		if ((f.tag == TAG_SESSION_DO &&
			wire_u32(&f, what) != OKTA_OK) ||
		    (f.tag == TAG_SESSION_VALUE &&
			secret_set(value, f.p, f.len) != 0))
			return OKTA_BAD;
	}
	return r != OKTA_OK || *what < OKTA_SESSION_MAKE ||
		*what >= OKTA_SESSION_DO_COUNT || value->bytes == NULL
	    ? OKTA_BAD
	    : OKTA_OK;
}

static int
tell(struct login_link *l, enum okta_session_result result,
    const struct api_session *s, const struct error *e)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[FRAME];
	struct wire_out o;
	int r;

	wire_begin(&o, frame, sizeof(frame), INT_SESSION_DONE, no_id);
	wire_put_u32(&o, TAG_SESSION_RESULT, result);
	if (s->id.bytes != NULL) {
		wire_put(&o, TAG_SESSION_VALUE, s->id.bytes, s->id.len);
		wire_put_str(&o, TAG_OKTA_ID, s->user_id);
		wire_put_u32(&o, TAG_SESSION_LIFE, s->life_s);
		wire_put_u32(&o, TAG_SESSION_ACTIVE, (uint32_t)s->is_active);
	}
	if (result != OKTA_SESSION_GOOD) {
		wire_put_str(&o, TAG_ERROR, e->text);
		wire_put_u32(&o, TAG_RETRY, e->retry_s);
	}
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, o.buf, o.len, l->deadline);
	explicit_bzero(frame, sizeof(frame));
	return r;
}

int
login_session_run(struct login_link *l, const struct wire_in *in, int channel)
{
	enum okta_session_result result;
	struct api_session s = {0};
	struct secret value = {0};
	struct error e = {0};
	uint32_t what;
	int r = read_request(*in, &what, &value);

	if (r == OKTA_OK) {
		result = api_session_ask(channel, HTTP_DAEMON,
		    (enum okta_session_do)what, &value, &s, &e);
		r = tell(l, result, &s, &e);
	}
	secret_clear(&value);
	api_session_clear(&s);
	return r;
}
