/*
 * The commands that change something in Okta (changes.c). Names become ids
 * first, so that no name ever stands in a URL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "changes.h"
#include "name.h"

enum { PATH_SIZE = 256, TEXT_SIZE = 1024, WHOM_SIZE = 299 };

/* What is done now. */
struct job {
	const struct ctl *ctl;
	const struct change_row *row;
	struct change_words words;
	struct target target[TARGETS_MAX];
	int n;
	char what[32]; /* command and verb */
	struct buf body;
};

static int
count_nouns(const struct change_row *r)
{
	int n = 0;

	while (n < TARGETS_MAX && r->nouns[n] != NOUN_NONE)
		n++;
	return n;
}

/* The options that this command alone has. */
static void
list_switches(const char *command, const char *own[SWITCHES_MAX + 1])
{
	const struct change_row *r = change_rows;

	while (r->command != NULL && strcmp(r->command, command) != 0)
		r++;
	for (int i = 0; i < SWITCHES_MAX; i++)
		own[i] = r->switches[i].word;
	own[SWITCHES_MAX] = NULL;
}

/* The row of these words; *first is where its targets begin. */
static const struct change_row *
find_row(const char *command, const struct change_words *w, int *first)
{
	for (const struct change_row *r = change_rows; r->command != NULL;
	     r++) {
		*first = r->verb != NULL;
		if (strcmp(r->command, command) == 0 &&
		    w->n == count_nouns(r) + *first &&
		    (r->verb == NULL || strcmp(r->verb, w->word[0]) == 0))
			return r;
	}
	return NULL;
}

/* For people, or with ids that no long name can push out of a line of the log.
 */
static void
put_targets(const struct job *j, int is_log, struct buf *b)
{
	char clean[256];

	for (int i = 0; i < j->n; i++) {
		const struct target *t = &j->target[i];

		name_filter_text(
		    clean, sizeof(clean), t->name, strlen(t->name));
		buf_puts(b, i > 0 ? ", " : "");
		if (t->id[0] == '\0')
			buf_puts(b, clean);
		else if (is_log)
			buf_printf(b, "%s (%.80s)", t->id, clean);
		else
			buf_printf(b, "%s (%s, %s)", clean, t->id, t->state);
	}
}

static int
has_switch(const struct job *j, int i)
{
	return (j->words.own & 1U << i) != 0;
}

/* Each {} of the row's path is the id of the next target. */
static void
put_path(const struct job *j, struct buf *b)
{
	const char *p = j->row->path, *gap;

	for (int i = 0; (gap = strstr(p, "{}")) != NULL; p = gap + 2, i++)
		buf_printf(b, "%.*s%s", (int)(gap - p), p, j->target[i].id);
	buf_puts(b, p);
	for (int i = 0; i < SWITCHES_MAX && j->row->switches[i].word; i++)
		buf_printf(b, "%c%s=%s", i == 0 ? '?' : '&',
		    j->row->switches[i].parameter,
		    has_switch(j, i) ? "true" : "false");
}

static int
report(const struct job *j, const char *request)
{
	if (!j->ctl->json) {
		printf("%s: done (request %s)\n", j->what, request);
		return EXIT_FINE;
	}
	ctl_print_json(change_object(j->what, j->target, j->n, request));
	return EXIT_FINE;
}

static int
resolve_all(struct control *c, struct job *j, int first, struct error *e)
{
	int channel = control_channel(c, e), rc = channel == -1 ? -1 : 0;

	for (j->n = 0; rc == 0 && j->n < count_nouns(j->row); j->n++)
		rc = resolve(channel, j->row->nouns[j->n],
		    j->words.word[first + j->n], &j->target[0],
		    &j->target[j->n], e);
	if (rc == 0 && j->row->check != NULL)
		rc = j->row->check(channel, j->target, e);
	if (channel != -1)
		close(channel);
	return rc;
}

/* The answer was yes: the rest of the request. */
static int
fill(int channel, struct change_plan *plan, struct error *e)
{
	struct job *j = plan->arg;

	if (j->row->fill(channel, j->row, j->target, &j->body, e) != 0)
		return -1;
	plan->request.body = j->body.bytes;
	plan->request.body_len = j->body.len;
	return 0;
}

static int
make(struct control *c, struct job *j, char request[48], struct error *e)
{
	struct buf path, whom, question;
	struct change_plan plan;
	int rc;

	buf_init(&j->body, HTTP_BODY_MAX);
	buf_init(&path, PATH_SIZE);
	buf_init(&whom, WHOM_SIZE);
	buf_init(&question, TEXT_SIZE);
	put_path(j, &path);
	put_targets(j, 1, &whom);
	buf_printf(&question, "%s: ", j->what);
	put_targets(j, 0, &question);
	buf_printf(&question, "\n  %s\n", j->row->effect);
	for (int i = 0; i < SWITCHES_MAX; i++)
		if (has_switch(j, i))
			buf_printf(
			    &question, "  %s\n", j->row->switches[i].effect);
	plan = (struct change_plan){
	    .what = j->what,
	    .whom = whom.bytes,
	    .question = question.bytes,
	    .scope = j->row->scope,
	    .request = {.method = j->row->method, .path = path.bytes},
	    .arg = j,
	    .fill = j->row->fill != NULL ? fill : NULL,
	};
	rc = path.failed || whom.failed || question.failed
	    ? error_set(e, ERROR_SYSTEM, "the names are too long")
	    : change_make(c, &j->words, &plan, request, e);
	buf_clear(&path);
	buf_clear(&whom);
	buf_clear(&question);
	buf_clear(&j->body);
	return rc;
}

int
cmd_change(const struct ctl *ctl, int argc, char **argv)
{
	const char *own[SWITCHES_MAX + 1];
	struct job j = {.ctl = ctl};
	struct error e = {0};
	char request[48];
	struct control c;
	int first, code, rc;

	list_switches(argv[0], own);
	if (change_words(argc, argv, own, &j.words) != 0 ||
	    (j.row = find_row(argv[0], &j.words, &first)) == NULL)
		return ctl_usage(argv[0]);
	snprintf(j.what, sizeof(j.what), "%s%s%s", j.row->command,
	    j.row->verb != NULL ? " " : "",
	    j.row->verb != NULL ? j.row->verb : "");
	code = change_may_ask(&j.words);
	if (code != 0)
		return code;
	if (control_open(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	rc = resolve_all(&c, &j, first, &e);
	if (rc == 0)
		rc = make(&c, &j, request, &e);
	control_close(&c);
	return rc == 0 ? report(&j, request) : ctl_fail(&e);
}
