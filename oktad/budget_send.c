/* How much reaches people; see budget.h. */
#include <string.h>

#include "budget_private.h"

static enum budget_send
judge(const struct budget *b, unsigned int sends, enum entry_state state,
    const char *person, const struct budget_address *a,
    const struct budget_now *now)
{
	unsigned int to_person = 0, from_there = 0, in_all = 0;
	int said_no = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct entry *o = &b->entries[i];
		int is_person = strcmp(o->person, person) == 0;

		if (o->state < ENTRY_PUSH || !budget_counts(o, now))
			continue;
		if (o->state == ENTRY_NO) {
			said_no |= is_person;
			continue;
		}
		in_all++;
		from_there += (unsigned int)budget_is_near(&o->address, a);
		to_person += is_person && o->state == state;
	}
	if (said_no)
		return BUDGET_SEND_SAID_NO;
	if (to_person >= sends)
		return BUDGET_SEND_USED_UP;
	if (!budget_is_known(b, person, a, now) &&
	    (in_all >= BUDGET_SENDS_PER_HOST ||
		(!budget_is_this_host(a) &&
		    from_there >= BUDGET_SENDS_PER_ADDRESS)))
		return BUDGET_SEND_TOO_MANY;
	return BUDGET_SEND_GRANTED;
}

/* Into memory, and to disk. */
static int
note(struct budget *b, enum entry_state state, enum budget_kind kind,
    const char *person, const struct budget_address *a,
    const struct budget_now *now, struct error *e)
{
	struct budget_record r;
	struct entry *o;

	if (person[0] == '\0' || strlen(person) >= sizeof(o->person))
		return error_set(e, ERROR_SYSTEM, "no Okta id to charge");
	o = budget_add_entry(b);
	if (o == NULL)
		return error_errno(e, "budget");
	o->state = state;
	o->serial = b->next_serial++;
	o->at_ms = (int64_t)now->boot_ms;
	strcpy(o->person, person);
	o->address = *a;
	budget_fill_record(o, kind, now, &r);
	return budget_file_append(&b->file, &r, 1, e);
}

enum budget_send
budget_send(struct budget *b, unsigned int sends, enum budget_kind kind,
    const char *person, const struct budget_address *a,
    const struct budget_now *now, struct error *e)
{
	enum entry_state state =
	    kind == BUDGET_PUSH ? ENTRY_PUSH : ENTRY_MESSAGE;
	enum budget_send answer;

	if (budget_make_ready(b, now, e) != 0)
		return BUDGET_SEND_BROKEN;
	answer = judge(b, sends, state, person, a, now);
	/* What could not be written counts in memory all the same: better one
	 * too few than one too many. */
	if (answer == BUDGET_SEND_GRANTED &&
	    note(b, state, kind, person, a, now, e) != 0)
		answer = BUDGET_SEND_BROKEN;
	return answer;
}

int
budget_note_no(struct budget *b, const char *person,
    const struct budget_address *a, const struct budget_now *now,
    struct error *e)
{
	int ready = budget_make_ready(b, now, e);

	return note(b, ENTRY_NO, BUDGET_NO, person, a, now, e) == 0 ? ready
								    : -1;
}
