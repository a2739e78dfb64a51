/*
 * Who is left out of the images of this host, and why: what it has itself (T13,
 * T8), and what oktad has refused before (former.h).
 */
#include <string.h>

#include "name.h"
#include "state_ids.h"
#include "sync.h"

static const char *const refused[CLASH_END] = {
    [CLASH_NAME] = "the name was published for somebody else; to give it "
		   "away: oktactl ids forget NAME",
    [CLASH_NUMBER] = "the number was published for somebody else; to give it "
		     "away: oktactl ids forget NUMBER",
    [CLASH_CHANGED] = "it was published with another number; to give that up: "
		      "oktactl ids forget NUMBER",
    [CLASH_RANGE] = "the number is outside of id_range, and oktad knows of no "
		    "import (oktactl ids --import), or a local user could take "
		    "it on",
};

int
objection_begin(struct sync *s, struct error *e)
{
	return local_subordinate(&s->local, &s->spans, e);
}

static const struct sync_bar *
find_bar(const struct sync *s, uint32_t number)
{
	for (size_t i = 0; i < s->nbarred; i++)
		if (s->barred[i].number == number)
			return &s->barred[i];
	return NULL;
}

/* Numbers outside of id_range are the exception, and root's word. */
static const char *
far_objection(struct sync *s, uint32_t number)
{
	struct error e;

	if (number >= s->conf.id_min && number <= s->conf.id_max)
		return NULL;
	if (state_is_far(s->state, number, &e) != 1)
		return "the number is outside of id_range";
	if (local_span_of(&s->spans, number) != NULL)
		return "the number lies in a range of subordinate ids, so that "
		       "a local user could take it on";
	return NULL;
}

static const char *
number_objection(struct sync *s, uint32_t number)
{
	const struct sync_bar *bar = find_bar(s, number);

	if (local_has_id(&s->local, number))
		return "a local user or group has the number";
	if (bar != NULL)
		return refused[bar->why];
	return far_objection(s, number);
}

const char *
objection_to(struct sync *s, const char *name, uint32_t number)
{
	if (name_is_reserved(name))
		return "the name is reserved for the system";
	if (local_has_name(&s->local, name))
		return "a local user or group has the name";
	return number_objection(s, number);
}

int
objection_is_adopted(
    struct sync *s, const char *id, const char *name, uint32_t number)
{
	char *const *pair = s->conf.local_accounts;

	while (
	    *pair != NULL && strcmp(*pair + strcspn(*pair, " ") + 1, id) != 0)
		pair++;
	return *pair != NULL && !name_is_reserved(name) &&
	    local_has_name(&s->local, name) && number >= s->conf.id_min &&
	    number <= s->conf.id_max && number_objection(s, number) == NULL;
}

int
objection_bar(struct sync *s)
{
	int is_news = 0;

	for (size_t i = 0; i < s->nclashes; i++) {
		const struct sync_bar *c = &s->clashes[i];

		if (c->why < CLASH_NAME || c->why >= CLASH_END ||
		    s->nbarred == SYNC_BARRED || find_bar(s, c->number) != NULL)
			continue;
		s->barred[s->nbarred++] = *c;
		is_news = 1;
	}
	s->nclashes = 0;
	return is_news;
}

void
objection_forgive(struct sync *s)
{
	s->nbarred = 0;
}
