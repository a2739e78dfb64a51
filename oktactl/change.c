#include "change.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int
find_own(const char *const *own, const char *word)
{
	for (int i = 0; own[i] != NULL; i++)
		if (strcmp(own[i], word) == 0)
			return i;
	return -1;
}

int
change_words(
    int argc, char **argv, const char *const *own, struct change_words *w)
{
	int at;

	memset(w, 0, sizeof(*w));
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--yes") == 0)
			w->is_meant = 1;
		else if (strcmp(argv[i], "--credential") == 0 && i + 1 < argc)
			w->file = argv[++i];
		else if ((at = find_own(own, argv[i])) != -1)
			w->own |= 1U << at;
		else if (argv[i][0] != '-' && argv[i][0] != '\0' &&
		    w->n < CHANGE_WORDS_MAX)
			w->word[w->n++] = argv[i];
		else
			return -1;
	}
	return 0;
}

int
change_may_ask(const struct change_words *w)
{
	if (w->is_meant || isatty(STDIN_FILENO))
		return 0;
	fprintf(stderr,
	    "oktactl: this changes something in Okta, and there is no "
	    "terminal to ask on; say --yes if it is meant\n");
	return EXIT_USAGE;
}

/* 1: go on. */
static int
ask(const struct change_words *w, const char *question)
{
	char line[16] = "";

	if (w->is_meant)
		return 1;
	fprintf(stderr, "%sGo on? [y/N] ", question);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}

static int
send(int channel, struct change_plan *plan, char request[48], struct error *e)
{
	struct http_response res;
	int rc;

	if (plan->send != NULL)
		return plan->send(channel, plan, request, e);
	plan->request.content = HTTP_JSON;
	plan->request.credential = HTTP_ADMIN;
	rc = http_send(channel, &plan->request, &res, e);
	if (rc == 0 && (res.status < 200 || res.status > 204))
		rc = http_error(&res, plan->what, e);
	memcpy(request, rc == 0 ? res.request_id : e->request_id,
	    sizeof(res.request_id));
	http_response_free(&res);
	return rc;
}

int
change_make(struct control *c, const struct change_words *w,
    struct change_plan *plan, char request[48], struct error *e)
{
	const struct control_change begin = {
	    plan->what, plan->whom, plan->scope, w->file};
	int channel = control_change(c, &begin, e), is_declined = 0, rc = 0;
	const char *result = "done";
	struct error ignored;

	request[0] = '\0';
	if (channel == -1)
		return -1;
	if (!ask(w, plan->question)) {
		is_declined = 1;
		result = "declined";
		rc = error_set(e, ERROR_SYSTEM, "nothing was changed");
	} else if ((plan->fill != NULL && plan->fill(channel, plan, e) != 0) ||
	    send(channel, plan, request, e) != 0) {
		result = e->kind == ERROR_DENIED ? "refused" : "failed";
		rc = -1;
	}
	close(channel);
	/* What is done is done, whether or not it is in the log as well. */
	if (control_changed(c, result, request,
		rc != 0 && !is_declined ? e : NULL, &ignored) != 0)
		fprintf(stderr, "oktactl: %s\n", ignored.text);
	return rc;
}

struct json_object *
change_object(
    const char *what, const struct target *t, int n, const char *request)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array(), *one;

	ctl_add_str(o, "result", "done");
	ctl_add_str(o, "command", what);
	for (int i = 0; i < n; i++) {
		one = json_object_new_object();
		ctl_add_str(one, "kind", resolve_noun(t[i].noun));
		ctl_add_str(one, "id", t[i].id[0] != '\0' ? t[i].id : NULL);
		ctl_add_str(one, "name", t[i].name);
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "targets", list);
	ctl_add_str(o, "request", request);
	return o;
}
