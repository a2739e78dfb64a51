/*
 * The full check before publication: what a look-up would only notice when it
 * comes across it.
 */
#include "config.h"

#include <string.h>

#include "directory_check_part.h"
#include "directory_walk.h"
#include "name.h"

/* The upper half comes down, or two flips of the highest bit would not show. */
static uint64_t
add(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x100000001b3ULL;
	return sum ^ sum >> 32;
}

uint64_t
directory_body_checksum(const void *p, size_t len)
{
	const uint64_t basis = 0xcbf29ce484222325ULL;
	uint64_t sums[4] = {basis, basis, basis, basis}, sum = basis;
	const uint8_t *b = p;
	size_t i;

	for (; len >= sizeof(sums); len -= sizeof(sums)) {
		uint64_t words[4];

		memcpy(words, b, sizeof(words));
		b += sizeof(words);
		for (i = 0; i < 4; i++)
			sums[i] = add(sums[i], words[i]);
	}
	for (; len > 0; len--)
		sums[0] = add(sums[0], *b++);
	for (i = 0; i < 4; i++)
		sum = add(sum, sums[i]);
	return sum;
}

void
directory_stamp_header(
    struct dir_header *h, uint64_t generation, uint64_t published)
{
	h->generation = generation;
	h->published = published;
	h->header_checksum =
	    directory_checksum(h, offsetof(struct dir_header, header_checksum));
}

void
directory_stamp(
    void *bytes, size_t size, uint64_t generation, uint64_t published)
{
	struct dir_header *h = bytes;

	h->body_checksum = directory_body_checksum(h + 1, size - sizeof(*h));
	directory_stamp_header(h, generation, published);
}

int
directory_is_loose(const uint8_t *base, const struct dir_section *s)
{
	const struct dir_slot *slots = (const void *)(base + s->offset);
	uint64_t at;
	uint32_t run = 0;

	if (!directory_is_hash(s->type) || s->count == 0)
		return 1;
	/* Once around and on, for the run that crosses the end. */
	for (at = 0; at < (uint64_t)s->count + DIR_PROBE_MAX; at++) {
		run = slots[at & (s->count - 1)].ref != 0 ? run + 1 : 0;
		if (run >= DIR_PROBE_MAX)
			return 0;
	}
	return 1;
}

static int
is_zero(const uint8_t *p, size_t n)
{
	while (n > 0)
		if (p[--n] != 0)
			return 0;
	return 1;
}

int
directory_check_frame(const struct directory *d, struct directory_fault *f)
{
	const struct dir_header *h = d->header;
	const struct dir_section *table = (const void *)(h + 1);
	uint32_t i;

	if (h->body_checksum !=
	    directory_body_checksum(h + 1, d->size - sizeof(*h)))
		return directory_fault_set(
		    f, "the body's checksum is wrong", 0, "");
	if (h->minor != DIR_MINOR ||
	    (h->flags & ~(uint32_t)DIR_NO_ENUMERATION) ||
	    !is_zero(h->reserved, sizeof(h->reserved)))
		return directory_fault_set(f,
		    "the header says what this version does not "
		    "know",
		    0, "");
	for (i = 0; i < h->sections; i++) {
		if (table[i].type == 0 || table[i].type >= DIR_SECTION_TYPES)
			return directory_fault_set(f,
			    "a section's type is unknown", table[i].type, "");
		if (table[i].type == DIR_RULES && table[i].size != 0)
			return directory_fault_set(f,
			    "a section that has no use yet is not "
			    "empty",
			    table[i].type, "");
		if (!directory_is_loose(d->base, &table[i]))
			return directory_fault_set(f,
			    "a hash section is too crowded", table[i].type, "");
	}
	return OKTA_OK;
}

static int
is_taken(const struct directory_rules *r, uint32_t id, const char *name)
{
	return r->is_taken_name(r->arg, name) || r->is_taken_id(r->arg, id);
}

static int
is_in_range(const struct directory_rules *r, uint32_t id)
{
	return id >= r->id_min && id <= r->id_max;
}

static int
is_member(const struct directory_user *u, uint32_t gid)
{
	uint32_t low = 0, high = u->ngids;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (u->gids[mid] == gid)
			return 1;
		if (u->gids[mid] < gid)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

static int
check_user_texts(const struct directory_user *u, struct directory_fault *f)
{
	size_t gecos = strlen(u->gecos), home = strlen(u->home);
	size_t name = strlen(u->name), shell = strlen(u->shell);

	if (!name_is_valid(u->name, name))
		return directory_fault_set(
		    f, "a login name is not valid", u->uid, u->name);
	if (!name_is_clean_text(u->gecos, gecos, DIR_TEXT_MAX) ||
	    !name_is_clean_path(u->home, home, DIR_TEXT_MAX) ||
	    !name_is_clean_path(u->shell, shell, DIR_TEXT_MAX))
		return directory_fault_set(f,
		    "full name, home or shell is not clean", u->uid, u->name);
	if (name + gecos + home + shell + 4 != u->strings_len)
		return directory_fault_set(
		    f, "a user record hides bytes", u->uid, u->name);
	return OKTA_OK;
}

static int
check_user_groups(const struct directory *d, const struct directory_user *u,
    struct directory_fault *f)
{
	struct directory_group g;
	uint32_t i;

	if (((u->flags & DIR_USER_PRIVATE_GROUP) != 0) != (u->gid == u->uid))
		return directory_fault_set(
		    f, "private group and gid disagree", u->uid, u->name);
	/* A private one follows from the record. */
	if (u->gid != u->uid &&
	    (directory_group_by_gid(d, u->gid, &g) != OKTA_OK || g.is_private))
		return directory_fault_set(
		    f, "the primary group is not there", u->uid, u->name);
	for (i = 0; i < u->ngids; i++)
		if ((i > 0 && u->gids[i] <= u->gids[i - 1]) ||
		    u->gids[i] == u->gid ||
		    directory_group_by_gid(d, u->gids[i], &g) != OKTA_OK ||
		    g.is_private)
			return directory_fault_set(
			    f, "a membership is not one", u->uid, u->name);
	return OKTA_OK;
}

/* Has the slots come that a later user is looked for in. */
static void
fetch_user(struct directory_walk *w)
{
	struct directory_user u;

	if (directory_walk_user(w, &u) != OKTA_OK)
		return;
	directory_fetch_id(w->d, DIR_USER_UIDS, u.uid);
	directory_fetch_name(w->d, DIR_USER_NAMES, u.name);
}

static int
check_users(const struct directory *d, const struct directory_rules *r,
    uint64_t *memberships, struct directory_fault *f)
{
	struct directory_walk walk = {.d = d}, ahead = {.d = d};
	struct directory_user u, again;
	uint32_t n;
	int code;

	*memberships = 0;
	for (n = 0; n < CHECK_AHEAD; n++)
		fetch_user(&ahead);
	n = 0;
	while ((code = directory_walk_user(&walk, &u)) == OKTA_OK) {
		n++;
		fetch_user(&ahead);
		*memberships += u.ngids;
		if (!is_in_range(r, u.uid) || !is_in_range(r, u.gid))
			return directory_fault_set(
			    f, "an id is out of range", u.uid, u.name);
		if (u.flags & ~(uint32_t)DIR_USER_FLAGS)
			return directory_fault_set(
			    f, "a user's flag is unknown", u.uid, u.name);
		if (check_user_texts(&u, f) != OKTA_OK)
			return OKTA_BAD;
		if (is_taken(r, u.uid, u.name))
			return directory_fault_set(f,
			    "a local account has this name or "
			    "number",
			    u.uid, u.name);
		if (directory_user_by_uid(d, u.uid, &again) != OKTA_OK ||
		    again.name != u.name ||
		    directory_user_by_name(d, u.name, &again) != OKTA_OK ||
		    again.uid != u.uid)
			return directory_fault_set(
			    f, "a user is not found again", u.uid, u.name);
		if (check_user_groups(d, &u, f) != OKTA_OK)
			return OKTA_BAD;
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(
		    f, "a user record is damaged", walk.last, "");
	if (n != d->header->users || n != d->section[DIR_USERS].count)
		return directory_fault_set(
		    f, "the number of users is wrong", n, "");
	if (directory_check_slots(d, DIR_USER_NAMES, n, f) != OKTA_OK)
		return OKTA_BAD;
	return directory_check_slots(d, DIR_USER_UIDS, n, f);
}

/* How many people have the group in their list. */
static uint32_t
count_members(const struct directory *d, uint32_t gid)
{
	struct directory_user u;
	uint32_t cursor = 0, n = 0;

	while (directory_next_user(d, &cursor, &u) == OKTA_OK)
		n += (uint32_t)is_member(&u, gid);
	return n;
}

static int
check_members(const struct directory *d, const struct directory_group *g,
    struct directory_fault *f)
{
	const char *p = g->members, *end = g->members + g->members_len;
	struct directory_user u;
	uint32_t n = 0, last = 0;

	if (g->total > DIR_LARGE_GROUP && g->members_len == 0) {
		if (g->total != count_members(d, g->gid))
			return directory_fault_set(f,
			    "a group's number of members is wrong", g->gid,
			    g->name);
		return OKTA_OK;
	}
	/* All named ones are members, and check_groups() sees that the sums are
	 * equal: so all members are named. */
	for (; p < end; p += strlen(p) + 1) {
		if (directory_user_by_name(d, p, &u) != OKTA_OK ||
		    !is_member(&u, g->gid) || u.uid <= last)
			return directory_fault_set(f,
			    "a group names somebody who is not "
			    "its member",
			    g->gid, g->name);
		last = u.uid;
		n++;
	}
	if (n != g->total)
		return directory_fault_set(
		    f, "a group's number of members is wrong", g->gid, g->name);
	return OKTA_OK;
}

static int
check_groups(const struct directory *d, const struct directory_rules *r,
    uint64_t memberships, struct directory_fault *f)
{
	struct directory_group g, again;
	struct directory_user u;
	uint32_t cursor = 0, n = 0;
	int code;

	while ((code = directory_next_group(d, &cursor, &g)) == OKTA_OK &&
	    !g.is_private) {
		n++;
		if (!is_in_range(r, g.gid))
			return directory_fault_set(
			    f, "an id is out of range", g.gid, g.name);
		if (!name_is_valid(g.name, g.name_len))
			return directory_fault_set(
			    f, "a group name is not valid", g.gid, g.name);
		if (is_taken(r, g.gid, g.name))
			return directory_fault_set(f,
			    "a local group has this name or "
			    "number",
			    g.gid, g.name);
		if (directory_group_by_gid(d, g.gid, &again) != OKTA_OK ||
		    again.name != g.name ||
		    directory_group_by_name(d, g.name, &again) != OKTA_OK ||
		    again.gid != g.gid)
			return directory_fault_set(
			    f, "a group is not found again", g.gid, g.name);
		if (directory_user_by_name(d, g.name, &u) != OKTA_ABSENT ||
		    directory_user_by_uid(d, g.gid, &u) != OKTA_ABSENT)
			return directory_fault_set(f,
			    "a user and a group share a name or "
			    "number",
			    g.gid, g.name);
		if (g.total > memberships)
			return directory_fault_set(
			    f, "memberships do not agree", g.gid, g.name);
		memberships -= g.total;
		if (check_members(d, &g, f) != OKTA_OK)
			return OKTA_BAD;
	}
	if (code != OKTA_ABSENT && code != OKTA_OK)
		return directory_fault_set(
		    f, "a group record is damaged", cursor, "");
	if (memberships != 0)
		return directory_fault_set(
		    f, "memberships do not agree", 0, "");
	if (n != d->header->groups || n != d->section[DIR_GROUPS].count)
		return directory_fault_set(
		    f, "the number of groups is wrong", n, "");
	if (directory_check_slots(d, DIR_GROUP_NAMES, n, f) != OKTA_OK)
		return OKTA_BAD;
	return directory_check_slots(d, DIR_GROUP_GIDS, n, f);
}

int
directory_check(const struct directory *d, const struct directory_rules *r,
    struct directory_fault *f)
{
	uint64_t memberships;

	memset(f, 0, sizeof(*f));
	if (directory_check_frame(d, f) != OKTA_OK)
		return OKTA_BAD;
	if (d->header->id_min < r->id_min || d->header->id_max > r->id_max)
		return directory_fault_set(f,
		    "the id range is not the configured one", d->header->id_min,
		    "");
	if (d->section[DIR_PEOPLE].size != 0 ||
	    d->section[DIR_TEAMS].size != 0 ||
	    d->section[DIR_SOURCES].size != 0 ||
	    d->section[DIR_BELONGS].size != 0 || d->section[DIR_NETS].size != 0)
		return directory_fault_set(
		    f, "a public file holds private records", 0, "");
	if (check_users(d, r, &memberships, f) != OKTA_OK)
		return OKTA_BAD;
	if (check_groups(d, r, memberships, f) != OKTA_OK)
		return OKTA_BAD;
	if (directory_check_accounts(d, r, f) != OKTA_OK)
		return OKTA_BAD;
	if (!r->has_keys && d->section[DIR_SSH_KEYS].size != 0)
		return directory_fault_set(f,
		    "there are ssh keys, and okta.conf has no "
		    "ssh_keys_attribute",
		    0, "");
	if (directory_check_keys(d, d, f) != OKTA_OK)
		return OKTA_BAD;
	return directory_check_local(d, f);
}
