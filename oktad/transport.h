/*
 * HTTPS to the one origin, by libcurl. Nothing of the environment, no
 * redirects, no cookies, no cache of credentials; every wait and every size
 * has a limit. One thread, many calls at once; idle connections stay open.
 */
#ifndef OKTAD_TRANSPORT_H
#define OKTAD_TRANSPORT_H

#include <curl/curl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"
#include "head.h"
#include "http.h"
#include "internal.h"
#include "origin.h"
#include "secret.h"

enum {
	TRANSPORT_FDS_MAX = 160, /* descriptors of one transport_run */
	TRANSPORT_LINE_MAX = 16384 /* bytes of one header line */
};

/* Where calls go; kept by the caller for as long as calls are begun. */
struct transport_target {
	const struct origin *origin;
	const char *ca_pem; /* NULL: the system's */
	const char *proxy; /* NULL: none */
};

/* One call. The caller fills the request, zeroes the rest and keeps it in
 * place until done() was called or transport_cancel(). */
struct call {
	/* the request */
	const char *path; /* path and query */
	const char *method; /* GET, or one with a body, perhaps of 0 bytes */
	enum http_content content;
	struct secret authorization; /* the whole value; empty: none */
	struct secret proof; /* of possession (dpop.h); empty: none */
	const char *forwarded_for; /* numeric address, or NULL */
	struct buf body;
	size_t max_bytes; /* of the answer, packed and unpacked */
	uint64_t deadline_ms; /* wire_now_ms() */
	int is_fresh; /* on a connection of its own */
	void (*done)(struct call *);
	void *owner;

	/* the answer */
	enum transport_error error;
	char text[160]; /* what went wrong below HTTP, for people */
	int status;
	struct head head;
	struct buf answer;

	/* transport's own */
	struct transport *transport;
	CURL *easy;
	struct curl_slist *lines;
	struct ssl_st *ssl; /* of the connection it goes out on */
	size_t sent, header_bytes;
	unsigned int attempts;
	int is_too_big;
	int is_connected; /* by itself: its handshake has begun, at least */
	int is_over; /* its used connection had ended: nothing was sent */
};

struct transport;

int transport_open(struct transport **t, struct error *e);
void transport_close(struct transport *t);
/* 1: it is sent with a body, and may change something at the other end. */
int transport_has_body(const struct call *c);
/* Begins; done() comes out of a later transport_run(), never from here. 0, or
 * -1: nothing was begun. */
int transport_begin(struct transport *t, struct call *c,
    const struct transport_target *target, struct error *e);
/* Stops without done(); safe for a call that is not under way. */
void transport_cancel(struct call *c);
/* Wipes and frees what a call holds, and cancels it. */
void transport_free_call(struct call *c);
/* Waits for the network or for one of the n descriptors, at most timeout_ms,
 * moves all calls on and calls done(). */
int transport_run(struct transport *t, struct pollfd *fds, unsigned int n,
    int timeout_ms, struct error *e);

/* transport_setup.c: sets every option of a call to url. 0, or -1: one could
 * not be set; c->lines may hold something to free. */
int transport_set_up(CURL *easy, struct call *c,
    const struct transport_target *target, const char *agent, const char *url,
    long timeout_ms);
/* tls.c: adds to a context of libcurl what it has no option for, and marks
 * the call as connected. */
CURLcode tls_restrict(CURL *easy, void *ssl_ctx, void *call);
/* libcurl tells the descriptor of a connection only after a call. tls_note()
 * then leaves it with the connection; tls_find(), before the next request on
 * it, returns it, or -1. */
void tls_note(struct call *c);
int tls_find(struct call *c);

#endif
