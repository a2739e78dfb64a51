/* The log: no forged line, no format, no flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static char *captured;
static size_t captured_len;
static int saved_stderr;
static FILE *file;

static void
capture(void)
{
	file = tmpfile();
	assert_non_null(file);
	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
}

static const char *
release(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	captured_len = (size_t)lseek(fileno(file), 0, SEEK_END);
	free(captured);
	captured = calloc(1, captured_len + 1);
	assert_non_null(captured);
	assert_int_equal(pread(fileno(file), captured, captured_len, 0),
	    (ssize_t)captured_len);
	fclose(file);
	return captured;
}

/* syslog(3), and what fortified headers make of it. */
static char syslogged[512];

void __wrap_syslog(int level, const char *fmt, ...);
void __wrap___syslog_chk(int level, int flag, const char *fmt, ...);

void
__wrap_syslog(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	snprintf(syslogged, sizeof(syslogged), "%d %s %s", level, fmt,
	    va_arg(ap, const char *));
	va_end(ap);
}

void
__wrap___syslog_chk(int level, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	snprintf(syslogged, sizeof(syslogged), "%d %s %s", level, fmt,
	    va_arg(ap, const char *));
	va_end(ap);
}

static void
test_syslog_gets_a_literal_format_T108(void **state)
{
	(void)state;
	log_open("oktad", 0, 0);
	log_event(LOG_NOTICE, "syslogged", log_text("user", "%n%s"));
	assert_string_equal(syslogged, "5 %s event=syslogged user=%n%s");
}

static void
test_a_line_is_pairs(void **state)
{
	(void)state;
	log_open("oktad", 1, 0);
	capture();
	log_event(LOG_INFO, "login", log_text("user", "alice"),
	    log_number("uid", 1879048200), log_text("absent", NULL),
	    log_text("reason", "no factor"), log_number("skew_s", -5));
	log_event(LOG_DEBUG, "quiet");
	assert_string_equal(release(),
	    "oktad: event=login user=alice "
	    "uid=1879048200 reason=\"no factor\" skew_s=-5\n");
}

static void
test_foreign_text_can_not_forge_T108(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
	    {"alice", "alice"},
	    {"", "\"\""},
	    {"a b", "\"a b\""},
	    {"a\nevent=login result=accepted",
		"\"a\\x0aevent=login result=accepted\""},
	    {"a\r", "\"a\\x0d\""},
	    {"%n%s%d", "%n%s%d"},
	    {"a\" result=accepted x=\"", "\"a\\x22 result=accepted x=\\x22\""},
	    {"back\\slash", "\"back\\x5cslash\""},
	    {"\x1b[31m", "\"\\x1b[31m\""},
	    {"\x7f", "\"\\x7f\""},
	    {"\xc2\x9b", "\"\\xc2\\x9b\""},
	    {"k=v", "\"k=v\""},
	    {"J\xc3\xbcrgen", "\"J\\xc3\\xbcrgen\""},
	    {"<0>", "<0>"},
	};
	char dst[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(log_escape(dst, sizeof(dst), rows[i].text),
		    strlen(rows[i].shown));
		assert_string_equal(dst, rows[i].shown);
	}
	log_open("oktad", 1, 0);
	capture();
	log_event(LOG_NOTICE, "forged",
	    log_text("user", "x\n<0>event=login\x1b]0;%n"));
	release();
	assert_ptr_equal(strchr(captured, '\n'), captured + captured_len - 1);
	assert_null(strchr(captured, 0x1b));
}

/* A quoted value always ends with its quote, whatever the room. */
static void
test_escapes_are_never_cut_T108(void **state)
{
	char dst[64], text[] = "a\nb\nc\nd";
	size_t len;

	(void)state;
	for (size_t cap = 3; cap < sizeof(dst); cap++) {
		memset(dst, 'z', sizeof(dst));
		len = log_escape(dst, cap, text);
		assert_true(len < cap);
		assert_int_equal(strlen(dst), len);
		assert_int_equal(dst[0], '"');
		assert_int_equal(dst[len - 1], '"');
		assert_int_equal((len - 2 - (dst[1] == 'a' ? 1 : 0) -
				     (strchr(dst, 'b') != NULL) -
				     (strchr(dst, 'c') != NULL) -
				     (strchr(dst, 'd') != NULL)) %
			4,
		    0);
		assert_int_equal(dst[cap], 'z');
	}
}

static void
test_ten_thousand_failures_stay_below_a_megabyte_T108(void **state)
{
	char name[300];
	size_t lines = 0;

	(void)state;
	log_open("oktad", 1, 1);
	capture();
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "%0250d\n", i);
		log_event(LOG_WARNING, "refused", log_text("user", name),
		    log_text("rhost", name), log_text("reason", name));
	}
	/* Another cause is not drowned by this one. */
	log_event(LOG_WARNING, "started", log_text("version", "1"));
	release();
	assert_true(captured_len <= 1 << 20);
	for (const char *p = captured; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_in_range(lines, 61, 70);
	assert_non_null(strstr(captured, "event=started"));
}

/* Anybody can make the first, only logins make the second. */
static void
test_a_flood_keeps_no_other_cause_out_T108(void **state)
{
	char cause[24];
	size_t found = 0;

	(void)state;
	log_open("oktad", 1, 0);
	capture();
	for (int i = 0; i < 1000; i++)
		log_event(LOG_NOTICE, "refused",
		    log_text("cause", "too many connections"));
	for (int i = 0; i < 40; i++) {
		snprintf(cause, sizeof(cause), "cause%d", i);
		log_event(LOG_INFO, "other", log_text("cause", cause));
	}
	log_event(LOG_INFO, "login", log_text("user", "alice"));
	release();
	for (const char *p = captured; (p = strstr(p, "=other")) != NULL; p++)
		found++;
	assert_int_equal(found, 40);
	assert_non_null(strstr(captured, "event=login user=alice"));
}

/* Who was let in is on record, whatever else is being logged. */
static void
test_what_is_always_logged_passes_any_flood(void **state)
{
	const struct log_field accepted[] = {log_text("event", "login"),
	    log_text("verdict", "accept"), {LOG_FIELD_END, NULL, NULL, 0}};
	size_t found = 0;

	(void)state;
	log_open("oktad", 1, 0);
	capture();
	for (int i = 0; i < 1000; i++) {
		log_event(LOG_NOTICE, "login", log_text("verdict", "deny"));
		if (i % 4 == 0)
			log_always(LOG_NOTICE, accepted);
	}
	release();
	for (const char *p = captured; (p = strstr(p, "=accept")) != NULL; p++)
		found++;
	assert_int_equal(found, 250);
	found = 0;
	for (const char *p = captured; (p = strstr(p, "=deny")) != NULL; p++)
		found++;
	assert_in_range(found, 60, 65);
}

static void
test_suppressed_lines_are_counted_T108(void **state)
{
	const char *said;
	char *number;
	long suppressed = 0;
	size_t passed = 0;

	(void)state;
	log_open("oktad", 1, 0);
	capture();
	for (int i = 0; i < 100; i++)
		log_event(LOG_ERR, "flood", log_text("cause", "one"));
	const struct timespec pause = {.tv_sec = 2, .tv_nsec = 100000000};

	assert_int_equal(nanosleep(&pause, NULL), 0);
	log_event(LOG_ERR, "flood", log_text("cause", "one"));
	said = release();
	for (const char *p = said; (p = strstr(p, "event=flood")) != NULL; p++)
		passed++;
	number = strstr(captured, "suppressed=");
	assert_non_null(number);
	suppressed = strtol(number + strlen("suppressed="), NULL, 10);
	assert_int_equal((long)passed + suppressed, 101);
}

static void
test_journal_lines_carry_their_priority(void **state)
{
	struct stat st;
	char value[64];

	(void)state;
	capture();
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(value, sizeof(value), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", value, 1);
	log_open("oktad", 0, 0);
	log_event(LOG_WARNING, "stale", log_text("x", "y"));
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(release(), "<4>event=stale x=y\n");
}

static void
test_errno_survives(void **state)
{
	(void)state;
	log_open("oktad", 1, 0);
	capture();
	close(STDERR_FILENO);
	errno = ENOTTY;
	log_event(LOG_WARNING, "unwritable", log_text("x", "y"));
	assert_int_equal(errno, ENOTTY);
	release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_syslog_gets_a_literal_format_T108),
	    cmocka_unit_test(test_a_line_is_pairs),
	    cmocka_unit_test(test_foreign_text_can_not_forge_T108),
	    cmocka_unit_test(test_escapes_are_never_cut_T108),
	    cmocka_unit_test(
		test_ten_thousand_failures_stay_below_a_megabyte_T108),
	    cmocka_unit_test(test_a_flood_keeps_no_other_cause_out_T108),
	    cmocka_unit_test(test_what_is_always_logged_passes_any_flood),
	    cmocka_unit_test(test_suppressed_lines_are_counted_T108),
	    cmocka_unit_test(test_journal_lines_carry_their_priority),
	    cmocka_unit_test(test_errno_survives),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(captured);
	return failed;
}
