#include "sync_event.h"

#include <string.h>

/* okta-api 7.3. Everything else is looked at by its targets, so new names of
 * events need no new row. */
static const struct {
	const char *type; /* a '.' at the end: all that begin so */
	enum event_rule rule;
} rules[] = {
    {"group.user_membership.add", EVENT_CAME},
    {"group.user_membership.remove", EVENT_LEFT},
    {"group.lifecycle.delete", EVENT_DELETED},
    {"group.lifecycle.create", EVENT_NOTHING},
    {"group.privilege.", EVENT_NOTHING},
    {"application.user_membership.add", EVENT_CAME},
    {"application.user_membership.remove", EVENT_LEFT},
    {"user.lifecycle.create", EVENT_BEGAN},
    {"user.lifecycle.activate", EVENT_BEGAN},
    {"user.lifecycle.reactivate", EVENT_BEGAN},
    {"user.lifecycle.deactivate", EVENT_ENDED},
    {"user.lifecycle.suspend", EVENT_STOPPED},
    {"user.lifecycle.delete.", EVENT_ENDED},
    {"user.lifecycle.password_mass_expiry", EVENT_ALL},
    {"zone.", EVENT_ZONE},
    {"user.account.privilege.", EVENT_NOTHING},
    {"user.account.access_super_user_app", EVENT_NOTHING},
    {"user.account.report_suspicious_activity_by_enduser", EVENT_NOTHING},
};

/* An event's targets, as far as they are ours. */
struct targets {
	const char *users[API_EVENT_TARGETS];
	size_t nusers;
	struct state_source sources[API_EVENT_TARGETS];
	size_t nsources;
	int has_group, has_app; /* of any group or app at all */
};

enum event_rule
event_rule(const char *type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		size_t len = strlen(rules[i].type);

		if (rules[i].type[len - 1] == '.'
			? strncmp(type, rules[i].type, len) == 0
			: strcmp(type, rules[i].type) == 0)
			return rules[i].rule;
	}
	return EVENT_LOOK;
}

int
event_clears(const struct api_event *ev)
{
	static const char *const types[] = {
	    "user.session.clear", "user.authentication.universal_logout"};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(ev->type, types[i]) == 0)
			return !ev->has_failed && !ev->is_actor;
	return 0;
}

static int
sort_out(struct state *s, const struct api_event *ev, struct targets *t,
    struct error *e)
{
	memset(t, 0, sizeof(*t));
	for (unsigned int i = 0; i < ev->ntargets; i++) {
		const struct api_target *target = &ev->targets[i];
		int rc;

		if (target->kind == TARGET_USER) {
			t->users[t->nusers++] = target->id;
			continue;
		}
		if (target->kind == TARGET_GROUP)
			t->has_group = 1;
		else
			t->has_app = 1;
		rc = state_find_source(
		    s, target->id, &t->sources[t->nsources], e);
		if (rc == -1)
			return -1;
		t->nsources += (size_t)rc;
	}
	return 0;
}

/* A person and a source: is the one in the other? */
static int
pend_pair(struct state *s, const char *user, const struct state_source *src,
    enum event_rule rule, struct error *e)
{
	int left = rule == EVENT_LEFT;
	int rc = left ? state_knows(s, user, e) : 1;

	if (rc != 1)
		return rc;
	return state_pend(s,
	    src->kind == SOURCE_APP ? PENDING_ASSIGNEE : PENDING_MEMBER, user,
	    src->id, left, e);
}

/* The record of a person. That they have ended or were suspended is not
 * forgotten for an event that says less: not while it waits to be asked, and
 * not while it waits to be asked once more. */
static int
pend_record(
    struct state *s, const char *user, enum event_rule rule, struct error *e)
{
	struct state_pending row = {0};
	int gone = 0;

	if ((rule == EVENT_LOOK || rule == EVENT_STOPPED) &&
	    state_is_pending(s, PENDING_PERSON, user, "", &row, e) == -1)
		return -1;
	if (row.gone || rule == EVENT_ENDED)
		gone = 1;
	else if (row.is_suspended || rule == EVENT_STOPPED)
		gone = PENDING_SUSPENDED;
	return rule == EVENT_LOOK
	    ? state_pend_besides(s, PENDING_PERSON, user, "", gone, e)
	    : state_pend(s, PENDING_PERSON, user, "", gone, e);
}

/* A person alone. */
static int
pend_person(struct state *s, const char *user, const struct targets *t,
    enum event_rule rule, struct error *e)
{
	int rc = state_knows(s, user, e);

	if (rc != 1)
		return rc;
	if (rule != EVENT_CAME && rule != EVENT_LEFT)
		return pend_record(s, user, rule, e);
	/* In or out of somebody else's group or app; or of one that the event
	 * does not name. */
	if (t->has_group || t->has_app)
		return 0;
	return state_pend(s, PENDING_MEMBER, user, "", 0, e);
}

static int
pend_source(struct state *s, const struct state_source *src,
    enum event_rule rule, struct error *e)
{
	enum pending_what what = PENDING_GROUP;

	if (src->kind == SOURCE_APP)
		what = PENDING_LIST;
	else if (rule == EVENT_DELETED)
		what = PENDING_DELETED;
	else if (rule == EVENT_CAME || rule == EVENT_LEFT)
		what = PENDING_LIST; /* of people whom it does not name */
	return state_pend(s, what, src->id, "", 0, e);
}

static int
is_about_person(const struct api_event *ev, enum event_rule rule)
{
	return rule == EVENT_BEGAN || rule == EVENT_ENDED ||
	    rule == EVENT_STOPPED ||
	    (rule == EVENT_LOOK && strncmp(ev->type, "user.", 5) == 0);
}

int
event_take(struct state *s, const struct api_event *ev, struct error *e)
{
	enum event_rule rule = event_rule(ev->type);
	struct targets t;

	if (ev->has_failed || rule == EVENT_NOTHING)
		return 0;
	/* Its targets are people who did it, if any. */
	if (rule == EVENT_ZONE)
		return state_pend(s, PENDING_ZONES, "", "", 0, e);
	if (sort_out(s, ev, &t, e) == -1)
		return -1;
	if (rule == EVENT_ALL || ev->is_cut)
		return state_pend(s, PENDING_FULL, "", "", 0, e);
	for (size_t i = 0; i < t.nusers; i++) {
		/* An event about a person is one also where it names a place
		 * of theirs. */
		if ((t.nsources == 0 || is_about_person(ev, rule)) &&
		    pend_person(s, t.users[i], &t, rule, e) == -1)
			return -1;
		for (size_t j = 0; j < t.nsources; j++)
			if (pend_pair(s, t.users[i], &t.sources[j], rule, e) ==
			    -1)
				return -1;
	}
	for (size_t j = 0; t.nusers == 0 && j < t.nsources; j++)
		if (pend_source(s, &t.sources[j], rule, e) == -1)
			return -1;
	return 0;
}
