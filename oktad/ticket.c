#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct ticket {
	char text[PROTOCOL_TICKET_SIZE + 1];
	struct proof proof;
	uint64_t expires;
};

struct tickets {
	struct ticket open[TICKETS_MAX];
	size_t n_open;
};

struct tickets *
tickets_new(void)
{
	return calloc(1, sizeof(struct tickets));
}

/* Its session token goes with it, unless that was moved away. */
static void
drop(struct tickets *t, size_t i)
{
	secret_clear(&t->open[i].proof.session_token);
	t->n_open--;
	memmove(
	    &t->open[i], &t->open[i + 1], (t->n_open - i) * sizeof(t->open[0]));
	explicit_bzero(&t->open[t->n_open], sizeof(t->open[0]));
}

void
tickets_free(struct tickets *t)
{
	if (t == NULL)
		return;
	while (t->n_open > 0)
		drop(t, t->n_open - 1);
	free(t);
}

void
tickets_forget(struct tickets *t, uint64_t now)
{
	for (size_t i = t != NULL ? t->n_open : 0; i-- > 0;)
		if (t->open[i].expires <= now)
			drop(t, i);
}

int
ticket_is_same(const char *a, const char *b)
{
	unsigned char diff = 0;

	for (size_t i = 0; i < PROTOCOL_TICKET_SIZE; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff == 0;
}

int
ticket_text(char text[PROTOCOL_TICKET_SIZE + 1])
{
	uint8_t random[PROTOCOL_TICKET_SIZE / 2];

	text[0] = '\0';
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(random))
		return -1;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(text + 2 * i, 3, "%02x", random[i]);
	return 0;
}

int
ticket_issue(struct tickets *t, struct proof *proof, uint64_t expires,
    char ticket[PROTOCOL_TICKET_SIZE + 1])
{
	struct ticket *k;

	if (ticket_text(ticket) != 0)
		return -1;
	if (t->n_open == TICKETS_MAX)
		drop(t, 0);
	k = &t->open[t->n_open++];
	*k = (struct ticket){.proof = *proof, .expires = expires};
	memcpy(k->text, ticket, sizeof(k->text));
	proof->session_token = (struct secret){0};
	return 0;
}

int
ticket_redeem(struct tickets *t, const char *ticket, uid_t uid,
    const char *service, uint64_t now, struct proof *proof)
{
	*proof = (struct proof){0};
	if (strlen(ticket) != PROTOCOL_TICKET_SIZE)
		return -1;
	for (size_t i = 0; i < t->n_open; i++) {
		struct ticket *k = &t->open[i];
		int rc = -1;

		if (!ticket_is_same(k->text, ticket))
			continue;
		if (k->proof.uid == uid &&
		    strcmp(k->proof.service, service) == 0 &&
		    k->expires > now) {
			*proof = k->proof;
			k->proof.session_token = (struct secret){0};
			rc = 0;
		}
		drop(t, i);
		return rc;
	}
	return -1;
}
