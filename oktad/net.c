/*
 * oktad-net: HTTPS to the one configured origin, for askers that have no
 * network. It adds the credential itself and obeys one table (route.c). It
 * has no files, no state and no key; oktad hands it its configuration.
 */
#include "config.h"

#include "net.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "exchange.h"
#include "log.h"
#include "own.h"
#include "paths.h"
#include "sandbox.h"

enum { EXIT_USAGE = 2, TICK_MS = 1000 };

void
net_target(const struct net *n, struct transport_target *target)
{
	target->origin = &n->origin;
	target->ca_pem = n->conf.ca_pem;
	target->proxy = n->conf.proxy;
}

uint32_t
net_learn(struct net *n, enum route_bucket bucket, const struct call *call)
{
	uint32_t random = 0;
	int64_t skew;

	if (call->error != TRANSPORT_OK)
		return 0;
	skew_add(&n->skew, call->head.date, (uint64_t)time(NULL));
	skew = skew_seconds(&n->skew);
	if (llabs(skew - n->shown_skew) >= SKEW_NOTABLE_S) {
		n->shown_skew = (int32_t)(skew > INT32_MAX ? INT32_MAX
			: skew < INT32_MIN		   ? INT32_MIN
							   : skew);
		log_event(
		    LOG_WARNING, "clock", log_number("okta_ahead_s", skew));
	}
	/* Only jitter: without random numbers there is none. */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = 0;
	return governor_learn(&n->governor, bucket, call->status, &call->head,
	    wire_now_ms(), random);
}

void
net_note_error(struct net *n, const char *text)
{
	if (text == NULL) {
		n->error[0] = '\0';
		return;
	}
	if (strcmp(n->error, text) != 0)
		log_event(LOG_WARNING, "okta", log_text("error", text));
	snprintf(n->error, sizeof(n->error), "%s", text);
}

void
net_credential_changed(
    struct net *n, const struct credential *c, const struct error *e)
{
	n->has_news = 1;
	/* Of one command its asker is told. */
	if (!c->is_strict)
		net_note_error(n, e != NULL ? e->text : NULL);
	if (e == NULL)
		log_event(LOG_INFO, "token",
		    log_text("credential",
			c->owner.tag == TAG_CHANGE	? "change"
			    : c->owner.tag == TAG_ADMIN ? "admin"
							: "okta"),
		    log_text("type", c->token.is_bound ? "DPoP" : "Bearer"),
		    log_text("scopes", c->token.granted),
		    log_text("missing",
			c->token.missing[0] != '\0' ? c->token.missing : NULL));
}

static unsigned int
fill_poll(struct net *n, struct pollfd *fds)
{
	unsigned int count = 0;
	struct channel *c;

	fds[count++] = (struct pollfd){.fd = n->parent, .events = POLLIN};
	TAILQ_FOREACH (c, &n->channels, entry)
		fds[count++] =
		    (struct pollfd){.fd = c->fd, .events = channel_events(c)};
	return count;
}

static void
serve_channels(struct net *n, const struct pollfd *fds, unsigned int count)
{
	struct channel *c = TAILQ_FIRST(&n->channels), *next;

	for (unsigned int i = 1; i < count && c != NULL; i++, c = next) {
		next = TAILQ_NEXT(c, entry);
		if (fds[i].revents != 0 &&
		    channel_serve(c, fds[i].revents) != 0)
			channel_close(c);
	}
}

/* Has oktad said something? Looked at once more after the wait, for it counts
 * before what came later on a channel: an asker that has heard of a new
 * configuration must not be served by the old one. */
static int
has_frame(const struct net *n, const struct pollfd *waited)
{
	struct pollfd now = {.fd = n->parent, .events = POLLIN};

	return waited->revents != 0 || poll(&now, 1, 0) > 0;
}

/* Ends when oktad has gone (0) or something can not go on (-1). */
static int
run(struct net *n, struct error *e)
{
	struct pollfd fds[TRANSPORT_FDS_MAX];
	uint64_t last_tick = wire_now_ms(), now;
	unsigned int count;

	for (;;) {
		count = fill_poll(n, fds);
		if (transport_run(n->transport, fds, count,
			n->has_news ? 0 : TICK_MS, e) != 0)
			return -1;
		/* Which may open a channel: fds are of no use after it. */
		if (!has_frame(n, &fds[0]))
			serve_channels(n, fds, count);
		else if (net_take_frame(n, e) != 0)
			return e->kind == ERROR_NONE ? 0 : -1;
		now = wire_now_ms();
		if (now - last_tick >= TICK_MS) {
			last_tick = now;
			credential_tick(&n->daemon, now);
			credential_tick(&n->admin, now);
			own_tick(n, now);
			n->has_news = 1;
		}
		if (n->has_news)
			exchange_resume(n);
		net_push_status(n);
	}
}

static void
shut_down(struct net *n)
{
	struct channel *c;

	while ((c = TAILQ_FIRST(&n->channels)) != NULL)
		channel_close(c);
	credential_clear(&n->daemon);
	credential_clear(&n->admin);
	dpop_clear(&n->oidc_proof);
	transport_close(n->transport);
	origin_close(&n->origin);
	slice_net_clear(&n->conf);
	slice_net_clear(&n->incoming);
	close(n->parent);
}

static int
usage(void)
{
	fprintf(stderr, "usage: oktad-net [-dfl] [-s SOCKET]\n");
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char *path = NULL;
	int is_debug = 0, is_foreground = 0, is_linked = 0, option, rc;
	static struct net n;
	struct error e = {0};

	while ((option = getopt(argc, argv, "dfls:")) != -1) {
		if (option == 'd')
			is_debug = 1;
		else if (option == 'f')
			is_foreground = 1;
		else if (option == 'l')
			is_linked = 1;
		else if (option == 's')
			path = optarg;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	log_open("oktad-net", is_foreground, is_debug);
	TAILQ_INIT(&n.channels);
	n.parent = -1;
	signal(SIGPIPE, SIG_IGN);
	rc = sandbox_begin(&e);
	if (rc == 0 && geteuid() == 0 && path == NULL)
		rc = error_set(&e, ERROR_SYSTEM,
		    "is not to run as root, but as " OKTA_NET_USER);
	if (rc == 0)
		rc = transport_open(&n.transport, &e);
	if (rc == 0 && is_linked)
		rc = net_inherit(&n.parent, &e);
	else if (rc == 0)
		rc = net_connect(path != NULL ? path : OKTA_INTERNAL_SOCK,
		    path != NULL, &n.parent, &e);
	if (rc == 0)
		rc = sandbox_enter(SANDBOX_NET, &e);
	if (rc == 0)
		rc = run(&n, &e);
	if (rc != 0)
		log_event(LOG_ERR, "stop", log_text("error", e.text));
	shut_down(&n);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
