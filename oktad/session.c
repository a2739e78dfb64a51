#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "session_file.h"

struct sessions {
	struct session *all; /* oldest first */
	size_t n;
	struct session_file file;
};

void
session_id(const struct session *s, char id[SESSION_ID_SIZE + 1])
{
	memcpy(id, s->handle, SESSION_ID_SIZE);
	id[SESSION_ID_SIZE] = '\0';
}

struct session *
sessions_by_handle(struct sessions *s, const char *handle)
{
	for (size_t i = 0; i < s->n; i++)
		if (ticket_is_same(s->all[i].handle, handle))
			return &s->all[i];
	return NULL;
}

static void
forget(struct sessions *s, struct session *gone)
{
	size_t i = (size_t)(gone - s->all);

	s->n--;
	memmove(gone, gone + 1, (s->n - i) * sizeof(*gone));
}

/* Is this record all by which what runs in that session is found? Of a person's
 * own account the uid tells it, too (session_end.h); of a local account nothing
 * but another record of the same login does. */
static int
is_needed(const struct sessions *s, const struct session *one)
{
	if (one->account[0] == '\0')
		return 0;
	for (size_t i = 0; i < s->n && one->is_login; i++) {
		const struct session *other = &s->all[i];

		if (other != one && other->is_login &&
		    other->audit == one->audit && other->uid == one->uid &&
		    strcmp(other->person, one->person) == 0)
			return 0;
	}
	return 1;
}

/* Room for one more of this person: whoever opens sessions without end pushes
 * out nobody else's, and none that would go on unseen. 0, or -1: there is
 * none. */
static int
make_room(struct sessions *s, const char *person)
{
	struct session *spare = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += strcmp(s->all[i].person, person) == 0;
	if (n < SESSIONS_OF_ONE && s->n < SESSIONS_MAX)
		return 0;
	/* The oldest, but better one that is closed. */
	for (size_t i = 0; i < s->n; i++) {
		struct session *one = &s->all[i];

		if ((n >= SESSIONS_OF_ONE &&
			strcmp(one->person, person) != 0) ||
		    (spare != NULL &&
			(spare->state == SESSION_LEFT ||
			    one->state != SESSION_LEFT)) ||
		    is_needed(s, one))
			continue;
		spare = one;
	}
	if (spare == NULL)
		return -1;
	forget(s, spare);
	return 0;
}

static int
take(void *arg, enum session_file_kind kind, const struct session *new)
{
	struct sessions *s = arg;
	struct session *old = sessions_by_handle(s, new->handle);

	if (kind == SESSION_GONE) {
		if (old != NULL)
			forget(s, old);
		return 0;
	}
	if (old == NULL) {
		if (make_room(s, new->person) != 0)
			return 0;
		old = &s->all[s->n++];
	}
	*old = *new;
	return 0;
}

struct sessions *
sessions_open(const char *path, struct error *e)
{
	struct sessions *s = calloc(1, sizeof(*s));
	struct error later = {0};

	if (s == NULL)
		return NULL;
	/* Pages that are not used cost nothing. */
	s->all = calloc(SESSIONS_MAX, sizeof(*s->all));
	if (s->all == NULL || session_file_init(&s->file, path) != 0) {
		sessions_close(s);
		return NULL;
	}
	/* One that can not be believed makes room for one that can. */
	(void)session_file_load(&s->file, take, s, e);
	if (session_file_replace(&s->file, s->all, s->n, &later) != 0)
		*e = later;
	return s;
}

void
sessions_close(struct sessions *s)
{
	if (s == NULL)
		return;
	session_file_close(&s->file);
	free(s->all);
	free(s);
}

/* Appends, or writes the file anew where it has grown or was lost. */
static void
write_down(struct sessions *s, enum session_file_kind kind,
    const struct session *changed, struct error *e)
{
	enum { SLACK = 256 };

	if (s->file.records > 4 * s->n + SLACK ||
	    session_file_append(&s->file, kind, changed, e) != 0) {
		*e = (struct error){0};
		(void)session_file_replace(&s->file, s->all, s->n, e);
	}
}

struct session *
sessions_add(struct sessions *s, const struct session *new, struct error *e)
{
	struct session *mine;
	char handle[PROTOCOL_TICKET_SIZE + 1];

	/* The part that people are shown names one session, too. */
	do {
		if (ticket_text(handle) != 0)
			return NULL;
		mine = NULL;
		for (size_t i = 0; i < s->n && mine == NULL; i++)
			if (memcmp(s->all[i].handle, handle, SESSION_ID_SIZE) ==
			    0)
				mine = &s->all[i];
	} while (mine != NULL);
	if (make_room(s, new->person) != 0)
		return NULL;
	mine = &s->all[s->n++];
	*mine = *new;
	memcpy(mine->handle, handle, sizeof(mine->handle));
	write_down(s, SESSION_SET, mine, e);
	return mine;
}

struct session *
sessions_find(struct sessions *s, const char *handle, uint32_t uid)
{
	struct session *found;

	if (strlen(handle) != PROTOCOL_TICKET_SIZE)
		return NULL;
	found = sessions_by_handle(s, handle);
	return found != NULL && found->uid == uid ? found : NULL;
}

size_t
sessions_count(const struct sessions *s)
{
	return s->n;
}

struct session *
sessions_at(struct sessions *s, size_t i)
{
	return &s->all[i];
}

void
sessions_note(
    struct sessions *s, const struct session *changed, struct error *e)
{
	write_down(s, SESSION_SET, changed, e);
}

void
sessions_drop(struct sessions *s, struct session *gone, struct error *e)
{
	const struct session copy = *gone;

	forget(s, gone);
	write_down(s, SESSION_GONE, &copy, e);
}
