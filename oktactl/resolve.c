#include "resolve.h"

#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "lookup.h"
#include "name.h"
#include "paths.h"

enum { ID_LENGTH = 20 }; /* at least; okta-api.md 8.7 */

typedef int one_fn(
    int channel, const char *id, struct lookup_group *g, struct error *e);
typedef int all_fn(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e);

static const struct {
	const char *word, *prefix; /* of its ids */
	one_fn *one;
	all_fn *all;
} nouns[NOUN_COUNT] = {
    [NOUN_USER] = {"person", "00u", NULL, NULL},
    [NOUN_GROUP] = {"group", "00g", lookup_group, lookup_groups},
    [NOUN_APP] = {"app", "0oa", lookup_app, lookup_apps},
    [NOUN_ZONE] = {"zone", "nzo", lookup_zone, lookup_zones},
    [NOUN_FACTOR] = {"factor", "", NULL, lookup_factors},
    [NOUN_ADDRESS] = {"address", NULL, NULL, NULL},
};

const char *
resolve_noun(enum noun noun)
{
	return nouns[noun].word;
}

static int
is_id(const char *word, const char *prefix)
{
	return strlen(word) >= ID_LENGTH && json_is_id(word, strlen(word)) &&
	    strncmp(word, prefix, strlen(prefix)) == 0;
}

static void
set(struct target *t, const char *id, const char *name, const char *state)
{
	snprintf(t->id, sizeof(t->id), "%s", id);
	snprintf(t->name, sizeof(t->name), "%s", name);
	/* It is shown, and nothing else. */
	name_filter_text(t->state, sizeof(t->state), state, strlen(state));
}

static void
show_candidate(const char *id, const char *name, const char *state)
{
	char clean[256], what[64];

	name_filter_text(clean, sizeof(clean), name, strlen(name));
	name_filter_text(what, sizeof(what), state, strlen(state));
	fprintf(stderr, "  %s  %s  %s\n", id, clean, what);
}

int
resolve_judge(int rc, const struct target *t, struct error *e)
{
	if (rc == -1 && e->http_status == 404)
		return error_set(e, ERROR_SYSTEM,
		    "Okta knows no %s with the id %s", nouns[t->noun].word,
		    t->id);
	return rc;
}

static int
none(const char *word, const struct target *t, struct error *e)
{
	char clean[128];

	name_filter_text(clean, sizeof(clean), word, strlen(word));
	return error_set(e, ERROR_SYSTEM, "Okta knows no %s called %s",
	    nouns[t->noun].word, clean);
}

static int
several(const char *word, const struct target *t, struct error *e)
{
	char clean[128];

	name_filter_text(clean, sizeof(clean), word, strlen(word));
	return error_set(e, ERROR_SYSTEM,
	    "more than one %s is called %s; say its id", nouns[t->noun].word,
	    clean);
}

/* The Okta id behind a name of this host. 1 or 0. */
static int
known_here(enum noun noun, const char *word, char id[JSON_ID_MAX + 1])
{
	struct directory d, people;
	struct directory_person person;
	struct directory_group group;
	struct directory_team team;
	int found = 0;

	id[0] = '\0';
	if (directory_open(&people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE) !=
	    OKTA_OK)
		return 0;
	if (noun == NOUN_USER) {
		found =
		    directory_person_by_name(&people, word, &person) == OKTA_OK;
		if (found)
			snprintf(id, JSON_ID_MAX + 1, "%s", person.id);
	} else if (directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC) ==
	    OKTA_OK) {
		found = directory_group_by_name(&d, word, &group) == OKTA_OK &&
		    !group.is_private &&
		    directory_team_by_gid(&people, group.gid, &team) == OKTA_OK;
		if (found)
			snprintf(id, JSON_ID_MAX + 1, "%s", team.id);
		directory_close(&d);
	}
	directory_close(&people);
	return found;
}

static int
user(int channel, const char *word, struct target *t, struct error *e)
{
	static struct lookup_user found[LOOKUP_MAX];
	int n, at = 0;

	if (is_id(word, "00u"))
		snprintf(t->id, sizeof(t->id), "%s", word);
	else
		(void)known_here(NOUN_USER, word, t->id);
	if (t->id[0] != '\0') {
		if (resolve_judge(
			lookup_user(channel, t->id, &found[0], e), t, e) == -1)
			return -1;
		set(t, found[0].id, found[0].login, found[0].status);
		return 0;
	}
	n = lookup_users(channel, word, found, e);
	if (n == -1)
		return -1;
	if (n == 1) {
		set(t, found[0].id, found[0].login, found[0].status);
		return 0;
	}
	for (; at < n; at++)
		show_candidate(found[at].id, found[at].login, found[at].status);
	return n == 0 ? none(word, t, e) : several(word, t, e);
}

/* The one of n; else what there is to choose from is shown. */
static int
choose(const char *word, const struct lookup_group found[LOOKUP_MAX], int n,
    struct target *t, struct error *e)
{
	if (n == 1) {
		set(t, found[0].id, found[0].name, found[0].type);
		return 0;
	}
	for (int i = 0; i < n; i++)
		show_candidate(found[i].id, found[i].name, found[i].type);
	return n == 0 ? none(word, t, e) : several(word, t, e);
}

static int
thing(int channel, const char *word, struct target *t, struct error *e)
{
	static struct lookup_group found[LOOKUP_MAX];
	int n;

	if (is_id(word, nouns[t->noun].prefix))
		snprintf(t->id, sizeof(t->id), "%s", word);
	else if (t->noun == NOUN_GROUP)
		(void)known_here(NOUN_GROUP, word, t->id);
	if (t->id[0] == '\0')
		n = nouns[t->noun].all(channel, word, found, e);
	else if (resolve_judge(nouns[t->noun].one(channel, t->id, &found[0], e),
		     t, e) == 0)
		n = 1;
	else
		n = -1;
	return n == -1 ? -1 : choose(word, found, n, t, e);
}

/* By id, or by type where the person has only one such. */
static int
factor(int channel, const char *word, const struct target *of, struct target *t,
    struct error *e)
{
	static struct lookup_group found[LOOKUP_MAX];
	int n = lookup_factors(channel, of->id, found, e), kept = 0;

	for (int i = 0; i < n; i++)
		if (strcmp(found[i].id, word) == 0 ||
		    strcmp(found[i].name, word) == 0)
			found[kept++] = found[i];
	return n == -1 ? -1 : choose(word, found, kept, t, e);
}

int
resolve(int channel, enum noun noun, const char *word, const struct target *of,
    struct target *t, struct error *e)
{
	memset(t, 0, sizeof(*t));
	t->noun = noun;
	if (noun == NOUN_USER)
		return user(channel, word, t, e);
	if (noun == NOUN_FACTOR)
		return factor(channel, word, of, t, e);
	if (noun != NOUN_ADDRESS)
		return thing(channel, word, t, e);
	snprintf(t->name, sizeof(t->name), "%s", word);
	return 0;
}

int
resolve_id(int channel, enum noun noun, const char *word, struct target *t,
    struct error *e)
{
	if (!is_id(word, nouns[noun].prefix))
		return resolve(channel, noun, word, NULL, t, e);
	memset(t, 0, sizeof(*t));
	t->noun = noun;
	snprintf(t->id, sizeof(t->id), "%s", word);
	return 0;
}
