#include "sessions.h"

#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "file.h"
#include "internal.h"
#include "protocol.h"

enum { LIST_MAX = 16 << 20 };

uint32_t sessions_held;

const char *
session_flow(const struct session_line *s)
{
	static const char *const words[] = {[FLOW_AUTHN] = "authn",
	    [FLOW_DIRECT] = "direct",
	    [FLOW_DEVICE] = "device"};

	if (!s->has_proof || s->flow >= sizeof(words) / sizeof(words[0]))
		return NULL;
	return words[s->flow];
}

static void
take_field(struct session_line *s, const struct wire_field *f)
{
	uint32_t flag = 0;

	switch (f->tag) {
	case SESSION_ID:
		(void)wire_str(f, s->id, sizeof(s->id));
		break;
	case TAG_USER:
		(void)wire_str(f, s->name, sizeof(s->name));
		break;
	case SESSION_ACCOUNT:
		(void)wire_str(f, s->account, sizeof(s->account));
		break;
	case TAG_OKTA_ID:
		(void)wire_str(f, s->okta_id, sizeof(s->okta_id));
		break;
	case TAG_SERVICE:
		(void)wire_str(f, s->service, sizeof(s->service));
		break;
	case TAG_TTY:
		(void)wire_str(f, s->tty, sizeof(s->tty));
		break;
	case TAG_RHOST:
		(void)wire_str(f, s->rhost, sizeof(s->rhost));
		break;
	case TAG_FACTORS:
		(void)wire_str(f, s->factors, sizeof(s->factors));
		break;
	case TAG_UID:
		(void)wire_u32(f, &s->uid);
		break;
	case TAG_TIME:
		(void)wire_u64(f, &s->since);
		break;
	case SESSION_FLOW:
		(void)wire_u32(f, &s->flow);
		break;
	case SESSION_AUDIT:
		(void)wire_u32(f, &s->audit);
		break;
	case SESSION_PID:
		(void)wire_u32(f, &s->pid);
		break;
	case SESSION_GRACE:
		(void)wire_u32(f, &s->grace_s);
		break;
	case SESSION_HELD:
		(void)wire_u32(f, &sessions_held);
		break;
	case SESSION_IS_LEFT:
		s->is_left = wire_u32(f, &flag) == OKTA_OK && flag == 1;
		break;
	case SESSION_OKTA:
		s->is_okta = wire_u32(f, &flag) == OKTA_OK && flag == 1;
		break;
	case SESSION_PROOF_AGE:
		s->has_proof = wire_u32(f, &s->proof_age_s) == OKTA_OK;
		break;
	default:
		break;
	}
}

/* The frames of a list. */
static int
each(const uint8_t *p, size_t left,
    void (*take)(void *arg, const struct session_line *s), void *arg)
{
	struct session_line s;
	struct wire_field f;
	struct wire_in in;
	int n = 0;

	while (left > 0) {
		size_t len = left < 4 ? SIZE_MAX
				      : 4 +
			((size_t)p[0] << 24 | (size_t)p[1] << 16 |
			    (size_t)p[2] << 8 | p[3]);

		if (len > left || wire_open(&in, p, len) != OKTA_OK)
			return -1;
		s = (struct session_line){.audit = UINT32_MAX};
		while (wire_next(&in, &f) == 1)
			take_field(&s, &f);
		p += len;
		left -= len;
		if (s.id[0] == '\0')
			continue;
		take(arg, &s);
		n++;
	}
	return n;
}

int
sessions_each(struct control *c,
    void (*take)(void *arg, const struct session_line *s), void *arg,
    struct error *e)
{
	struct secret list = {0};
	int fd = control_ask_fd(c, CTL_SESSIONS, "the sessions", e);
	int rc;

	if (fd == -1)
		return -1;
	if (lseek(fd, 0, SEEK_SET) == -1)
		rc = error_errno(e, "the sessions");
	else
		rc = file_read_fd(fd, "the sessions", LIST_MAX, &list, e);
	(void)close(fd);
	if (rc == 0)
		rc = each((const uint8_t *)list.bytes, list.len, take, arg);
	if (rc == -1 && e->kind == ERROR_NONE)
		error_set(e, ERROR_SYSTEM,
		    "oktad speaks another protocol; restart it after the "
		    "upgrade");
	secret_clear(&list);
	return rc;
}
