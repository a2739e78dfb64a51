/* Events of the System Log: what is read of them, and what they leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "state_fixture.h"
#include "sync_event.h"

static char app_id[] = "0oaAPP00000000000001";
static char *const apps[] = {app_id, NULL};

/* The event of a JSON text. */
static struct api_event
event(const char *text)
{
	struct json_object *doc;
	struct api_event ev = {0};
	struct error e;

	if (json_parse(text, strlen(text), "event", &doc, &e) == -1 ||
	    api_event_parse(doc, &ev, &e) == -1)
		fail_msg("%s", e.text);
	json_free(doc);
	return ev;
}

#define TARGET(kind, id) "{\"type\":\"" kind "\",\"id\":\"" id "\"}"
#define EVENT(type, result, targets)                         \
	"{\"uuid\":\"u-1\",\"eventType\":\"" type "\","      \
	"\"published\":\"2026-01-02T03:04:05.000Z\","        \
	"\"actor\":{\"type\":\"User\",\"id\":\"00uAdmin\"}," \
	"\"outcome\":{\"result\":\"" result "\"},\"target\":" targets "}"

static void
test_any_member_may_be_missing(void **state)
{
	static const char *const texts[] = {"{}",
	    "{\"uuid\":null,\"eventType\":null,\"published\":null,"
	    "\"outcome\":null,\"target\":null,\"actor\":null}",
	    "{\"uuid\":1,\"eventType\":[],\"published\":\"soon\","
	    "\"outcome\":7,\"actor\":\"x\"}"};
	struct json_object *doc;
	struct api_event ev;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ev = event(texts[i]);
		assert_string_equal(ev.uuid, "");
		assert_string_equal(ev.type, "");
		assert_int_equal(ev.published, 0);
		assert_int_equal(ev.ntargets, 0);
		assert_int_equal(ev.has_failed, 0);
		assert_int_equal(ev.is_cut, 0);
	}
	assert_int_equal(event("{\"target\":7}").is_cut, 1);
	assert_int_equal(json_parse("[1]", 3, "list", &doc, &e), 0);
	assert_int_equal(api_event_parse(doc, &ev, &e), -1);
	json_free(doc);
}

static void
test_targets_are_bounded_and_the_actor_stands_in(void **state)
{
	char text[4096];
	struct api_event ev;
	size_t len;

	(void)state;
	ev = event(EVENT("x", "SUCCESS",
	    "[" TARGET("User", "00uA") "," TARGET(
		"UserGroup", "00gB") "," TARGET("AppUser",
		"0uaC") "," TARGET("AppInstance", "0oaD") "]"));
	assert_int_equal(ev.ntargets, 3);
	assert_int_equal(ev.targets[1].kind, TARGET_GROUP);
	assert_string_equal(ev.targets[2].id, "0oaD");
	assert_int_equal(ev.is_cut, 0);
	/* Only where there is no target. */
	ev = event(EVENT("x", "SUCCESS", "null"));
	assert_int_equal(ev.ntargets, 1);
	assert_string_equal(ev.targets[0].id, "00uAdmin");
	ev = event(EVENT("x", "SUCCESS", "[" TARGET("UserGroup", "00gB") "]"));
	assert_int_equal(ev.ntargets, 1);
	/* An id that is none, and one target too many. */
	ev = event(EVENT("x", "SUCCESS", "[" TARGET("User", "../x") "]"));
	assert_int_equal(ev.is_cut, 1);
	len = (size_t)snprintf(text, sizeof(text), "{\"target\":[");
	for (int i = 0; i <= API_EVENT_TARGETS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    i > 0 ? "," : "", TARGET("User", "00uA"));
	snprintf(text + len, sizeof(text) - len, "]}");
	ev = event(text);
	assert_int_equal(ev.ntargets, API_EVENT_TARGETS);
	assert_int_equal(ev.is_cut, 1);
}

static void
test_only_what_failed_is_nothing(void **state)
{
	static const char *const failed[] = {
	    "FAILURE", "SKIPPED", "DENY", "CHALLENGE", "RATE_LIMIT"};
	static const char *const done[] = {
	    "SUCCESS", "ALLOW", "DEFERRED", "SCHEDULED", "A_NEW_WORD"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		snprintf(text, sizeof(text),
		    "{\"outcome\":{\"result\":\"%s\"}}", failed[i]);
		assert_int_equal(event(text).has_failed, 1);
		snprintf(text, sizeof(text),
		    "{\"outcome\":{\"result\":\"%s\"}}", done[i]);
		assert_int_equal(event(text).has_failed, 0);
	}
}
/* --- what is pending --- */

static void
set_up(struct fixture *f)
{
	assert_int_equal(
	    state_configure(f->s, groups, apps, groups, NULL, &f->e), 0);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_name(f, "00uKnown", "known");
	apply(f);
}

/* What is left to be asked, as "what:subject:object:gone ". */
static const char *
pending(struct fixture *f)
{
	static char text[512];
	struct state_pending p;
	int64_t after = 0;
	size_t len = 0;

	text[0] = '\0';
	while (state_next_pending(f->s, &after, &p, &f->e) == 1) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%d:%s:%.4s:%d ", (int)p.what, p.subject, p.object,
		    p.gone | p.is_suspended * PENDING_SUSPENDED);
		assert_int_equal(state_pending_done(f->s, p.num, &f->e), 0);
	}
	return text;
}

#define KNOWN TARGET("User", "00uKnown")
#define OTHER TARGET("User", "00uOther")
#define CREW TARGET("UserGroup", "00gUSERS000000000001")
#define NIGHT TARGET("UserGroup", "00gNIGHT")
#define LINUX TARGET("AppInstance", "0oaAPP00000000000001")
#define WIKI TARGET("AppInstance", "0oaWIKI")

static void
test_each_kind_of_event_leaves_its_questions(void **state)
{
	static const struct {
		const char *text, *pending;
	} rows[] = {
#define ROW(type, targets, pending) \
	{EVENT(type, "SUCCESS", "[" targets "]"), pending}
	    ROW("user.lifecycle.suspend", KNOWN, "1:00uKnown::4 "),
	    ROW("user.lifecycle.deactivate", KNOWN, "1:00uKnown::1 "),
	    ROW("user.lifecycle.delete.initiated", KNOWN, "1:00uKnown::1 "),
	    ROW("user.account.update_profile", KNOWN, "1:00uKnown::0 "),
	    ROW("user.account.lock", KNOWN, "1:00uKnown::0 "),
	    ROW("user.lifecycle.of_the_future", KNOWN, "1:00uKnown::0 "),
	    ROW("", KNOWN, "1:00uKnown::0 "),
	    ROW("user.lifecycle.suspend", OTHER, ""),
	    /* Where else they are does not hide what became of them. */
	    ROW("user.lifecycle.suspend", KNOWN "," CREW,
		"1:00uKnown::4 2:00uKnown:00gU:0 "),
	    ROW("user.lifecycle.deactivate", KNOWN "," LINUX,
		"1:00uKnown::1 3:00uKnown:0oaA:0 "),
	    ROW("user.account.privilege.grant", KNOWN, ""),
	    ROW("user.lifecycle.password_mass_expiry", "", "7:::0 "),
	    ROW("group.user_membership.add", KNOWN "," CREW,
		"2:00uKnown:00gU:0 "),
	    ROW("group.user_membership.add", OTHER "," CREW,
		"2:00uOther:00gU:0 "),
	    ROW("group.user_membership.remove", KNOWN "," CREW,
		"2:00uKnown:00gU:1 "),
	    ROW("group.user_membership.remove", OTHER "," CREW, ""),
	    ROW("group.user_membership.add", KNOWN "," NIGHT, ""),
	    ROW("group.user_membership.remove", KNOWN, "2:00uKnown::0 "),
	    ROW("group.user_membership.of_the_future", KNOWN "," CREW,
		"2:00uKnown:00gU:0 "),
	    ROW("group.user_membership.add", CREW,
		"5:00gUSERS000000000001::0 "),
	    ROW("group.profile.update", CREW, "4:00gUSERS000000000001::0 "),
	    ROW("group.profile.update", NIGHT, ""),
	    ROW("group.lifecycle.delete", CREW, "6:00gUSERS000000000001::0 "),
	    ROW("group.lifecycle.create", CREW, ""),
	    ROW("application.user_membership.add", OTHER "," LINUX,
		"3:00uOther:0oaA:0 "),
	    ROW("application.user_membership.remove", KNOWN "," LINUX,
		"3:00uKnown:0oaA:1 "),
	    ROW("application.user_membership.change_username", KNOWN "," WIKI,
		"1:00uKnown::0 "),
	    ROW("group.application_assignment.remove", CREW "," LINUX,
		"4:00gUSERS000000000001::0 5:0oaAPP00000000000001::0 "),
	    ROW("application.lifecycle.deactivate", LINUX,
		"5:0oaAPP00000000000001::0 "),
	};
	struct fixture *f = *state;
	struct api_event ev;

	set_up(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *found;

		ev = event(rows[i].text);
		if (strstr(rows[i].text, "mass") != NULL)
			ev.ntargets = 0;
		assert_int_equal(event_take(f->s, &ev, &f->e), 0);
		found = pending(f);
		if (strcmp(found, rows[i].pending) != 0)
			fail_msg("%s\n left %s", rows[i].text, found);
		ev.has_failed = 1;
		assert_int_equal(event_take(f->s, &ev, &f->e), 0);
		assert_string_equal(pending(f), "");
	}
	/* More people than an event has room for: all of them. */
	ev = event(EVENT("user.lifecycle.suspend", "SUCCESS", "[" KNOWN "]"));
	ev.is_cut = 1;
	assert_int_equal(event_take(f->s, &ev, &f->e), 0);
	assert_string_equal(pending(f), "7:::0 ");
}

static void
test_the_last_event_of_a_pair_counts(void **state)
{
	struct fixture *f = *state;
	struct api_event came, left;

	set_up(f);
	came = event(EVENT(
	    "group.user_membership.add", "SUCCESS", "[" KNOWN "," CREW "]"));
	left = event(EVENT(
	    "group.user_membership.remove", "SUCCESS", "[" KNOWN "," CREW "]"));
	assert_int_equal(event_take(f->s, &left, &f->e), 0);
	assert_int_equal(event_take(f->s, &came, &f->e), 0);
	assert_string_equal(pending(f), "2:00uKnown:00gU:0 ");
	assert_int_equal(event_take(f->s, &came, &f->e), 0);
	assert_int_equal(event_take(f->s, &left, &f->e), 0);
	assert_string_equal(pending(f), "2:00uKnown:00gU:1 ");
}

static void
test_many_of_one_group_are_a_list(void **state)
{
	struct fixture *f = *state;
	char id[32];
	uint32_t people;

	set_up(f);
	for (int i = 0; i < 51; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		assert_int_equal(
		    state_pend(f->s, PENDING_MEMBER, id, group_id, 0, &f->e),
		    0);
		if (i < 50)
			assert_int_equal(state_pend_lists(f->s, 50, &f->e), 0);
	}
	assert_int_equal(state_pending_people(f->s, &people, &f->e), 0);
	assert_int_equal(people, 51);
	assert_int_equal(state_pend_lists(f->s, 50, &f->e), 0);
	assert_int_equal(state_pending_people(f->s, &people, &f->e), 0);
	assert_int_equal(people, 0);
	assert_string_equal(pending(f), "5:00gUSERS000000000001::0 ");
}

/* People of no named group; and who left an app, of whom its list has no
 * word. */
static void
test_what_a_list_would_not_answer_stays(void **state)
{
	struct fixture *f = *state;
	char id[32];
	uint32_t people;

	set_up(f);
	for (int i = 0; i < 51; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		assert_int_equal(
		    state_pend(f->s, PENDING_MEMBER, id, "", 0, &f->e), 0);
	}
	assert_int_equal(state_pend_lists(f->s, 50, &f->e), 0);
	assert_int_equal(state_pending_people(f->s, &people, &f->e), 0);
	assert_int_equal(people, 51);
	for (int i = 0; i < 51; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		assert_int_equal(state_pend(f->s, PENDING_ASSIGNEE, id, app_id,
				     i > 0, &f->e),
		    0);
	}
	assert_int_equal(
	    state_pend(f->s, PENDING_LIST, app_id, "", 0, &f->e), 0);
	assert_int_equal(state_pend_lists(f->s, 50, &f->e), 0);
	for (int i = 0; i < 51; i++) {
		struct state_pending row;

		snprintf(id, sizeof(id), "00u%d", i);
		assert_int_equal(state_is_pending(f->s, PENDING_ASSIGNEE, id,
				     app_id, &row, &f->e),
		    i > 0);
	}
}

/* Okta's word about one stands, also where a list is read after it. */
static void
test_a_list_after_the_word_finds_no_loss(void **state)
{
	struct fixture *f = *state;
	char id[JSON_ID_MAX + 1];
	uint32_t uid = 0;

	set_up(f);
	assert_int_equal(
	    state_is_standing(f->s, "00uKnown", f->source, &f->e), 1);
	assert_int_equal(state_leave(f->s, "00uKnown", f->source, &f->e), 0);
	assert_int_equal(state_relist_begin(f->s, f->source, &f->e), 0);
	assert_int_equal(state_relist_end(f->s, f->source, &f->e), 0);
	assert_int_equal(state_next_loser(f->s, f->source, &uid, id, &f->e), 0);
}

static void
test_events_are_known_by_their_uuid(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(state_event_is_new(f->s, "a", 100, &f->e), 1);
	assert_int_equal(state_event_is_new(f->s, "a", 100, &f->e), 0);
	assert_int_equal(state_event_is_new(f->s, "b", 200, &f->e), 1);
	assert_int_equal(state_event_forget(f->s, 150, &f->e), 0);
	assert_int_equal(state_event_is_new(f->s, "b", 200, &f->e), 0);
	assert_int_equal(state_event_is_new(f->s, "a", 100, &f->e), 1);
}

/* A row that comes while another of the same three is asked for is not done
 * with it. */
static void
test_a_question_asked_again_is_a_new_one(void **state)
{
	struct fixture *f = *state;
	struct state_pending p, row;
	int64_t after = 0, last;

	assert_int_equal(
	    state_pend(f->s, PENDING_MEMBER, "00uA", "00gB", 0, &f->e), 0);
	assert_int_equal(state_next_pending(f->s, &after, &p, &f->e), 1);
	assert_int_equal(
	    state_pend(f->s, PENDING_MEMBER, "00uA", "00gB", 1, &f->e), 0);
	assert_int_equal(state_pending_done(f->s, p.num, &f->e), 0);
	assert_int_equal(
	    state_is_pending(f->s, PENDING_MEMBER, "00uA", "00gB", &row, &f->e),
	    1);
	assert_int_equal(row.gone, 1);
	assert_int_equal(row.is_again, 0);
	assert_true(row.num > p.num);
	assert_int_equal(state_pending_last(f->s, &last, &f->e), 0);
	assert_int_equal(last, row.num);
	assert_int_equal(state_pending_clear(f->s, row.num - 1, &f->e), 0);
	assert_int_equal(
	    state_is_pending(f->s, PENDING_MEMBER, "00uA", "00gB", &row, &f->e),
	    1);
	assert_int_equal(state_pending_clear(f->s, row.num, &f->e), 0);
	assert_string_equal(pending(f), "");
}

/* What else is said of a leaver does not hide it, nor take back the question
 * that is to be asked once more; that they are back does. */
static void
test_that_somebody_ended_is_not_forgotten(void **state)
{
#define SAID(type) EVENT("user.lifecycle." type, "SUCCESS", "[" KNOWN "]")
	static const struct {
		const char *first, *then;
		int gone;
		const char *asked, *again;
	} rows[] = {{SAID("deactivate"), SAID("x"), 1, "1:00uKnown::1 ",
			"1:00uKnown::1 "},
	    {SAID("deactivate"), SAID("reactivate"), 1, "1:00uKnown::0 ", ""},
	    {SAID("suspend"), SAID("x"), PENDING_SUSPENDED, "1:00uKnown::4 ",
		"1:00uKnown::4 "},
	    {SAID("suspend"), SAID("activate"), PENDING_SUSPENDED,
		"1:00uKnown::0 ", ""}};
	struct fixture *f = *state;

	set_up(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct api_event first = event(rows[i].first);
		struct api_event then = event(rows[i].then);

		assert_int_equal(event_take(f->s, &first, &f->e), 0);
		assert_int_equal(event_take(f->s, &then, &f->e), 0);
		assert_string_equal(pending(f), rows[i].asked);
		assert_int_equal(state_pend_later(f->s, PENDING_PERSON,
				     "00uKnown", "", rows[i].gone, 60, &f->e),
		    0);
		assert_int_equal(event_take(f->s, &then, &f->e), 0);
		assert_string_equal(pending(f), "1:00uKnown::0 ");
		assert_int_equal(state_pend_due(f->s, 60, &f->e), 0);
		assert_string_equal(pending(f), rows[i].again);
	}
}

/* A full pass answers what was asked, but not where it found no word. */
static void
test_a_pass_without_a_word_leaves_the_question(void **state)
{
	struct fixture *f = *state;
	struct state_outcome o;
	int64_t last;

	set_up(f);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	assert_int_equal(state_find_losses(f->s, &f->e), 0);
	f->rules.hold_silent = 1;
	assert_int_equal(state_apply(f->s, &f->rules, &o, &f->e), 0);
	assert_int_equal(state_commit(f->s, &f->e), 0);
	assert_int_equal(
	    state_pend(f->s, PENDING_MEMBER, "00uKnown", group_id, 1, &f->e),
	    0);
	assert_int_equal(
	    state_pend(f->s, PENDING_MEMBER, "00uOther", group_id, 1, &f->e),
	    0);
	assert_int_equal(
	    state_pend(f->s, PENDING_ASSIGNEE, "00uKnown", app_id, 1, &f->e),
	    0);
	assert_int_equal(
	    state_pend(f->s, PENDING_PERSON, "00uKnown", "", 1, &f->e), 0);
	assert_int_equal(
	    state_pend(f->s, PENDING_PERSON, "00uOther", "", 0, &f->e), 0);
	assert_int_equal(state_pending_last(f->s, &last, &f->e), 0);
	assert_int_equal(state_pending_clear(f->s, last, &f->e), 0);
	assert_string_equal(pending(f), "2:00uKnown:00gU:1 1:00uKnown::1 ");
}

static void
test_what_is_asked_again_waits_for_its_time(void **state)
{
	struct fixture *f = *state;
	struct state_pending row;

	assert_int_equal(state_pend_later(f->s, PENDING_MEMBER, "00uA", "00gB",
			     1, 60, &f->e),
	    0);
	assert_int_equal(state_pend_later(f->s, PENDING_MEMBER, "00uC", "00gB",
			     1, 60, &f->e),
	    0);
	assert_int_equal(state_pend_due(f->s, 59, &f->e), 0);
	assert_string_equal(pending(f), "");
	/* A newer event says how it is. */
	assert_int_equal(
	    state_pend(f->s, PENDING_MEMBER, "00uC", "00gB", 0, &f->e), 0);
	assert_int_equal(state_pend_due(f->s, 60, &f->e), 0);
	assert_int_equal(
	    state_is_pending(f->s, PENDING_MEMBER, "00uA", "00gB", &row, &f->e),
	    1);
	assert_int_equal(row.is_again, 1);
	assert_string_equal(pending(f), "2:00uC:00gB:0 2:00uA:00gB:1 ");
	assert_int_equal(state_pend_due(f->s, 61, &f->e), 0);
	assert_string_equal(pending(f), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_member_may_be_missing),
	    cmocka_unit_test(test_targets_are_bounded_and_the_actor_stands_in),
	    cmocka_unit_test(test_only_what_failed_is_nothing),
#define STATE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	    STATE_TEST(test_each_kind_of_event_leaves_its_questions),
	    STATE_TEST(test_the_last_event_of_a_pair_counts),
	    STATE_TEST(test_many_of_one_group_are_a_list),
	    STATE_TEST(test_what_a_list_would_not_answer_stays),
	    STATE_TEST(test_a_list_after_the_word_finds_no_loss),
	    STATE_TEST(test_events_are_known_by_their_uuid),
	    STATE_TEST(test_a_question_asked_again_is_a_new_one),
	    STATE_TEST(test_that_somebody_ended_is_not_forgotten),
	    STATE_TEST(test_a_pass_without_a_word_leaves_the_question),
	    STATE_TEST(test_what_is_asked_again_waits_for_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
