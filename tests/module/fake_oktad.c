#include "fake_oktad.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"
#include "world.h"

struct heard *heard;
static pid_t child;
static int is_frozen;

static void
copy(char *to, size_t cap, const struct wire_field *f)
{
	size_t len = f->len < cap - 1 ? f->len : cap - 1;

	memcpy(to, f->p, len);
	to[len] = '\0';
}

static void
hear(const struct wire_in *frame)
{
	struct wire_in in = *frame;
	struct wire_field f;
	int n;

	heard->logins += in.op == OP_LOGIN;
	heard->seconds += in.op == OP_SECOND_FACTOR;
	heard->opens += in.op == OP_SESSION_OPEN;
	heard->closes += in.op == OP_SESSION_CLOSE;
	while (wire_next(&in, &f) == 1) {
		switch (f.tag) {
		case TAG_UID:
			wire_u32(&f, &heard->uid);
			break;
		case TAG_SERVICE:
			copy(heard->service, sizeof(heard->service), &f);
			break;
		case TAG_TICKET:
			copy(heard->ticket, sizeof(heard->ticket), &f);
			break;
		case TAG_USER:
			copy(heard->user, sizeof(heard->user), &f);
			break;
		case TAG_DEADLINE:
			wire_u32(&f, &heard->deadline_ms);
			break;
		case TAG_RHOST:
			copy(heard->rhost, sizeof(heard->rhost), &f);
			break;
		case TAG_TTY:
			copy(heard->tty, sizeof(heard->tty), &f);
			break;
		case TAG_RUSER:
			copy(heard->ruser, sizeof(heard->ruser), &f);
			break;
		case TAG_PASSWORD:
			heard->has_password = 1;
			break;
		case TAG_ANSWER:
			n = heard->replies++ % 8;
			heard->answers[n].len = f.len;
			copy(heard->answers[n].bytes,
			    sizeof(heard->answers[n].bytes), &f);
			break;
		default:
			break;
		}
	}
}

/* The next frame's op, or 0 at the end. */
static int
next(int fd, struct wire_in *in)
{
	static uint8_t buf[WIRE_LOGIN_MAX];
	size_t len;

	if (wire_recv(fd, buf, sizeof(buf), &len, 0) != OKTA_OK ||
	    wire_open(in, buf, len) != OKTA_OK)
		return 0;
	heard->bytes += len;
	hear(in);
	return in->op;
}

static void
say(int fd, const struct step *s, const uint8_t *id)
{
	uint8_t buf[WIRE_LOGIN_MAX], other[WIRE_ID_SIZE];
	struct wire_out o;
	uint16_t op = s->kind == STEP_PROMPT ? OP_PROMPT
	    : s->kind == STEP_INFO	     ? OP_INFO
					     : OP_VERDICT;

	memcpy(other, id, sizeof(other));
	other[15] ^= s->kind == STEP_OTHER_ID;
	wire_begin(&o, buf, sizeof(buf), op, other);
	if (s->text != NULL)
		wire_put(&o, TAG_TEXT, s->text,
		    s->len != 0 ? s->len : strlen(s->text));
	if (op == OP_PROMPT)
		wire_put_u32(&o, TAG_KIND, s->value);
	if (op == OP_VERDICT)
		wire_put_u32(&o, TAG_CODE, s->value);
	if (s->kind == STEP_LATE)
		wire_put(&o, TAG_LATE, "", 0);
	if (op == OP_VERDICT && s->value == VERDICT_ACCEPT)
		wire_put_str(&o, TAG_TICKET, TICKET);
	if (wire_end(&o) == OKTA_OK)
		wire_send(fd, buf, o.len, 0);
}

static void
play(int fd, const struct step *script, uint32_t session)
{
	struct step s = {.kind = STEP_VERDICT, .value = session};
	struct wire_in in;
	uint8_t id[WIRE_ID_SIZE];
	int op = next(fd, &in);

	memcpy(id, in.id, sizeof(id));
	if (op == OP_SESSION_OPEN || op == OP_SESSION_CLOSE)
		say(fd, &s, id);
	if (op != OP_LOGIN && op != OP_SECOND_FACTOR)
		return;
	for (; script->kind != STEP_END; script++) {
		switch (script->kind) {
		case STEP_RAW:
			if (send(fd, script->text, script->len, MSG_NOSIGNAL) <
			    0)
				return;
			break;
		case STEP_CLOSE:
			return;
		case STEP_STALL:
			heard->stalled = 1;
			for (;;)
				pause();
		case STEP_PROMPT:
			say(fd, script, id);
			if (next(fd, &in) != OP_REPLY) {
				heard->given_up++;
				return;
			}
			break;
		default:
			say(fd, script, id);
			break;
		}
	}
	while (next(fd, &in) != 0)
		;
}

void
fake_oktad_start(const struct step *script, uint32_t session)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (heard == NULL)
		heard = mmap(NULL, sizeof(*heard), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (heard == MAP_FAILED)
		err(1, "mmap");
	memset(heard, 0, sizeof(*heard));
	world.connects = 0;
	unlink(world.socket);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", world.socket);
	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(listener, 1) != 0)
		err(1, "%s", world.socket);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			int fd = accept(listener, NULL, NULL);

			heard->connections++;
			play(fd, script, session);
			close(fd);
			heard->ended++;
		}
	}
	close(listener);
}

void
fake_oktad_freeze(void)
{
	int status;

	is_frozen = 1;
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
}

void
fake_oktad_stop(void)
{
	if (child <= 0)
		return;
	for (int i = 0; i < 5000 && !is_frozen && !heard->stalled &&
	     heard->ended < world.connects;
	     i++)
		usleep(1000);
	is_frozen = 0;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
	unlink(world.socket);
}
