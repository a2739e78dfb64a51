/*
 * The writer's second half: collected records become bytes. Sizes are summed
 * up first, then everything is laid into a memory file in one walk.
 */
#include "config.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory_check.h"
#include "directory_image.h"

enum { MAX_SEEDS = 64 };

/* A file being laid out: sections are placed one after the other. */
struct layout {
	struct dir_section table[DIR_SECTION_TYPES];
	size_t n;
	uint64_t size;
	uint8_t *base;
};

static uint64_t
align8(uint64_t n)
{
	return (n + 7) & ~7ULL;
}

static void
layout_begin(struct layout *l, size_t sections)
{
	memset(l, 0, sizeof(*l));
	l->size =
	    sizeof(struct dir_header) + sections * sizeof(struct dir_section);
}

static struct dir_section *
layout_section(struct layout *l, uint32_t type, size_t count, uint64_t size)
{
	struct dir_section *s = &l->table[l->n++];

	s->type = type;
	s->count = (uint32_t)count;
	s->offset = l->size;
	s->size = size;
	l->size += align8(size);
	return s;
}

/* The smallest power of two that n keys fill half at most. */
static struct dir_section *
layout_hash(struct layout *l, uint32_t type, size_t n)
{
	size_t count = n == 0 ? 0 : 2;

	while (count < 2 * n)
		count *= 2;
	return layout_section(l, type, count, count * sizeof(struct dir_slot));
}

static void
layout_array(struct layout *l, uint32_t type, size_t n, size_t size)
{
	layout_section(l, type, n, n * size);
}

/* The records of the n-th section, as they are. */
static void
array_put(const struct layout *l, size_t n, const void *records)
{
	if (l->table[n].size > 0)
		memcpy(l->base + l->table[n].offset, records,
		    (size_t)l->table[n].size);
}

static int
layout_map(struct layout *l, const char *name, int *fd, struct error *e)
{
	*fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd == -1 || ftruncate(*fd, (off_t)l->size) == -1)
		return error_errno(e, "%s", name);
	l->base =
	    mmap(NULL, l->size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (l->base == MAP_FAILED)
		return error_errno(e, "%s", name);
	return 0;
}

static int
layout_seal(struct layout *l, const char *name, int *fd, struct error *e)
{
	munmap(l->base, l->size);
	l->base = MAP_FAILED;
	if (fcntl(*fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1)
		return error_errno(e, "%s", name);
	return 0;
}

static void
layout_drop(struct layout *l, int *fd)
{
	if (l->base != NULL && l->base != MAP_FAILED)
		munmap(l->base, l->size);
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* As far as the records reach, which are in order and may lie outside. */
static void
set_range(struct dir_header *h, const struct image *i)
{
	h->id_min = i->params.id_min;
	h->id_max = i->params.id_max;
	if (i->npeople > 0 && i->people[0].uid < h->id_min)
		h->id_min = i->people[0].uid;
	if (i->nteams > 0 && i->teams[0].gid < h->id_min)
		h->id_min = i->teams[0].gid;
	if (i->npeople > 0 && i->people[i->npeople - 1].uid > h->id_max)
		h->id_max = i->people[i->npeople - 1].uid;
	if (i->nteams > 0 && i->teams[i->nteams - 1].gid > h->id_max)
		h->id_max = i->teams[i->nteams - 1].gid;
}

static void
layout_header(const struct layout *l, const struct image *i, uint64_t magic,
    size_t users, uint32_t seed)
{
	struct dir_header *h = (void *)l->base;

	h->magic = magic;
	h->major = DIR_MAJOR;
	h->minor = DIR_MINOR;
	h->sections = (uint32_t)l->n;
	h->file_size = l->size;
	set_range(h, i);
	h->users = (uint32_t)users;
	h->groups = (uint32_t)i->nteams;
	h->max_age_s = i->params.max_age_s;
	h->key_statuses = i->params.key_statuses;
	h->flags = i->params.flags;
	h->hash_seed = seed;
	memcpy(h + 1, l->table, l->n * sizeof(*l->table));
	directory_stamp(l->base, l->size, 0, 0);
}

static void
hash_put(const struct layout *l, const struct dir_section *s, uint64_t hash,
    uint32_t tag, uint64_t offset)
{
	struct dir_slot *slots = (void *)(l->base + s->offset);
	uint64_t at = hash;

	while (slots[at & (s->count - 1)].ref != 0)
		at++;
	slots[at & (s->count - 1)] =
	    (struct dir_slot){tag, (uint32_t)(offset / 8) + 1};
}

static void
hash_put_name(const struct layout *l, const struct dir_section *s,
    uint32_t seed, const char *name, uint64_t offset)
{
	uint64_t hash = directory_hash_name(seed, name, strlen(name));

	hash_put(l, s, hash, (uint32_t)(hash >> 32), offset);
}

static void
hash_put_id(const struct layout *l, const struct dir_section *s, uint32_t seed,
    uint32_t id, uint64_t offset)
{
	hash_put(l, s, directory_hash_id(seed, id), id, offset);
}

static uint64_t
user_gids_at(const struct image_person *p)
{
	return (sizeof(struct dir_user) + p->strings_len + 3ULL) & ~3ULL;
}

static uint64_t
user_size(const struct image_person *p)
{
	return p->is_adopted
	    ? 0
	    : align8(user_gids_at(p) + p->ngids * sizeof(uint32_t));
}

static void
user_put(uint8_t *at, const struct image *i, const struct image_person *p)
{
	struct dir_user r = {.size = (uint32_t)user_size(p),
	    .uid = p->uid,
	    .gid = p->gid,
	    .flags = p->flags,
	    .ngids = p->ngids,
	    .gecos = p->gecos,
	    .home = p->home,
	    .shell = p->shell,
	    .strings_len = p->strings_len};

	if (p->is_adopted)
		return;
	memcpy(at, &r, sizeof(r));
	memcpy(at + sizeof(r), p->strings, p->strings_len);
	memcpy(at + user_gids_at(p), i->gids + p->first_gid,
	    p->ngids * sizeof(*i->gids));
}

static uint64_t
group_members_len(const struct image_team *t)
{
	return t->nmembers > DIR_LARGE_GROUP ? 0 : t->members_len;
}

static uint64_t
group_size(const struct image_team *t)
{
	return align8(sizeof(struct dir_group) + strlen(t->name) + 1 +
	    group_members_len(t));
}

static void
group_put(uint8_t *at, const struct image *i, const struct image_team *t)
{
	struct dir_group r = {.size = (uint32_t)group_size(t),
	    .gid = t->gid,
	    .nmembers = t->nmembers,
	    .members_len = (uint32_t)group_members_len(t),
	    .name_len = (uint32_t)strlen(t->name)};
	uint32_t n;

	memcpy(at, &r, sizeof(r));
	at += sizeof(r);
	memcpy(at, t->name, r.name_len + 1);
	at += r.name_len + 1;
	for (n = 0; n < t->nmembers && r.members_len > 0; n++) {
		const struct image_pair *pair = &i->pairs[t->first_member + n];
		const struct image_person *p = &i->people[pair->person];

		memcpy(at, p->strings, p->gecos);
		at += p->gecos;
	}
}

static uint64_t
person_size(const struct image_person *p)
{
	return align8(sizeof(struct dir_person) + p->secrets_len + p->gecos);
}

static void
person_put(uint8_t *at, const struct image_person *p)
{
	struct dir_person r = {.size = (uint32_t)person_size(p),
	    .uid = p->uid,
	    .status = p->status,
	    .why = p->why,
	    .login = p->login,
	    .name = p->secrets_len,
	    .strings_len = (uint32_t)p->secrets_len + p->gecos};

	memcpy(at, &r, sizeof(r));
	memcpy(at + sizeof(r), p->secrets, p->secrets_len);
	memcpy(at + sizeof(r) + p->secrets_len, p->strings, p->gecos);
}

static uint64_t
team_size(const struct image_team *t)
{
	return align8(sizeof(struct dir_team) + strlen(t->id) + 1);
}

static void
team_put(uint8_t *at, const struct image_team *t)
{
	struct dir_team r = {.size = (uint32_t)team_size(t),
	    .gid = t->gid,
	    .type = t->type,
	    .id_len = (uint32_t)strlen(t->id)};

	memcpy(at, &r, sizeof(r));
	memcpy(at + sizeof(r), t->id, r.id_len + 1);
}

static void
layout_keys(struct layout *l, const struct image *i, int is_adopted)
{
	size_t count;
	uint64_t size = image_keys_size(i, is_adopted, &count);

	layout_section(l, DIR_SSH_KEYS, count, size);
	layout_hash(l, DIR_SSH_KEY_UIDS, count);
}

/* s: of the keys, and behind it that of their hash. */
static void
hash_keys(const struct layout *l, const struct dir_section *s,
    const struct image *i, int is_adopted, uint32_t seed)
{
	uint64_t offset = 0, size;

	for (size_t n = 0; n < i->npeople; n++, offset += size) {
		size = image_key_size(&i->people[n], is_adopted);
		if (size > 0)
			hash_put_id(l, s + 1, seed, i->people[n].uid, offset);
	}
}

static void
hash_directory(const struct layout *l, const struct image *i, uint32_t seed)
{
	const struct dir_section *t = l->table;
	uint64_t offset;
	size_t n;

	for (n = 0, offset = 0; n < i->npeople; n++) {
		const struct image_person *p = &i->people[n];

		if (p->is_adopted)
			continue;
		hash_put_name(l, &t[1], seed, p->strings, offset);
		hash_put_id(l, &t[2], seed, p->uid, offset);
		offset += user_size(p);
	}
	hash_keys(l, &t[6], i, 0, seed);
	for (n = 0, offset = 0; n < i->nteams; n++) {
		const struct image_team *g = &i->teams[n];

		hash_put_name(l, &t[4], seed, g->name, offset);
		hash_put_id(l, &t[5], seed, g->gid, offset);
		offset += group_size(g);
	}
}

static void
hash_people(const struct layout *l, const struct image *i, uint32_t seed)
{
	const struct dir_section *t = l->table;
	uint64_t offset;
	size_t n;

	for (n = 0, offset = 0; n < i->npeople; n++) {
		const struct image_person *p = &i->people[n];

		hash_put_id(l, &t[1], seed, p->uid, offset);
		hash_put_name(l, &t[2], seed, p->strings, offset);
		hash_put_name(l, &t[3], seed, p->secrets, offset);
		offset += person_size(p);
	}
	for (n = 0, offset = 0; n < i->nteams; n++) {
		hash_put_id(l, &t[5], seed, i->teams[n].gid, offset);
		offset += team_size(&i->teams[n]);
	}
	hash_keys(l, &t[9], i, 1, seed);
}

/* Fills the hash sections under the first seed that leaves no run of slots
 * longer than readers follow. */
static int
choose_seed(const struct layout *l, const struct image *i,
    void (*fill)(const struct layout *, const struct image *, uint32_t),
    uint32_t *seed, struct error *e)
{
	size_t n;

	for (*seed = 0; *seed < MAX_SEEDS; (*seed)++) {
		int is_loose = 1;

		fill(l, i, *seed);
		for (n = 0; n < l->n; n++)
			is_loose &= directory_is_loose(l->base, &l->table[n]);
		if (is_loose)
			return 0;
		for (n = 0; n < l->n; n++)
			memset(
			    l->base + l->table[n].offset, 0, l->table[n].size);
	}
	return error_set(e, ERROR_PROTOCOL,
	    "names fall together under %d hash seeds", MAX_SEEDS);
}

int
image_write_directory(const struct image *i, int *fd, struct error *e)
{
	struct layout l;
	const size_t public = i->npeople - i->nadopted;
	uint64_t users = 0, groups = 0;
	uint64_t accounts;
	size_t naccounts;
	uint32_t seed;
	uint8_t *at;
	size_t n;

	for (n = 0; n < i->npeople; n++)
		users += user_size(&i->people[n]);
	for (n = 0; n < i->nteams; n++)
		groups += group_size(&i->teams[n]);
	accounts = image_accounts_size(i, &naccounts);
	layout_begin(&l, 10);
	layout_section(&l, DIR_USERS, public, users);
	layout_hash(&l, DIR_USER_NAMES, public);
	layout_hash(&l, DIR_USER_UIDS, public);
	layout_section(&l, DIR_GROUPS, i->nteams, groups);
	layout_hash(&l, DIR_GROUP_NAMES, i->nteams);
	layout_hash(&l, DIR_GROUP_GIDS, i->nteams);
	layout_keys(&l, i, 0);
	layout_section(&l, DIR_LOCAL_ACCOUNTS, naccounts, accounts);
	layout_array(&l, DIR_LOCAL_GROUPS, i->nlocals, sizeof(*i->locals));
	if (layout_map(&l, "okta-directory", fd, e) == -1 ||
	    choose_seed(&l, i, hash_directory, &seed, e) == -1)
		goto fail;
	for (at = l.base + l.table[0].offset, n = 0; n < i->npeople;
	     at += user_size(&i->people[n]), n++)
		user_put(at, i, &i->people[n]);
	for (at = l.base + l.table[3].offset, n = 0; n < i->nteams;
	     at += group_size(&i->teams[n]), n++)
		group_put(at, i, &i->teams[n]);
	image_keys_put(i, 0, l.base + l.table[6].offset);
	image_accounts_put(i, l.base + l.table[8].offset);
	array_put(&l, 9, i->locals);
	layout_header(&l, i, DIR_MAGIC_PUBLIC, public, seed);
	if (layout_seal(&l, "okta-directory", fd, e) == -1)
		goto fail;
	return 0;
fail:
	layout_drop(&l, fd);
	return -1;
}

int
image_write_people(const struct image *i, int *fd, struct error *e)
{
	struct layout l;
	uint64_t people = 0, teams = 0;
	uint32_t seed;
	uint8_t *at;
	size_t n;

	for (n = 0; n < i->npeople; n++)
		people += person_size(&i->people[n]);
	for (n = 0; n < i->nteams; n++)
		teams += team_size(&i->teams[n]);
	layout_begin(&l, 11);
	layout_section(&l, DIR_PEOPLE, i->npeople, people);
	layout_hash(&l, DIR_PEOPLE_UIDS, i->npeople);
	layout_hash(&l, DIR_PEOPLE_NAMES, i->npeople);
	layout_hash(&l, DIR_PEOPLE_IDS, i->npeople);
	layout_section(&l, DIR_TEAMS, i->nteams, teams);
	layout_hash(&l, DIR_TEAM_GIDS, i->nteams);
	layout_array(&l, DIR_SOURCES, i->nsources, sizeof(*i->sources));
	layout_array(&l, DIR_BELONGS, i->nbelongs, sizeof(*i->belongs));
	layout_array(&l, DIR_NETS, i->nnets, sizeof(*i->nets));
	layout_keys(&l, i, 1);
	if (layout_map(&l, "okta-people", fd, e) == -1 ||
	    choose_seed(&l, i, hash_people, &seed, e) == -1)
		goto fail;
	for (at = l.base + l.table[0].offset, n = 0; n < i->npeople;
	     at += person_size(&i->people[n]), n++)
		person_put(at, &i->people[n]);
	for (at = l.base + l.table[4].offset, n = 0; n < i->nteams;
	     at += team_size(&i->teams[n]), n++)
		team_put(at, &i->teams[n]);
	array_put(&l, 6, i->sources);
	array_put(&l, 7, i->belongs);
	array_put(&l, 8, i->nets);
	image_keys_put(i, 1, l.base + l.table[9].offset);
	layout_header(&l, i, DIR_MAGIC_PEOPLE, i->npeople, seed);
	if (layout_seal(&l, "okta-people", fd, e) == -1)
		goto fail;
	return 0;
fail:
	layout_drop(&l, fd);
	return -1;
}
