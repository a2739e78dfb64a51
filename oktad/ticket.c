#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct ticket {
	char text[PROTOCOL_TICKET_SIZE + 1];
	uid_t uid;
	char service[PROTOCOL_SERVICE_SIZE];
	uint64_t expires;
};

struct tickets {
	struct ticket open[TICKETS_MAX];
	size_t n_open;
	struct session sessions[SESSIONS_MAX];
	size_t n_sessions;
};

struct tickets *
tickets_new(void)
{
	return calloc(1, sizeof(struct tickets));
}

void
tickets_free(struct tickets *t)
{
	if (t != NULL)
		explicit_bzero(t, sizeof(*t));
	free(t);
}

/* Same time for every wrong guess. */
static int
is_same(const char *a, const char *b)
{
	unsigned char diff = 0;

	for (size_t i = 0; i < PROTOCOL_TICKET_SIZE; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff == 0;
}

int
ticket_issue(struct tickets *t, uid_t uid, const char *service,
    uint64_t expires, char ticket[PROTOCOL_TICKET_SIZE + 1])
{
	uint8_t random[PROTOCOL_TICKET_SIZE / 2];
	struct ticket *k;

	ticket[0] = '\0';
	if (strlen(service) >= sizeof(k->service) ||
	    getrandom(random, sizeof(random), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(random))
		return -1;
	if (t->n_open == TICKETS_MAX) {
		t->n_open--;
		memmove(&t->open[0], &t->open[1],
		    t->n_open * sizeof(t->open[0]));
	}
	k = &t->open[t->n_open++];
	*k = (struct ticket){.uid = uid, .expires = expires};
	strcpy(k->service, service);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(k->text + 2 * i, 3, "%02x", random[i]);
	memcpy(ticket, k->text, sizeof(k->text));
	return 0;
}

static void
record_session(struct tickets *t, const struct ticket *k, const char *tty,
    uint32_t audit, uint64_t now)
{
	struct session *s;

	if (t->n_sessions == SESSIONS_MAX) {
		t->n_sessions--;
		memmove(&t->sessions[0], &t->sessions[1],
		    t->n_sessions * sizeof(t->sessions[0]));
	}
	s = &t->sessions[t->n_sessions++];
	*s = (struct session){.uid = k->uid, .audit = audit, .opened_ms = now};
	memcpy(s->ticket, k->text, sizeof(s->ticket));
	memcpy(s->service, k->service, sizeof(s->service));
	if (tty != NULL)
		snprintf(s->tty, sizeof(s->tty), "%s", tty);
}

int
ticket_redeem(struct tickets *t, const char *ticket, uid_t uid,
    const char *service, const char *tty, uint32_t audit, uint64_t now)
{
	if (strlen(ticket) != PROTOCOL_TICKET_SIZE)
		return -1;
	for (size_t i = 0; i < t->n_open; i++) {
		struct ticket k = t->open[i];

		if (!is_same(k.text, ticket))
			continue;
		t->n_open--;
		memmove(&t->open[i], &t->open[i + 1],
		    (t->n_open - i) * sizeof(t->open[0]));
		if (k.uid != uid || strcmp(k.service, service) != 0 ||
		    k.expires <= now)
			return -1;
		record_session(t, &k, tty, audit, now);
		return 0;
	}
	return -1;
}

int
ticket_close(struct tickets *t, const char *ticket, uid_t uid)
{
	if (strlen(ticket) != PROTOCOL_TICKET_SIZE)
		return -1;
	for (size_t i = 0; i < t->n_sessions; i++) {
		if (t->sessions[i].uid != uid ||
		    !is_same(t->sessions[i].ticket, ticket))
			continue;
		t->n_sessions--;
		memmove(&t->sessions[i], &t->sessions[i + 1],
		    (t->n_sessions - i) * sizeof(t->sessions[0]));
		return 0;
	}
	return -1;
}

const struct session *
ticket_sessions(const struct tickets *t, size_t *n)
{
	*n = t->n_sessions;
	return t->sessions;
}
