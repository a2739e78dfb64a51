/*
 * Addresses, and the answers of access rules: okta.conf's lists as oktad writes
 * them, the people file as oktad-sync does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "address.h"
#include "rules.h"
#include "rules_write.h"
#include "snapshot.h"

enum { ALICE = SNAPSHOT_ID_MIN + 1000, BOB = ALICE + 1 };

struct fixture {
	struct snapshot s;
	struct buf bytes;
	struct directory rules;
};

static char group_a[] = "00gA", group_b[] = "00gB", app[] = "0oaC";
static char unknown[] = "00gZ", office[] = "zone:nzoD", ten[] = "10.0.0.0/8";
static char six[] = "2001:db8::/32", far[] = "zone:nzoZ";

static void
publish(struct fixture *f, int has_sources)
{
	struct image *i = snapshot_begin();
	struct error e = {0};

	snapshot_user(i, ALICE, "alice");
	snapshot_user(i, BOB, "bob");
	if (has_sources) {
		assert_int_equal(image_add_source(i, "00gA", &e), 0);
		assert_int_equal(image_add_source(i, "00gB", &e), 0);
		assert_int_equal(image_add_source(i, "0oaC", &e), 0);
		assert_int_equal(image_add_source(i, "nzoD", &e), 0);
		assert_int_equal(image_add_belongs(i, BOB, "0oaC", &e), 0);
		assert_int_equal(image_add_belongs(i, ALICE, "00gA", &e), 0);
		assert_int_equal(image_add_belongs(i, ALICE, "00gA", &e), 0);
		assert_int_equal(
		    image_add_net(i, "nzoD", "192.0.2.0/24", &e), 0);
	}
	snapshot_end(&f->s, i);
}

static void
set_rules(struct fixture *f, const struct conf_service *rows, size_t n)
{
	struct conf c = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .services = (struct conf_service *)(uintptr_t)rows,
	    .nservices = n};
	struct error e = {0};

	assert_int_equal(rules_build(&c, &f->bytes, &e), 0);
	assert_int_equal(directory_view(&f->rules, f->bytes.bytes, f->bytes.len,
			     DIR_MAGIC_RULES),
	    OKTA_OK);
}

static void
drop(struct fixture *f)
{
	snapshot_free(&f->s);
	buf_clear(&f->bytes);
}

static struct access_facts
ask(struct fixture *f, uint32_t uid, const char *service, const char *from)
{
	const struct rules_query q = {uid, "00u", service, from};
	struct access_facts facts = {0};

	assert_int_equal(
	    rules_answer(&f->rules, &f->s.people, &q, &facts), OKTA_OK);
	return facts;
}

static void
test_lists_answer_by_service(void **state)
{
	char *a[] = {group_a, NULL}, *b[] = {group_b, unknown, NULL};
	char *c[] = {app, NULL}, *none[] = {NULL};
	const struct conf_service rows[] = {
	    {.name = (char[]){"default"}, .allow_groups = a, .deny_groups = b},
	    {.name = (char[]){"sudo"}, .allow_apps = c},
	    {.name = (char[]){"su"}, .allow_groups = none},
	};
	struct fixture f;
	struct access_facts x;

	(void)state;
	publish(&f, 1);
	set_rules(&f, rows, 3);
	x = ask(&f, ALICE, "sshd", NULL);
	assert_int_equal(x.allow.answer, ANSWER_YES);
	assert_string_equal(x.allow.entry, "00gA");
	assert_string_equal(x.allow.section, "default");
	/* Nobody has asked Okta about one of the two yet. */
	assert_int_equal(x.deny.answer, ANSWER_UNKNOWN);
	assert_int_equal(x.from.answer, ANSWER_NONE);
	assert_int_equal(ask(&f, BOB, "sshd", NULL).allow.answer, ANSWER_NO);
	/* A section's own list replaces that of default; apps are of it. */
	assert_int_equal(ask(&f, ALICE, "sudo", NULL).allow.answer, ANSWER_NO);
	assert_int_equal(ask(&f, BOB, "sudo", NULL).allow.answer, ANSWER_YES);
	assert_int_equal(
	    ask(&f, BOB, "sudo", NULL).deny.answer, ANSWER_UNKNOWN);
	/* Present and empty admits nobody. */
	assert_int_equal(ask(&f, ALICE, "su", NULL).allow.answer, ANSWER_NO);
	/* A name that only begins like a section's goes by default. */
	assert_int_equal(ask(&f, ALICE, "su-l", NULL).allow.answer, ANSWER_YES);
	assert_int_equal(ask(&f, ALICE, NULL, NULL).allow.answer, ANSWER_YES);
	drop(&f);
}

static void
test_addresses_answer(void **state)
{
	char *from[] = {ten, office, six, NULL}, *zone[] = {far, NULL};
	const struct conf_service rows[] = {
	    {.name = (char[]){"sshd"}, .from = from},
	    {.name = (char[]){"ftp"}, .from = zone},
	};
	static const struct {
		const char *from;
		enum access_answer answer;
	} cases[] = {
	    {NULL, ANSWER_LOCAL},
	    {"", ANSWER_LOCAL},
	    {"10.0.0.0", ANSWER_YES},
	    {"10.255.255.255", ANSWER_YES},
	    {"11.0.0.0", ANSWER_NO},
	    {"9.255.255.255", ANSWER_NO},
	    {"::ffff:10.1.2.3", ANSWER_YES},
	    {"192.0.2.77", ANSWER_YES},
	    {"192.0.3.1", ANSWER_NO},
	    {"2001:db8::1", ANSWER_YES},
	    {"2001:db9::1", ANSWER_NO},
	    {"fe80::1%eth0", ANSWER_NO},
	    {"127.0.0.1", ANSWER_NO},
	    {"localhost", ANSWER_UNKNOWN},
	    {"10.0.0.1.evil.test", ANSWER_UNKNOWN},
	    {"10.0.0.1 ", ANSWER_UNKNOWN},
	    {"10.0.0.01", ANSWER_UNKNOWN},
	    {"167772161", ANSWER_UNKNOWN},
	    {"?", ANSWER_UNKNOWN},
	};
	struct fixture f;

	(void)state;
	publish(&f, 1);
	set_rules(&f, rows, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct access_facts x = ask(&f, ALICE, "sshd", cases[i].from);

		assert_int_equal(x.from.answer, cases[i].answer);
	}
	assert_int_equal(
	    ask(&f, ALICE, "ftp", "10.0.0.1").from.answer, ANSWER_UNKNOWN);
	drop(&f);
}

static void
test_an_image_of_before_knows_no_sources(void **state)
{
	char *a[] = {group_a, NULL};
	const struct conf_service rows[] = {
	    {.name = (char[]){"a"}, .allow_groups = a},
	    {.name = (char[]){"d"}, .deny_groups = a},
	};
	struct access_facts x;
	struct fixture f;

	(void)state;
	publish(&f, 0);
	set_rules(&f, rows, 2);
	x = ask(&f, ALICE, "a", NULL);
	assert_int_equal(access_decide(&x), ACCESS_NOT_ALLOWED);
	x = ask(&f, ALICE, "d", NULL);
	assert_int_equal(access_decide(&x), ACCESS_DENIED);
	drop(&f);
}

/* Everybody behind an account, as a string of initials. */
static const char *
behind(struct fixture *f, const char *name, int *is_shared)
{
	static char found[8];
	struct rules_account account;
	struct directory_person p;
	uint64_t cursor = 0;
	size_t n = 0;

	*is_shared = -1;
	if (rules_account(&f->rules, name, &account) != OKTA_OK)
		return NULL;
	*is_shared = account.is_shared;
	while (
	    rules_next_behind(&f->s.people, &account, &cursor, &p) == OKTA_OK)
		found[n++] = p.name[0];
	found[n] = '\0';
	return found;
}

static void
test_people_are_behind_local_accounts_by_id(void **state)
{
	char alice[64], bob[64], group[] = "deploy 00gA",
				 gone[] = "ops 00uGone";
	char app_group[] = "both 00gA", both[64], other[] = "empty 00gB";
	char not_asked[] = "later 00gZ";
	char *pairs[] = {
	    alice, group, app_group, both, gone, other, not_asked, bob, NULL};
	char *a[] = {group_a, NULL};
	const struct conf_service rows[] = {
	    {.name = (char[]){"default"}, .allow_groups = a},
	    {.name = (char[]){"deploy"}, .deny_groups = a}};
	struct conf c = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .services = (struct conf_service *)(uintptr_t)rows,
	    .nservices = 2,
	    .local_accounts = pairs};
	struct error e = {0};
	struct fixture f;
	int is_shared;

	(void)state;
	snprintf(alice, sizeof(alice), "alice 00u%u", (unsigned int)ALICE);
	snprintf(both, sizeof(both), "both 00u%u", (unsigned int)BOB);
	snprintf(bob, sizeof(bob), "bob 00u%u", (unsigned int)BOB);
	publish(&f, 1);
	assert_int_equal(rules_build(&c, &f.bytes, &e), 0);
	assert_int_equal(directory_view(&f.rules, f.bytes.bytes, f.bytes.len,
			     DIR_MAGIC_RULES),
	    OKTA_OK);
	assert_string_equal(behind(&f, "alice", &is_shared), "a");
	assert_int_equal(is_shared, 0);
	assert_string_equal(behind(&f, "bob", &is_shared), "b");
	assert_int_equal(is_shared, 0);
	assert_string_equal(behind(&f, "deploy", &is_shared), "a");
	assert_int_equal(is_shared, 1);
	assert_string_equal(behind(&f, "both", &is_shared), "ab");
	assert_int_equal(is_shared, 1);
	assert_string_equal(behind(&f, "ops", &is_shared), "");
	assert_string_equal(behind(&f, "empty", &is_shared), "");
	/* Nobody has asked Okta yet: nobody is behind it. */
	assert_string_equal(behind(&f, "later", &is_shared), "");
	assert_null(behind(&f, "root", &is_shared));
	assert_null(behind(&f, "default", &is_shared));
	assert_null(behind(&f, "", &is_shared));
	/* A service of the same name is another thing. */
	assert_int_equal(
	    ask(&f, ALICE, "deploy", NULL).deny.answer, ANSWER_YES);
	assert_int_equal(
	    ask(&f, ALICE, "alice", NULL).allow.answer, ANSWER_YES);
	assert_int_equal(ask(&f, BOB, "both", NULL).allow.answer, ANSWER_NO);
	drop(&f);
}

/* Whatever byte of the words is spoilt: an answer or OKTA_BAD, never a read
 * beyond (the memory is exactly sized under the sanitizers). */
static void
test_damaged_rules_are_bad_or_something_else(void **state)
{
	char *a[] = {group_a, NULL}, *from[] = {ten, NULL};
	const struct conf_service rows[] = {
	    {.name = (char[]){"sshd"}, .allow_groups = a, .from = from}};
	const struct rules_query q = {ALICE, "00u", "sshd", "10.0.0.1"};
	unsigned int bad = 0;
	struct fixture f;

	(void)state;
	publish(&f, 1);
	set_rules(&f, rows, 1);
	for (size_t at = f.rules.section[DIR_RULES].offset; at < f.bytes.len;
	     at++)
		for (int bit = 0; bit < 8; bit++) {
			struct access_facts x = {0};

			f.bytes.bytes[at] ^= (char)(1 << bit);
			bad += rules_answer(&f.rules, &f.s.people, &q, &x) ==
			    OKTA_BAD;
			f.bytes.bytes[at] ^= (char)(1 << bit);
		}
	assert_true(bad > 50);
	drop(&f);
}

static void
test_an_image_refuses_what_is_out_of_order(void **state)
{
	struct image *i = snapshot_begin();
	int d = -1, p = -1;
	struct error e;

	(void)state;
	snapshot_user(i, ALICE, "alice");
	assert_int_equal(image_add_source(i, "00gB", &e), 0);
	assert_int_equal(image_add_source(i, "00gA", &e), -1);
	assert_int_equal(image_add_source(i, "00gB", &e), -1);
	assert_int_equal(image_add_source(i, "00g\n", &e), -1);
	assert_int_equal(image_add_belongs(i, ALICE, "00gC", &e), -1);
	assert_int_equal(image_add_net(i, "00gB", "10.0.0.1/8", &e), -1);
	assert_int_equal(image_add_belongs(i, BOB, "00gB", &e), 0);
	assert_int_equal(image_finish(i, &d, &p, &e), -1);
	assert_non_null(strstr(e.text, "is not there"));
	image_free(i);
}

static void
test_the_check_finds_planted_faults_in_sources(void **state)
{
	struct directory_fault fault;
	struct dir_belongs *b;
	struct dir_source *s;
	struct dir_net *n;
	struct fixture f = {0};

	(void)state;
	publish(&f, 1);
	s = (void *)(f.s.people_bytes + f.s.people.section[DIR_SOURCES].offset);
	b = (void *)(f.s.people_bytes + f.s.people.section[DIR_BELONGS].offset);
	n = (void *)(f.s.people_bytes + f.s.people.section[DIR_NETS].offset);
#define PLANT(member, value)                                              \
	do {                                                              \
		__typeof__(member) was = (member);                        \
		(member) = (value);                                       \
		directory_stamp(f.s.people_bytes, f.s.people_size, 0, 0); \
		assert_int_equal(                                         \
		    directory_check_people(&f.s.people, &f.s.d, &fault),  \
		    OKTA_BAD);                                            \
		(member) = was;                                           \
	} while (0)
	PLANT(s[0].id[3], 'C'); /* order */
	PLANT(s[0].id[71], 'x'); /* bytes behind the id */
	PLANT(s[0].id[2], '.');
	PLANT(b[0].uid, BOB + 1); /* nobody */
	PLANT(b[0].source, 3); /* a zone has no people */
	PLANT(b[0].source, 4);
	PLANT(b[1].uid, ALICE - 1);
	PLANT(n[0].source, 0); /* a group has no networks */
	PLANT(n[0].source, 4);
	PLANT(n[0].bits, 129);
	PLANT(n[0].bits, 8); /* bits behind the prefix */
#undef PLANT
	directory_stamp(f.s.people_bytes, f.s.people_size, 0, 0);
	assert_int_equal(
	    directory_check_people(&f.s.people, &f.s.d, &fault), OKTA_OK);
	drop(&f);
}

static void
test_networks_read_and_print(void **state)
{
	static const char *const good[] = {"0.0.0.0/0", "10.0.0.0/8",
	    "255.255.255.255/32", "::/0", "::/128", "2001:db8::/33"};
	struct address_net net;
	uint8_t v4[16], v6[16];
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(address_parse_net(good[i], &net), 0);
		assert_true(address_is_net(&net));
		address_print(&net, text);
		assert_string_equal(text, good[i]);
	}
	/* All of IPv6 is not IPv4, and the other way round. */
	assert_int_equal(address_parse("10.0.0.1", v4), 0);
	assert_int_equal(address_parse("2001:db8::1", v6), 0);
	assert_int_equal(address_parse_net("::/0", &net), 0);
	assert_false(address_is_in(v4, &net));
	assert_true(address_is_in(v6, &net));
	assert_int_equal(address_parse_net("0.0.0.0/0", &net), 0);
	assert_true(address_is_in(v4, &net));
	assert_false(address_is_in(v6, &net));
	assert_int_equal(address_parse("fe80::1%", v6), -1);
	assert_int_equal(address_parse("10.0.0.1%eth0", v6), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lists_answer_by_service),
	    cmocka_unit_test(test_addresses_answer),
	    cmocka_unit_test(test_people_are_behind_local_accounts_by_id),
	    cmocka_unit_test(test_an_image_of_before_knows_no_sources),
	    cmocka_unit_test(test_damaged_rules_are_bad_or_something_else),
	    cmocka_unit_test(test_an_image_refuses_what_is_out_of_order),
	    cmocka_unit_test(test_the_check_finds_planted_faults_in_sources),
	    cmocka_unit_test(test_networks_read_and_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
