/*
 * What an admin has set free. The frame may come in the middle of a pass, whose
 * transaction must not take it along; so it is kept until the pass has ended.
 */
#include <string.h>

#include "code.h"
#include "internal.h"
#include "log.h"
#include "protocol.h"
#include "state_forget.h"
#include "sync.h"

int
forget_take(struct sync *s, struct wire_in *in, struct error *e)
{
	struct sync_forget *f = &s->forgets[s->nforgets];
	struct wire_field field;

	if (s->nforgets == SYNC_FORGETS)
		return error_set(e, ERROR_SYSTEM, "too many words at once");
	memset(f, 0, sizeof(*f));
	while (wire_next(in, &field) == 1) {
		if (field.tag == TAG_USER &&
		    wire_str(&field, f->name, sizeof(f->name)) != OKTA_OK)
			return 0;
		if (field.tag == TAG_UID &&
		    wire_u32(&field, &f->number) != OKTA_OK)
			return 0;
	}
	if (f->name[0] != '\0' || f->number != 0)
		s->nforgets++;
	return 0;
}

void
forget_all(struct sync *s)
{
	struct error e;
	int64_t full;

	if (s->nforgets > 0)
		objection_forgive(s);
	for (size_t i = 0; i < s->nforgets; i++) {
		struct sync_forget *f = &s->forgets[i];
		uint32_t gone;

		if (state_forget(s->state, f->name[0] != '\0' ? f->name : NULL,
			f->number, &gone, &e) == -1)
			log_event(LOG_ERR, "forget", log_text("error", e.text));
		else if (gone != 0 && s->nlet_go < SYNC_FORGETS)
			s->let_go[s->nlet_go++] = gone;
		s->wants_full = 1;
	}
	/* They leave the published file first: who is in it, is in the way of
	 * the next one to have the name. */
	if (s->nforgets > 0 &&
	    (state_get(s->state, "last_full", &full, &e) == -1 ||
		(full != 0 && publish_image(s, 0, 0, &e) == -1)))
		log_event(LOG_ERR, "forget", log_text("error", e.text));
	s->nforgets = 0;
}

int
forget_lets_go(const struct sync *s, uint32_t uid)
{
	for (size_t i = 0; i < s->nlet_go; i++)
		if (s->let_go[i] == uid)
			return 1;
	return 0;
}
