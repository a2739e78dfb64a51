#include "former_match.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "directory_walk.h"

enum {
	/* Records of a section are never closer together than that. */
	USER_STEP = 32,
	GROUP_STEP = 16,
	TEAM_SIZE = 24, /* the shortest record */

	NAME_TOLD = 1 << 0, /* the newest word on the name has been seen */
	NUMBER_TOLD = 1 << 1,
	ID_TOLD = 1 << 2,
	NAME_OWN = 1 << 3, /* and it says: it is this one's */
	NUMBER_OWN = 1 << 4,
	GRANT = 1 << 5, /* root has granted the number, to whomever */
	GRANT_OWN = 1 << 6, /* and to this one */
	REFUSED = 1 << 7
};
_Static_assert(sizeof(struct dir_user) + 5 > USER_STEP, "and four NULs");
_Static_assert(sizeof(struct dir_group) + 2 > GROUP_STEP, "and a NUL");

static size_t
team_slots(size_t teams)
{
	size_t slots = 16;

	while (slots < 2 * teams)
		slots *= 2;
	return slots;
}

int
former_match_new(struct former_match *m, size_t directory_size,
    size_t people_size, uint32_t teams, struct error *e)
{
	size_t users = directory_size / USER_STEP + 8;
	size_t groups = directory_size / GROUP_STEP + 8;
	size_t most = people_size / TEAM_SIZE;

	memset(m, 0, sizeof(*m));
	users += -users % 8;
	groups += -groups % 8;
	m->slots = team_slots(teams < most ? teams : most);
	m->size = users + groups + m->slots * sizeof(*m->teams);
	/* Pages that are not used cost nothing. */
	m->map = mmap(NULL, m->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->map == MAP_FAILED) {
		size_t size = m->size;

		memset(m, 0, sizeof(*m));
		return error_errno(e, "memory: %zu bytes", size);
	}
	m->users = m->map;
	m->groups = m->users + users;
	m->teams = (void *)(m->groups + groups);
	return 0;
}

void
former_match_free(struct former_match *m)
{
	if (m->map != NULL)
		munmap(m->map, m->size);
	memset(m, 0, sizeof(*m));
}

/* --- finding somebody of the pair --- */

/* The slot of an id, or the empty one where it would stand. */
static struct former_team *
team_slot(const struct former_match *m, const char *id)
{
	uint64_t at =
	    directory_hash_name(m->d->header->hash_seed, id, strlen(id));

	for (;; at++) {
		struct former_team *t = &m->teams[at & (m->slots - 1)];

		if (t->id == NULL || strcmp(t->id, id) == 0)
			return t;
	}
}

static struct former_one
one_of(const struct former_match *m, const struct directory_user *u,
    const struct directory_person *p)
{
	uint64_t at = (uint64_t)((const uint8_t *)u->strings - m->d->base) -
	    m->d->section[DIR_USERS].offset;

	return (struct former_one){
	    IDMAP_USER, u->uid, u->name, p->id, &m->users[at / USER_STEP]};
}

static int
user_one(const struct former_match *m, const struct directory_user *u,
    struct former_one *one)
{
	struct directory_person p;

	if (directory_person_by_uid(m->people, u->uid, &p) != OKTA_OK)
		return 0;
	*one = one_of(m, u, &p);
	return 1;
}

static int
group_one(const struct former_match *m, const struct directory_group *g,
    struct former_one *one)
{
	uint64_t at = (uint64_t)((const uint8_t *)g->name - m->d->base) -
	    m->d->section[DIR_GROUPS].offset;
	struct directory_team t;

	if (g->is_private ||
	    directory_team_by_gid(m->people, g->gid, &t) != OKTA_OK)
		return 0;
	*one = (struct former_one){
	    IDMAP_GROUP, g->gid, g->name, t.id, &m->groups[at / GROUP_STEP]};
	return 1;
}

static int
by_number(const struct former_match *m, uint32_t number, struct former_one *one)
{
	struct directory_user u;
	struct directory_group g;

	if (directory_user_by_uid(m->d, number, &u) == OKTA_OK)
		return user_one(m, &u, one);
	return directory_group_by_gid(m->d, number, &g) == OKTA_OK &&
	    group_one(m, &g, one);
}

static int
by_name(const struct former_match *m, const char *name, struct former_one *one)
{
	struct directory_user u;
	struct directory_group g;

	if (directory_user_by_name(m->d, name, &u) == OKTA_OK)
		return user_one(m, &u, one);
	return directory_group_by_name(m->d, name, &g) == OKTA_OK &&
	    group_one(m, &g, one);
}

static int
by_id(const struct former_match *m, enum idmap_kind kind, const char *id,
    struct former_one *one)
{
	struct directory_person p;
	const struct former_team *t;

	if (kind == IDMAP_USER)
		return directory_person_by_id(m->people, id, &p) == OKTA_OK &&
		    by_number(m, p.uid, one) && one->kind == IDMAP_USER;
	t = team_slot(m, id);
	return t->id != NULL && by_number(m, t->gid, one) &&
	    one->kind == IDMAP_GROUP;
}

int
former_match_each(struct former_match *m,
    int (*take)(void *arg, const struct former_one *one, struct error *e),
    void *arg, struct error *e)
{
	struct directory_walk users = {.d = m->d}, people = {.d = m->people};
	struct directory_person p = {0};
	struct directory_user u;
	struct directory_group g;
	struct former_one one;
	uint32_t cursor = 0;
	int rc = 0;

	while (rc == 0 && directory_next_group(m->d, &cursor, &g) == OKTA_OK &&
	    !g.is_private)
		if (group_one(m, &g, &one))
			rc = take(arg, &one, e);
	/* Both files are in the order of numbers. */
	while (rc == 0 && directory_walk_user(&users, &u) == OKTA_OK) {
		while (p.uid < u.uid &&
		    directory_walk_person(&people, &p) == OKTA_OK)
			;
		if (p.uid != u.uid)
			continue;
		one = one_of(m, &u, &p);
		rc = take(arg, &one, e);
	}
	return rc;
}

void
former_match_begin(struct former_match *m, const struct directory *d,
    const struct directory *people)
{
	struct directory_team t;
	struct former_one one;
	uint32_t cursor = 0, n = 0;

	m->d = d;
	m->people = people;
	while (n < m->slots / 2 &&
	    directory_next_team(people, &cursor, &t) == OKTA_OK) {
		struct former_team *slot = team_slot(m, t.id);

		if (slot->id == NULL) {
			*slot = (struct former_team){t.id, t.gid};
			n++;
		} else if (by_number(m, t.gid, &one)) {
			former_match_refuse(m, &one, CLASH_CHANGED,
			    "%s (%s) would change its number from %u to %u",
			    one.name, one.id, (unsigned int)slot->gid,
			    (unsigned int)t.gid);
		}
	}
}

/* --- words --- */

static int
is_by(const struct former_record *r, const struct former_one *one)
{
	return r->kind == (uint16_t)one->kind && strcmp(r->id, one->id) == 0;
}

static int
is_about_name(const struct former_record *r)
{
	return r->what == FORMER_HELD || r->what == FORMER_NAME_FREE;
}

static int
is_about_number(const struct former_record *r)
{
	return r->what == FORMER_HELD || r->what == FORMER_NUMBER_FREE;
}

void
former_match_refuse(struct former_match *m, const struct former_one *one,
    enum clash why, const char *fmt, ...)
{
	char text[sizeof(m->first.text)];
	va_list ap;

	if (*one->mark & REFUSED)
		return;
	*one->mark |= REFUSED;
	if (m->nclashes < INT_CLASHES_MAX)
		m->clashes[m->nclashes++] =
		    (struct former_clash){one->number, (uint32_t)why};
	if (m->nrefused++ > 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(&m->first, ERROR_PROTOCOL, "directory: %s", text);
}

/* Most words are about somebody who has this number, name and id now: then one
 * look-up does instead of three. */
static int
is_wholly(const struct former_match *m, const struct former_record *r,
    struct former_one *one)
{
	return r->what == FORMER_HELD && by_number(m, r->number, one) &&
	    is_by(r, one) && strcmp(r->name, one->name) == 0;
}

void
former_match_fetch(const struct former_match *m, const struct former_record *r)
{
	directory_fetch_id(m->d, DIR_USER_UIDS, r->number);
	directory_fetch_id(m->people, DIR_PEOPLE_UIDS, r->number);
}

void
former_match_speak(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (is_wholly(m, r, &one)) {
		*one.mark |= NAME_TOLD | NUMBER_TOLD;
		return;
	}
	if (is_about_name(r) && by_name(m, r->name, &one))
		*one.mark |= NAME_TOLD;
	if (is_about_number(r) && by_number(m, r->number, &one))
		*one.mark |= NUMBER_TOLD;
}

int
former_match_is_unspoken(const struct former_one *one)
{
	return !(*one->mark & (NAME_TOLD | NUMBER_TOLD));
}

static void
take_name(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (!by_name(m, r->name, &one) || (*one.mark & NAME_TOLD))
		return;
	*one.mark |= NAME_TOLD;
	if (r->what != FORMER_HELD)
		return;
	if (is_by(r, &one))
		*one.mark |= NAME_OWN;
	else
		former_match_refuse(m, &one, CLASH_NAME,
		    "the name %s (%u) would change hands from %s to %s; if it "
		    "may, say: oktactl ids forget %s",
		    one.name, (unsigned int)one.number, r->id, one.id,
		    one.name);
}

static void
take_number(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (!by_number(m, r->number, &one) || (*one.mark & NUMBER_TOLD))
		return;
	*one.mark |= NUMBER_TOLD;
	if (r->what != FORMER_HELD)
		return;
	if (is_by(r, &one))
		*one.mark |= NUMBER_OWN;
	else
		former_match_refuse(m, &one, CLASH_NUMBER,
		    "the number %u (%s) would change hands from %s to %s; if "
		    "it may, say: oktactl ids forget %u",
		    (unsigned int)one.number, one.name, r->id, one.id,
		    (unsigned int)one.number);
}

static void
take_id(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (!by_id(m, (enum idmap_kind)r->kind, r->id, &one) ||
	    (*one.mark & ID_TOLD))
		return;
	*one.mark |= ID_TOLD;
	if (r->what == FORMER_HELD && r->number != one.number)
		former_match_refuse(m, &one, CLASH_CHANGED,
		    "%s (%s) would change its number from %u to %u; if it "
		    "may, say: oktactl ids forget %u",
		    one.name, one.id, (unsigned int)r->number,
		    (unsigned int)one.number, (unsigned int)r->number);
}

/* A grant ends where the number was set free after it, or was somebody
 * else's. */
static void
take_grant(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (!by_number(m, r->number, &one) || r->kind != (uint16_t)one.kind ||
	    ((*one.mark & NUMBER_TOLD) && !(*one.mark & NUMBER_OWN)))
		return;
	*one.mark |= GRANT;
	if (strcmp(r->id[0] != '\0' ? r->id : r->name,
		r->id[0] != '\0' ? one.id : one.name) == 0)
		*one.mark |= GRANT_OWN;
}

void
former_match_take(struct former_match *m, const struct former_record *r)
{
	struct former_one one;

	if (is_wholly(m, r, &one)) {
		if (!(*one.mark & NAME_TOLD))
			*one.mark |= NAME_TOLD | NAME_OWN;
		if (!(*one.mark & NUMBER_TOLD))
			*one.mark |= NUMBER_TOLD | NUMBER_OWN;
		*one.mark |= ID_TOLD;
		return;
	}
	if (is_about_name(r))
		take_name(m, r);
	if (is_about_number(r)) {
		take_number(m, r);
		take_id(m, r);
	}
	if (r->what == FORMER_GRANTED)
		take_grant(m, r);
}

int
former_match_is_new(const struct former_one *one)
{
	return (*one->mark & (NAME_OWN | NUMBER_OWN)) !=
	    (NAME_OWN | NUMBER_OWN);
}

int
former_match_is_granted(const struct former_one *one)
{
	/* Granted by a name that has changed since. */
	return (*one->mark & GRANT_OWN) ||
	    (*one->mark & (GRANT | NUMBER_OWN)) == (GRANT | NUMBER_OWN);
}
