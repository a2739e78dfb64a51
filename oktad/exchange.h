/*
 * One request of an asker: from its frames, over the table, the limits and the
 * credential, to Okta and back.
 */
#ifndef OKTAD_EXCHANGE_H
#define OKTAD_EXCHANGE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/queue.h>

#include "channel.h"
#include "net.h"
#include "route.h"
#include "transport.h"
#include "wire.h"

enum exchange_state {
	EXCHANGE_RECEIVING, /* its frames are coming in */
	EXCHANGE_WAITING, /* for a token, or for one of the same role */
	EXCHANGE_RUNNING, /* on its way to Okta */
	EXCHANGE_ANSWERING /* frames go back */
};

struct exchange {
	TAILQ_ENTRY(exchange) entry;
	struct channel *channel;
	enum exchange_state state;
	uint8_t id[WIRE_ID_SIZE];

	/* what is asked */
	char method[8];
	char path[HTTP_PATH_MAX];
	uint32_t content, credential, timeout_ms, max_bytes;
	char forwarded_for[INET6_ADDRSTRLEN];
	const struct route *route;
	int is_question; /* of a login, how a push stands (bound.h) */
	struct call call;
	enum { CLIENT_NONE, CLIENT_ASKED, CLIENT_ADDED } client_state;
	uint8_t assert_id[WIRE_ID_SIZE]; /* CLIENT_ASKED: the question */
	size_t form_len; /* without the OIDC client's credential */
	unsigned int app; /* net's napps when it went out */
	unsigned int nproofs; /* sent again for its proof so often */
	int64_t skew; /* what the OIDC client's credential counted with */
	int has_learnt_clock; /* sent again for that */
	uint32_t generation; /* of the token that was used; 0 none */
	int has_new_token; /* sent again after a 401: once */
	int has_new_proof; /* sent again after a word about the proof: once */
	int has_reconnected; /* sent again after a broken connection: once */

	/* the answer below HTTP */
	enum transport_error error;
	enum error_kind kind; /* with TRANSPORT_CREDENTIAL */
	uint32_t retry_s;
	char text[512];
	char next[HTTP_PATH_MAX];
	enum { ANSWER_HEAD, ANSWER_BODY, ANSWER_END, ANSWER_DONE } step;
	size_t body_at;
};

/* Sends a complete request, or lets it wait, or ends it. */
void exchange_start(struct exchange *x);
/* Ends a request: its frames go back. text is for people. */
void exchange_answer(
    struct exchange *x, enum transport_error error, const char *text);
/* exchange_request.c. A frame of an asker. -1: it breaks the rules. */
int exchange_take_frame(struct channel *c, struct wire_in *in);
/* Lets held requests of all channels go on, or fail. */
void exchange_resume(struct net *n);
/* exchange_answer.c. The next frame of the answer; its length. */
size_t exchange_next_frame(struct exchange *x, uint8_t *frame, size_t cap);
int exchange_is_answered(const struct exchange *x);
/* Cancels, wipes, frees. */
void exchange_free(struct exchange *x);

#endif
