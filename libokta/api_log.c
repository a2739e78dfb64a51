#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api_log.h"

/* Results that mean: tried, and nothing has changed (okta-api 7.3). A word
 * that is not here is taken for a change: looking costs a request, ignoring
 * costs an hour. */
static const char *const failed_word[] = {"ABANDONED", "CHALLENGE", "DENY",
    "FAILURE", "RATE_LIMIT", "SKIPPED", "UNANSWERED"};

static const struct {
	const char *word;
	enum api_target_kind kind;
} target_word[] = {
    {"User", TARGET_USER},
    {"UserGroup", TARGET_GROUP},
    {"AppInstance", TARGET_APP},
};

/* What may change who is who: families, so that a new event of one of them is
 * seen, too. Logins and the like, most of any log, are not asked for. */
#define SW(family) "eventType%20sw%20%22" family "%22"
#define OR "%20or%20"
static const char families[] =
    SW("user.lifecycle.") OR SW("user.account.") OR SW("group.")
	OR SW("application.user_membership.") OR SW("application.lifecycle.")
	    OR SW("zone.") OR SW("user.session.clear")
		OR SW("user.authentication.universal_logout");

static int
is_failed(const struct json_object *o)
{
	struct json_object *outcome = NULL;
	char word[32];

	if (json_get_object(o, "outcome", &outcome) != 1 ||
	    json_get_string(outcome, "result", word, sizeof(word)) != 1)
		return 0;
	for (size_t i = 0; i < sizeof(failed_word) / sizeof(*failed_word); i++)
		if (strcmp(word, failed_word[i]) == 0)
			return 1;
	return 0;
}

/* Adds a target of a kind that matters. */
static void
add_target(struct api_event *ev, const struct json_object *o)
{
	struct api_target *t = &ev->targets[ev->ntargets];
	char word[32];

	if (json_get_string(o, "type", word, sizeof(word)) != 1)
		return;
	for (size_t i = 0; i < sizeof(target_word) / sizeof(*target_word);
	     i++) {
		if (strcmp(word, target_word[i].word) != 0)
			continue;
		if (ev->ntargets == API_EVENT_TARGETS ||
		    json_get_id(o, "id", t->id) != 1) {
			ev->is_cut = 1;
			return;
		}
		t->kind = target_word[i].kind;
		ev->ntargets++;
	}
}

int
api_event_parse(
    const struct json_object *o, struct api_event *ev, struct error *e)
{
	struct json_object *list = NULL, *actor = NULL;
	int rc;

	memset(ev, 0, sizeof(*ev));
	if (!json_object_is_type(o, json_type_object))
		return error_set(e, ERROR_PROTOCOL, "an event that is none");
	if (json_get_string(o, "uuid", ev->uuid, sizeof(ev->uuid)) != 1)
		ev->uuid[0] = '\0';
	if (json_get_string(o, "eventType", ev->type, sizeof(ev->type)) != 1)
		ev->type[0] = '\0';
	if (json_get_time(o, "published", &ev->published) != 1)
		ev->published = 0;
	ev->has_failed = is_failed(o);
	rc = json_get_array(o, "target", &list);
	if (rc == -1)
		ev->is_cut = 1;
	for (size_t i = 0; rc == 1 && i < json_object_array_length(list); i++)
		add_target(ev, json_object_array_get_idx(list, i));
	if (ev->ntargets == 0 && json_get_object(o, "actor", &actor) == 1) {
		char word[32];

		if (json_get_string(actor, "type", word, sizeof(word)) == 1 &&
		    strcmp(word, "User") == 0) {
			ev->is_actor = 1;
			add_target(ev, actor);
		}
	}
	return 0;
}

int
api_log_path(int64_t since, char path[API_PATH_MAX], struct error *e)
{
	char when[API_TIME_SIZE];

	if (api_time(since, when) == -1)
		return error_set(e, ERROR_SYSTEM, "the time is out of range");
	snprintf(path, API_PATH_MAX,
	    "/api/v1/logs?since=%s&sortOrder=ASCENDING&limit=%d&filter=%s",
	    when, API_LOG_LIMIT, families);
	return 0;
}

struct walk {
	api_on_event *on;
	void *arg;
	unsigned int n;
};

static int
each_event(void *arg, const struct json_object *o, struct error *e)
{
	struct walk *w = arg;
	struct api_event ev;

	w->n++;
	if (api_event_parse(o, &ev, e) == -1)
		return -1;
	return w->on(w->arg, &ev, e) == -1 ? -1 : 1;
}

int
api_log_page(struct api *a, const char *path, api_on_event *on, void *arg,
    unsigned int *n, char next[API_PATH_MAX], struct error *e)
{
	/* All that is read of an event, of which most is never. */
	static const char *const members[] = {"uuid", "eventType", "published",
	    "outcome", "result", "target", "actor", "type", "id", NULL};
	struct walk w = {.on = on, .arg = arg};

	*n = 0;
	if (api_page(a, path, members, each_event, &w, next, e) == -1)
		return -1;
	if (next[0] == '\0')
		return error_set(e, ERROR_PROTOCOL,
		    "GET /api/v1/logs: a page without a link to the next");
	*n = w.n;
	return 0;
}
