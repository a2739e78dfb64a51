#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

enum {
	LINE_MAX_BYTES = 2048,
	VALUE_MAX = 256, /* bytes of a value that are shown */
	CAUSES = 64,
	BURST = 60 /* lines of one cause at once; then one per second */
};

enum target { TARGET_SYSLOG, TARGET_JOURNAL, TARGET_PLAIN };

/* What one cause may still write. Causes do not share: a flood of one that
 * anybody can make must not keep another out of the log. Only where there are
 * more causes than places, the last ones do. */
struct cause {
	uint32_t hash;
	int tokens;
	time_t filled;
	unsigned long suppressed;
	int is_used;
};

static enum target target = TARGET_PLAIN;
static const char *program_name = "okta";
static int debug_is_on;
static struct cause causes[CAUSES];

/* systemd.exec(5): JOURNAL_STREAM is "device:inode" of the journal's socket. */
static int
stderr_is_journal(void)
{
	const char *v = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;

	return v != NULL && sscanf(v, "%ju:%ju", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
log_open(const char *program, int foreground, int debug)
{
	program_name = program;
	debug_is_on = debug;
	if (stderr_is_journal())
		target = TARGET_JOURNAL;
	else if (foreground)
		target = TARGET_PLAIN;
	else {
		target = TARGET_SYSLOG;
		openlog(program, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	}
}

static int
is_bare(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

size_t
log_escape(char *dst, size_t cap, const char *text)
{
	size_t shown = strnlen(text, VALUE_MAX), i, len = 0;
	int quoted = shown == 0 || text[shown] != '\0';
	char piece[8];

	for (i = 0; i < shown; i++)
		quoted |= !is_bare((unsigned char)text[i]);
	dst[0] = '\0';
	if (cap < 3)
		return 0;
	if (quoted)
		dst[len++] = '"';
	for (i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)text[i];
		int n = snprintf(piece, sizeof(piece),
		    is_bare(c) || c == ' ' || c == '=' ? "%c" : "\\x%02x", c);

		if ((size_t)n > cap - len - 2)
			break;
		memcpy(dst + len, piece, (size_t)n);
		len += (size_t)n;
	}
	if (quoted)
		dst[len++] = '"';
	dst[len] = '\0';
	return len;
}

/* FNV-1a over the words that make up a cause. */
static struct cause *
cause_of(int level, const char *event, const struct log_field *fields)
{
	const char *words[2] = {event, ""};
	uint32_t h = 2166136261u ^ (uint32_t)level;

	for (; fields->kind != LOG_FIELD_END; fields++)
		if (strcmp(fields->key, "cause") == 0 && fields->text != NULL)
			words[1] = fields->text;
	for (size_t i = 0; i < 2; i++)
		for (const char *p = words[i]; *p != '\0'; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
	for (uint32_t i = 0; i < CAUSES; i++) {
		struct cause *c = &causes[(h + i) % CAUSES];

		if (!c->is_used)
			c->hash = h;
		if (c->hash == h)
			return c;
	}
	return &causes[h % CAUSES];
}

/* 1 where the line may be written. */
static int
take_token(struct cause *c)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	if (!c->is_used || now.tv_sec - c->filled >= BURST) {
		c->is_used = 1;
		c->tokens = BURST;
		c->filled = now.tv_sec;
	} else if (now.tv_sec > c->filled) {
		c->tokens += (int)(now.tv_sec - c->filled);
		c->tokens = c->tokens < BURST ? c->tokens : BURST;
		c->filled = now.tv_sec;
	}
	if (c->tokens == 0) {
		c->suppressed++;
		return 0;
	}
	c->tokens--;
	return 1;
}

static void
append_pair(char *line, size_t cap, const char *key, const char *value)
{
	size_t len = strlen(line);
	int n;

	if (cap - len < strlen(key) + 16)
		return;
	n = snprintf(line + len, cap - len, "%s%s=", len > 0 ? " " : "", key);
	log_escape(line + len + n, cap - len - (size_t)n, value);
}

static void
write_line(int level, const char *line)
{
	char out[LINE_MAX_BYTES + 64];
	int len;

	if (target == TARGET_SYSLOG) {
		syslog(level, "%s", line);
		return;
	}
	len = target == TARGET_JOURNAL
	    ? snprintf(out, sizeof(out), "<%d>%s\n", level, line)
	    : snprintf(out, sizeof(out), "%s: %s\n", program_name, line);
	/* One write, so that lines of two processes never mix. A log that can
	 * not be written must not stop a login. */
	while (write(STDERR_FILENO, out, (size_t)len) < 0 && errno == EINTR)
		;
}

static void
write_fields(
    int level, const struct log_field *fields, unsigned long suppressed)
{
	char line[LINE_MAX_BYTES] = "", digits[24];
	int saved = errno;

	for (; fields->kind != LOG_FIELD_END; fields++) {
		if (fields->kind == LOG_FIELD_NUMBER) {
			snprintf(
			    digits, sizeof(digits), "%" PRId64, fields->number);
			append_pair(line, sizeof(line), fields->key, digits);
		} else if (fields->text != NULL)
			append_pair(
			    line, sizeof(line), fields->key, fields->text);
	}
	if (suppressed > 0) {
		snprintf(digits, sizeof(digits), "%lu", suppressed);
		append_pair(line, sizeof(line), "suppressed", digits);
	}
	write_line(level, line);
	errno = saved;
}

void
log_fields(int level, const char *event, const struct log_field *fields)
{
	struct cause *c = cause_of(level, event, fields);

	if ((level == LOG_DEBUG && !debug_is_on) || !take_token(c))
		return;
	write_fields(level, fields, c->suppressed);
	c->suppressed = 0;
}

void
log_always(int level, const struct log_field *fields)
{
	write_fields(level, fields, 0);
}
