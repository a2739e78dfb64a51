/*
 * The System Log, from where we were to its end. What its events name is
 * written down together with the place, so that nothing is lost in between.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "sync.h"
#include "sync_event.h"

enum {
	LOG_PAGES = 20, /* of one poll */
	LOG_OVERLAP_S = 600, /* events may be logged late */
	LOG_KEPT_S = 7200, /* uuids are remembered for */
	LOG_NOTE_S = 60, /* how often the time of a poll is written down */
	LOG_AGE_S = 7 * 86400, /* after that everything is read anew */
	LOG_MEMBERS = 50, /* of one group or app: list it instead */
	LOG_PEOPLE = 200 /* in all: a full pass instead */
};

/* Where we are: what to ask for, and the newest event seen. */
static const char word_next[] = "log_next";
static const char key_published[] = "log_published";
static const char key_polled[] = "log_polled"; /* when that was, by Okta */

struct reading {
	const struct pass *pass;
	struct state *state;
	int64_t published;
	unsigned int events; /* new ones */
};

static int
tell_cleared(
    const struct reading *r, const struct api_event *ev, struct error *e)
{
	int64_t age =
	    ev->published != 0 ? (int64_t)r->pass->api.date - ev->published : 0;

	for (unsigned int i = 0; i < ev->ntargets; i++)
		if (ev->targets[i].kind == TARGET_USER &&
		    link_cleared(r->pass->s, ev->targets[i].id,
			age > 0 ? (uint32_t)age : 0, e) == -1)
			return -1;
	return 0;
}

static int
on_event(void *arg, const struct api_event *ev, struct error *e)
{
	struct reading *r = arg;
	int64_t now = pass_date(r->pass);
	/* Nothing is logged in the future, whatever the event says. */
	int64_t published = ev->published < now ? ev->published : now;

	if (published > r->published)
		r->published = published;
	if (ev->uuid[0] != '\0') {
		int rc = state_event_is_new(r->state, ev->uuid, published, e);

		if (rc != 1)
			return rc;
	}
	r->events++;
	/* Before it is written down as read: said twice rather than never. */
	if (event_clears(ev) && tell_cleared(r, ev, e) == -1)
		return -1;
	return event_take(r->state, ev, e) == -1 ? -1 : 1;
}

/* Too many people to ask about one by one. */
static int
bound(struct state *st, struct error *e)
{
	uint32_t people;

	if (state_pend_lists(st, LOG_MEMBERS, e) == -1 ||
	    state_pending_people(st, &people, e) == -1)
		return -1;
	return people > LOG_PEOPLE ? state_pend(st, PENDING_FULL, "", "", 0, e)
				   : 0;
}

/* A link that does not go on with our own query, from a time that has been, is
 * not kept: the next poll begins anew, with an overlap. Where there is more to
 * read behind it, there is no other way on: -1. */
static int
take_link(
    struct pass *p, char next[API_PATH_MAX], unsigned int n, struct error *e)
{
	if (api_log_goes_on(next, pass_date(p)))
		return 0;
	next[0] = '\0';
	return n < API_LOG_LIMIT
	    ? 0
	    : error_set(e, ERROR_PROTOCOL,
		  "GET /api/v1/logs: the link to the next page is not one of "
		  "our query");
}

/* One page, all of it or nothing. 1 there may be more, 0, -1. */
static int
read_page(struct pass *p, char path[API_PATH_MAX], struct error *e)
{
	struct reading r = {.pass = p, .state = p->s->state};
	struct state *st = p->s->state;
	char next[API_PATH_MAX];
	unsigned int n;

	if (state_get(st, key_published, &r.published, e) == -1 ||
	    state_begin(st, e) == -1)
		return -1;
	if (api_log_page(&p->api, path, on_event, &r, &n, next, e) == -1 ||
	    take_link(p, next, n, e) == -1 ||
	    (n > 0 && state_set(st, key_published, r.published, e) == -1) ||
	    (strcmp(next, path) != 0 &&
		state_set_word(st, word_next, next, e) == -1) ||
	    (r.events > 0 &&
		(bound(st, e) == -1 ||
		    state_event_forget(st, r.published - LOG_KEPT_S, e) ==
			-1)) ||
	    state_commit(st, e) == -1) {
		state_rollback(st);
		return -1;
	}
	strcpy(path, next);
	if (r.events > 0)
		log_event(LOG_DEBUG, "events", log_number("new", r.events));
	return n >= API_LOG_LIMIT;
}

/* A new query, from what we know for certain. */
static int
begin_anew(struct state *st, char path[API_PATH_MAX], struct error *e)
{
	int64_t published, full;

	if (state_get(st, key_published, &published, e) == -1 ||
	    state_get(st, "last_date", &full, e) == -1)
		return -1;
	/* What came before a full pass has been read by it. */
	if (full > published)
		published = full;
	return api_log_path(published - LOG_OVERLAP_S, path, e);
}

/* What to ask for: the stored link, while it may be good. */
static int
resume(struct state *st, char path[API_PATH_MAX], struct error *e)
{
	int64_t polled, full;

	if (state_get(st, key_polled, &polled, e) == -1 ||
	    state_get(st, "last_date", &full, e) == -1 ||
	    state_get_word(st, word_next, path, API_PATH_MAX, e) == -1)
		return -1;
	return path[0] != '\0' && polled > full - LOG_AGE_S
	    ? 0
	    : begin_anew(st, path, e);
}

/* A little old is no harm, and saves a write to the disk at each idle poll. */
static int
note_time(struct state *st, int64_t date, struct error *e)
{
	int64_t polled;

	if (state_get(st, key_polled, &polled, e) == -1)
		return -1;
	if (date < polled + LOG_NOTE_S && date >= polled)
		return 0;
	return state_set(st, key_polled, date, e) == -1 ||
		state_set(st, "last_poll", date, e) == -1
	    ? -1
	    : 0;
}

int
log_poll(struct pass *p, struct error *e)
{
	struct state *st = p->s->state;
	char path[API_PATH_MAX];
	int is_anew = 0, rc = 1;

	if (resume(st, path, e) == -1)
		return -1;
	for (int n = 0; rc == 1 && n < LOG_PAGES && p->api.pause_s == 0; n++) {
		rc = read_page(p, path, e);
		/* A link that Okta does not take any more. */
		if (rc == -1 && e->http_status == 400 && !is_anew) {
			log_event(
			    LOG_NOTICE, "log_anew", log_text("error", e->text));
			is_anew = 1;
			rc = begin_anew(st, path, e) == -1 ? -1 : 1;
		}
	}
	if (rc == 0 && note_time(st, pass_date(p), e) == -1)
		return -1;
	return rc;
}

int
log_forget_place(struct state *st, struct error *e)
{
	return state_set_word(st, word_next, "", e) == -1 ||
		state_set(st, key_published, 0, e) == -1 ||
		state_set(st, key_polled, 0, e) == -1
	    ? -1
	    : 0;
}
