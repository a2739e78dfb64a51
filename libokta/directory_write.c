/*
 * The writer's first half: takes records in, refuses what breaks a rule,
 * brings the rest into order.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory_image.h"
#include "name.h"
#include "sshkey.h"

struct image *
image_new(const struct image_params *p, struct error *e)
{
	struct image *i;

	if (p->id_min < DIR_ID_FLOOR || p->id_max > DIR_ID_CEILING ||
	    p->id_min > p->id_max) {
		error_set(e, ERROR_CONFIG,
		    "id range %u-%u: must lie within %u-%u", p->id_min,
		    p->id_max, (unsigned int)DIR_ID_FLOOR,
		    (unsigned int)DIR_ID_CEILING);
		return NULL;
	}
	if ((i = calloc(1, sizeof(*i))) == NULL) {
		error_errno(e, "image");
		return NULL;
	}
	i->params = *p;
	return i;
}

void
image_free(struct image *i)
{
	size_t n;

	if (i == NULL)
		return;
	for (n = 0; n < i->npeople; n++) {
		free(i->people[n].strings);
		free(i->people[n].secrets);
		free(i->people[n].keys);
	}
	free(i->people);
	free(i->teams);
	free(i->pairs);
	free(i->gids);
	free(i->sources);
	free(i->belongs);
	free(i->nets);
	free(i->locals);
	free(i->accounts);
	free(i);
}

int
image_grow(void *array, size_t n, size_t *cap, size_t size, struct error *e)
{
	void **p = array, *bigger;
	size_t want = *cap == 0 ? 64 : *cap * 2;

	if (n < *cap)
		return 0;
	if (n >= UINT32_MAX / 2) {
		errno = ENOMEM;
		return error_errno(e, "image");
	}
	if ((bigger = reallocarray(*p, want, size)) == NULL)
		return error_errno(e, "image");
	*p = bigger;
	*cap = want;
	return 0;
}

static int
is_id(const struct image *i, uint32_t id)
{
	uint32_t min = i->params.may_be_far ? DIR_ID_FLOOR : i->params.id_min;
	uint32_t max = i->params.may_be_far ? DIR_ID_CEILING : i->params.id_max;

	return id >= min && id <= max && id != 65534 && id != 65535;
}

static int
is_status_good(const struct image_user *u)
{
	if ((unsigned int)u->status >= STATUS_COUNT ||
	    (unsigned int)u->why >= WHY_COUNT)
		return 0;
	if (u->why != WHY_NONE)
		return 1;
	return u->status == STATUS_ACTIVE || u->status == STATUS_RECOVERY ||
	    u->status == STATUS_PASSWORD_EXPIRED ||
	    u->status == STATUS_LOCKED_OUT;
}

/* The rule that a record breaks, or NULL. */
static const char *
user_fault(const struct image *i, const struct image_user *u)
{
	if (u->name == NULL || u->gecos == NULL || u->home == NULL ||
	    u->shell == NULL || u->id == NULL || u->login == NULL)
		return "a field is missing";
	if (!directory_is_okta_id(u->id))
		return "the Okta id is not one";
	if (!name_is_valid(u->name, strlen(u->name)))
		return name_is_reserved(u->name)
		    ? "the name is reserved for the system"
		    : "the name is not a valid login name";
	if (!is_id(i, u->uid))
		return "the uid is out of range";
	if (!is_id(i, u->gid))
		return "the gid is out of range";
	if (!name_is_clean_text(u->gecos, strlen(u->gecos), DIR_TEXT_MAX))
		return "the full name holds characters that are refused";
	if (!name_is_clean_path(u->home, strlen(u->home), DIR_TEXT_MAX))
		return "the home directory is not a clean path";
	if (!name_is_clean_path(u->shell, strlen(u->shell), DIR_TEXT_MAX))
		return "the shell is not a clean path";
	if (u->login[0] == '\0' ||
	    !name_is_clean_text(u->login, strlen(u->login), DIR_TEXT_MAX))
		return "the Okta login holds characters that are refused";
	if (u->keys != NULL && strlen(u->keys) >= SSHKEY_TEXT_SIZE)
		return "the ssh keys are too long";
	if (!is_status_good(u))
		return "the status needs a reason why there is no login";
	return NULL;
}

static uint32_t
user_flags(const struct image *i, const struct image_user *u)
{
	uint32_t flags = 0;

	if (u->why != WHY_NONE)
		flags |= DIR_USER_NO_LOGIN;
	else if (u->status != STATUS_ACTIVE &&
	    !(i->params.key_statuses & 1U << u->status))
		flags |= DIR_USER_NO_KEY;
	if (u->gid == u->uid)
		flags |= DIR_USER_PRIVATE_GROUP;
	return flags;
}

/* Up to four strings in one block; offsets[n] is where string n begins. */
static char *
join(const char *const *strings, size_t n, uint16_t *offsets, uint16_t *len)
{
	size_t k, total = 0;
	char *block;

	for (k = 0; k < n; k++) {
		offsets[k] = (uint16_t)total;
		total += strlen(strings[k]) + 1;
	}
	if ((block = malloc(total)) == NULL)
		return NULL;
	for (k = 0; k < n; k++)
		memcpy(block + offsets[k], strings[k], strlen(strings[k]) + 1);
	*len = (uint16_t)total;
	return block;
}

static int
add_keys(struct image_person *p, const struct image_user *u)
{
	if (u->keys == NULL || u->keys[0] == '\0')
		return 0;
	p->keys = strdup(u->keys);
	p->keys_len = (uint32_t)strlen(u->keys);
	for (const char *s = u->keys; *s != '\0'; s++)
		p->nkeys += *s == '\n';
	return p->keys != NULL ? 0 : -1;
}

int
image_add_user(struct image *i, const struct image_user *u, struct error *e)
{
	struct image_person *p;
	const char *fault = user_fault(i, u);
	uint16_t at[4];

	if (fault != NULL)
		return error_set(e, ERROR_PROTOCOL, "user %s: %s",
		    u->id != NULL && directory_is_okta_id(u->id) ? u->id : "?",
		    fault);
	if (image_grow(&i->people, i->npeople, &i->people_cap, sizeof(*p), e) ==
	    -1)
		return -1;
	p = &i->people[i->npeople];
	memset(p, 0, sizeof(*p));
	p->secrets =
	    join((const char *[]){u->id, u->login}, 2, at, &p->secrets_len);
	p->login = at[1];
	p->strings =
	    join((const char *[]){u->name, u->gecos, u->home, u->shell}, 4, at,
		&p->strings_len);
	if (p->secrets == NULL || p->strings == NULL || add_keys(p, u) != 0) {
		free(p->secrets);
		free(p->strings);
		return error_errno(e, "image");
	}
	p->gecos = at[1];
	p->home = at[2];
	p->shell = at[3];
	p->uid = u->uid;
	p->gid = u->gid;
	p->flags = user_flags(i, u);
	p->status = u->status;
	p->why = u->why;
	p->is_adopted = u->is_adopted != 0;
	i->nadopted += (size_t)(u->is_adopted != 0);
	i->npeople++;
	return 0;
}

int
image_add_group(struct image *i, const struct image_group *g, struct error *e)
{
	struct image_team *t;

	if (g->name == NULL || !name_is_valid(g->name, strlen(g->name)))
		return error_set(e, ERROR_PROTOCOL, "group %u: %s", g->gid,
		    g->name != NULL && name_is_reserved(g->name)
			? "the name is reserved for the system"
			: "the name is not a valid group name");
	if (!is_id(i, g->gid))
		return error_set(e, ERROR_PROTOCOL,
		    "group %s: the gid is out of range", g->name);
	if (g->id == NULL || !directory_is_okta_id(g->id) ||
	    (unsigned int)g->type >= TEAM_TYPES)
		return error_set(e, ERROR_PROTOCOL,
		    "group %s: the Okta id or type is not one", g->name);
	if (image_grow(&i->teams, i->nteams, &i->teams_cap, sizeof(*t), e) ==
	    -1)
		return -1;
	t = &i->teams[i->nteams++];
	memset(t, 0, sizeof(*t));
	t->gid = g->gid;
	memcpy(t->name, g->name, strlen(g->name));
	memcpy(t->id, g->id, strlen(g->id));
	t->type = g->type;
	return 0;
}

int
image_add_member(struct image *i, uint32_t gid, uint32_t uid, struct error *e)
{
	if (image_grow(&i->pairs, i->npairs, &i->pairs_cap, sizeof(*i->pairs),
		e) == -1)
		return -1;
	i->pairs[i->npairs].gid = gid;
	i->pairs[i->npairs].uid = uid;
	i->npairs++;
	return 0;
}

static int
order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
order_people(const void *a, const void *b)
{
	return order(((const struct image_person *)a)->uid,
	    ((const struct image_person *)b)->uid);
}

static int
order_teams(const void *a, const void *b)
{
	return order(((const struct image_team *)a)->gid,
	    ((const struct image_team *)b)->gid);
}

static int
order_pairs(const void *a, const void *b)
{
	const struct image_pair *x = a, *y = b;
	int by_gid = order(x->gid, y->gid);

	return by_gid != 0 ? by_gid : order(x->uid, y->uid);
}

static int
order_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct image_person *
image_find_person(const struct image *i, uint32_t uid)
{
	struct image_person key = {.uid = uid};

	return i->npeople == 0
	    ? NULL
	    : bsearch(&key, i->people, i->npeople, sizeof(key), order_people);
}

static struct image_team *
find_team(const struct image *i, uint32_t gid)
{
	struct image_team key = {.gid = gid};

	return i->nteams == 0
	    ? NULL
	    : bsearch(&key, i->teams, i->nteams, sizeof(key), order_teams);
}

static void
sort(void *array, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	if (n > 0)
		qsort(array, n, size, compare);
}

/* One number space, and every primary group exists. */
static int
check_numbers(const struct image *i, struct error *e)
{
	size_t n;

	for (n = 1; n < i->nteams; n++)
		if (i->teams[n].gid == i->teams[n - 1].gid)
			return error_set(e, ERROR_PROTOCOL,
			    "gid %u stands twice", i->teams[n].gid);
	for (n = 0; n < i->npeople; n++) {
		const struct image_person *p = &i->people[n];

		if ((n > 0 && p->uid == i->people[n - 1].uid) ||
		    find_team(i, p->uid) != NULL)
			return error_set(e, ERROR_PROTOCOL,
			    "number %u stands twice", p->uid);
		if (p->gid != p->uid && find_team(i, p->gid) == NULL)
			return error_set(e, ERROR_PROTOCOL,
			    "user %s: primary group %u is not there",
			    p->strings, p->gid);
	}
	return 0;
}

/* One name space for people and groups. */
static int
check_names(const struct image *i, struct error *e)
{
	const char **names;
	size_t n, total = i->npeople + i->nteams;
	int r = 0;

	if (total == 0)
		return 0;
	if ((names = calloc(total, sizeof(*names))) == NULL)
		return error_errno(e, "image");
	for (n = 0; n < i->npeople; n++)
		names[n] = i->people[n].strings;
	for (n = 0; n < i->nteams; n++)
		names[i->npeople + n] = i->teams[n].name;
	sort(names, total, sizeof(*names), order_strings);
	for (n = 1; n < total && r == 0; n++)
		if (strcmp(names[n], names[n - 1]) == 0)
			r = error_set(e, ERROR_PROTOCOL, "name %s stands twice",
			    names[n]);
	free(names);
	return r;
}

/* Drops doubles and primary groups; counts on both sides. */
static int
settle_pairs(struct image *i, struct error *e)
{
	struct image_pair last = {0};
	size_t n, kept = 0;

	for (n = 0; n < i->npairs; n++) {
		struct image_pair pair = i->pairs[n];
		struct image_person *p = image_find_person(i, pair.uid);
		struct image_team *t = find_team(i, pair.gid);

		if (p == NULL || t == NULL)
			return error_set(e, ERROR_PROTOCOL,
			    "membership of %u in %u: %s is not there", pair.uid,
			    pair.gid, p == NULL ? "user" : "group");
		if ((kept > 0 && order_pairs(&pair, &last) == 0) ||
		    p->gid == pair.gid)
			continue;
		pair.person = (uint32_t)(p - i->people);
		if (t->nmembers++ == 0)
			t->first_member = (uint32_t)kept;
		t->members_len += p->gecos; /* the name and its NUL */
		p->ngids++;
		i->pairs[kept++] = last = pair;
	}
	i->npairs = kept;
	return 0;
}

/* Lays out everybody's gids; pairs come by gid, so each list rises. */
static int
settle_gids(struct image *i, struct error *e)
{
	uint32_t next = 0;
	size_t n;

	free(i->gids);
	if ((i->gids = calloc(i->npairs + 1, sizeof(*i->gids))) == NULL)
		return error_errno(e, "image");
	for (n = 0; n < i->npeople; n++) {
		i->people[n].first_gid = next;
		next += i->people[n].ngids;
		i->people[n].ngids = 0;
	}
	for (n = 0; n < i->npairs; n++) {
		struct image_person *p = &i->people[i->pairs[n].person];

		i->gids[p->first_gid + p->ngids++] = i->pairs[n].gid;
	}
	return 0;
}

int
image_finish(
    struct image *i, int *directory_fd, int *people_fd, struct error *e)
{
	size_t n;

	*directory_fd = *people_fd = -1;
	for (n = 0; n < i->npeople; n++)
		i->people[n].ngids = 0;
	for (n = 0; n < i->nteams; n++)
		i->teams[n].nmembers = 0, i->teams[n].members_len = 0;
	sort(i->people, i->npeople, sizeof(*i->people), order_people);
	sort(i->teams, i->nteams, sizeof(*i->teams), order_teams);
	sort(i->pairs, i->npairs, sizeof(*i->pairs), order_pairs);
	if (check_numbers(i, e) == -1 || check_names(i, e) == -1 ||
	    settle_pairs(i, e) == -1 || settle_gids(i, e) == -1 ||
	    image_settle_rules(i, e) == -1)
		return -1;
	if (image_write_directory(i, directory_fd, e) == -1)
		return -1;
	if (image_write_people(i, people_fd, e) == -1) {
		close(*directory_fd);
		*directory_fd = -1;
		return -1;
	}
	return 0;
}
