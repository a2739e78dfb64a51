/*
 * A full pass may take minutes. It gives way to polls, whose answers count at
 * once while its own stand aside, and after a crash the next start goes on from
 * where it was: in the same lists, by the same rules, and soon.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "sync.h"

enum {
	KEEP_MS = 10 * 1000, /* so much of it may be lost */
	KEEP_S = 3600 /* Okta's links and what was read are good for so long */
};

/* What a pass is read by, "" where there is none to go on with; and the page
 * that was not looked at yet. */
static const char word_pass[] = "pass";
static const char word_at[] = "pass_at";

static const struct {
	const char *key;
	size_t offset;
} numbers[] = {
    {"pass_asked", offsetof(struct pass, asked)},
    {"pass_begun", offsetof(struct pass, begun)},
    {"pass_begun_s", offsetof(struct pass, begun_s)},
};
enum { NUMBERS = sizeof(numbers) / sizeof(*numbers) };

static const char key_done[] = "pass_done";

static int64_t *
number(struct pass *p, int i)
{
	return (int64_t *)(void *)((char *)p + numbers[i].offset);
}

static int
load(struct pass *p, char word[SYNC_WORD_SIZE], struct error *e)
{
	struct state *st = p->s->state;
	int64_t done;

	for (int i = 0; i < NUMBERS; i++)
		if (state_get(st, numbers[i].key, number(p, i), e) == -1)
			return -1;
	if (state_get(st, key_done, &done, e) == -1 ||
	    state_get_word(st, word_at, p->from, sizeof(p->from), e) == -1 ||
	    state_get_word(st, word_pass, word, SYNC_WORD_SIZE, e) == -1)
		return -1;
	p->s->done = (uint32_t)done;
	return 0;
}

/* 1 where there is a pass to go on with, 0, -1. */
static int
find(struct pass *p, struct error *e)
{
	struct sync *s = p->s;
	char word[SYNC_WORD_SIZE];
	int64_t now = (int64_t)time(NULL);

	/* One that has failed here is not gone on with. */
	if (s->has_begun || load(p, word, e) == -1)
		return s->has_begun ? 0 : -1;
	if (strcmp(word, p->word) != 0 || p->begun <= 0 || p->begun_s > now ||
	    now - p->begun_s > KEEP_S)
		return 0;
	if (state_stage_resume(s->state, &p->from_source, e) == -1)
		return -1;
	if (p->from_source == 0) {
		state_stage_drop(s->state);
		return 0;
	}
	return 1;
}

int
keep_begin(struct pass *p, const uint8_t sum[SYNC_SUM], struct error *e)
{
	struct sync *s = p->s;

	resume_word(sum, p->word);
	p->is_resumed = find(p, e);
	if (p->is_resumed == -1)
		return -1;
	s->has_begun = 1;
	p->kept_ms = p->begun_ms = wire_now_ms();
	if (p->is_resumed)
		log_event(
		    LOG_INFO, "pass_resumed", log_number("done", s->done));
	else {
		s->done = 0;
		p->begun = p->from_source = 0;
		p->begun_s = (int64_t)time(NULL);
		if (state_pending_last(s->state, &p->asked, e) == -1)
			return -1;
	}
	if (state_begin(s->state, e) == -1 ||
	    (!p->is_resumed &&
		(state_stage_begin(s->state, e) == -1 ||
		    keep_end(s->state, e) == -1)))
		return -1;
	p->is_staging = 1;
	return 0;
}

int64_t
keep_date(const struct pass *p)
{
	int64_t date = pass_date(p);

	/* What changed while we asked belongs to the next look. */
	return p->begun != 0 || date == 0
	    ? p->begun
	    : date - (int64_t)((wire_now_ms() - p->begun_ms) / 1000) - 1;
}

/* All of it is written down. */
static int
keep(struct pass *p, struct error *e)
{
	struct state *st = p->s->state;
	const char *at = p->api.here != NULL ? p->api.here : "";

	p->begun = keep_date(p);
	p->kept_ms = wire_now_ms();
	for (int i = 0; i < NUMBERS; i++)
		if (state_set(st, numbers[i].key, *number(p, i), e) == -1)
			return -1;
	return state_set(st, key_done, p->s->done, e) == -1 ||
		state_set_word(st, word_at, at, e) == -1 ||
		state_set_word(st, word_pass, p->word, e) == -1
	    ? -1
	    : state_stage_keep(st, e);
}

/* Before there is a directory nothing is to be polled. */
static uint64_t
poll_due(const struct sync *s)
{
	return s->full_s != 0 ? s->next_poll : UINT64_MAX;
}

uint64_t
keep_due(const struct pass *p)
{
	uint64_t polls = poll_due(p->s), keeps = p->kept_ms + KEEP_MS;

	return polls < keeps ? polls : keeps;
}

int
keep_give_way(struct pass *p, struct error *e)
{
	struct sync *s = p->s;
	uint64_t now = wire_now_ms();

	if (now < keep_due(p))
		return 0;
	if (keep(p, e) == -1 || (now >= poll_due(s) && sync_poll(s, e) == -1))
		return -1;
	return state_begin(s->state, e);
}

int
keep_end(struct state *st, struct error *e)
{
	return state_set_word(st, word_pass, "", e);
}

int
keep_forget(struct state *st, struct error *e)
{
	char word[SYNC_WORD_SIZE];

	if (state_get_word(st, word_pass, word, sizeof(word), e) == -1)
		return -1;
	if (word[0] == '\0')
		return 0;
	return keep_end(st, e) == -1 ? -1 : state_stage_forget(st, e);
}
