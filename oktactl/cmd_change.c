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

/* Each {} of the row's path is the id of the next target. */
static void
put_path(const struct job *j, struct buf *b)
{
	const char *p = j->row->path, *gap;

	for (int i = 0; (gap = strstr(p, "{}")) != NULL; p = gap + 2, i++)
		buf_printf(b, "%.*s%s", (int)(gap - p), p, j->target[i].id);
	buf_puts(b, p);
}

static int
report(const struct job *j, const char *request)
{
	struct json_object *o, *list, *t;

	if (!j->ctl->json) {
		printf("%s: done (request %s)\n", j->what, request);
		return EXIT_FINE;
	}
	o = json_object_new_object();
	list = json_object_new_array();
	ctl_add_str(o, "result", "done");
	ctl_add_str(o, "command", j->what);
	for (int i = 0; i < j->n; i++) {
		t = json_object_new_object();
		ctl_add_str(t, "kind", resolve_noun(j->target[i].noun));
		ctl_add_str(t, "id",
		    j->target[i].id[0] != '\0' ? j->target[i].id : NULL);
		ctl_add_str(t, "name", j->target[i].name);
		json_object_array_add(list, t);
	}
	json_object_object_add(o, "targets", list);
	ctl_add_str(o, "request", request);
	ctl_print_json(o);
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
fill(int channel, struct change_plan *plan, void *arg, struct error *e)
{
	struct job *j = arg;

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
	int is_declined, rc;

	buf_init(&j->body, HTTP_BODY_MAX);
	buf_init(&path, PATH_SIZE);
	buf_init(&whom, WHOM_SIZE);
	buf_init(&question, TEXT_SIZE);
	put_path(j, &path);
	put_targets(j, 1, &whom);
	buf_printf(&question, "%s: ", j->what);
	put_targets(j, 0, &question);
	buf_printf(&question, "\n  %s\n", j->row->effect);
	plan = (struct change_plan){
	    .what = j->what,
	    .whom = whom.bytes,
	    .question = question.bytes,
	    .scope = j->row->scope,
	    .request = {.method = j->row->method, .path = path.bytes},
	};
	rc = path.failed || whom.failed || question.failed
	    ? error_set(e, ERROR_SYSTEM, "the names are too long")
	    : change_make(c, &j->words, &plan,
		  j->row->fill != NULL ? fill : NULL, j, request, &is_declined,
		  e);
	buf_clear(&path);
	buf_clear(&whom);
	buf_clear(&question);
	buf_clear(&j->body);
	return rc;
}

int
cmd_change(const struct ctl *ctl, int argc, char **argv)
{
	struct job j = {.ctl = ctl};
	struct error e = {0};
	char request[48];
	struct control c;
	int first, code, rc;

	if (change_words(argc, argv, &j.words) != 0 ||
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
