/*
 * oktactl session ID|-: one session of Okta's own (okta-api.md 7.4), looked at
 * with the daemon's credential, refreshed or ended with that for changes. Its
 * id is a secret: who has it, is that person to Okta. It is shown nowhere, in
 * no text of an error and no line of the log; whom it belongs to stands there.
 */
#include <stdio.h>
#include <string.h>

#include "api_session.h"
#include "change.h"
#include "look.h"
#include "name.h"
#include "secret_line.h"

/* The command's own options; bits of change_words.own. */
static const char *const own[] = {"--refresh", "--end", NULL};
enum { REFRESH = 1, END = 2 };

static const struct {
	const char *what, *effect; /* for the question */
	enum okta_session_do ask;
} changes[] = {
    [REFRESH] = {"session refresh",
	"it lasts as long again as Okta's policy gives a session",
	OKTA_SESSION_REFRESH},
    [END] = {"session end", "whoever uses it has to log in again",
	OKTA_SESSION_END},
};

struct job {
	const struct ctl *ctl;
	struct change_words words;
	struct secret id;
	struct api_session session; /* as Okta last showed it */
	char
	    login[sizeof(((struct api_session *)0)->login)]; /* safe to print */
	char status[sizeof(((struct api_session *)0)->status)];
};

/* Takes the id out of the words, which others can read in /proc. */
static int
take_id(struct job *j, int argc, char **argv, struct error *e)
{
	int is_read = 0, n = 1, code = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0 &&
		    strcmp(argv[i - 1], "--credential") != 0)
			is_read++;
		else
			argv[n++] = argv[i];
	}
	if (change_words(n, argv, own, &j->words) != 0 ||
	    j->words.n + is_read != 1 || j->words.own == (REFRESH | END) ||
	    (j->words.own == 0 && (j->words.is_meant || j->words.file != NULL)))
		return ctl_usage(argv[0]);
	if (j->words.own != 0)
		code = change_may_ask(&j->words);
	if (code == 0 && is_read) {
		if (secret_line_read("Id of the session: ", &j->id, e) != 0)
			code = ctl_fail(e);
	} else if (code == 0) {
		for (int i = 1; i < n; i++) {
			if (argv[i] != j->words.word[0])
				continue;
			if (secret_set(&j->id, argv[i], strlen(argv[i])) != 0)
				code = EXIT_NO;
			explicit_bzero(argv[i], strlen(argv[i]));
		}
	}
	if (code == 0 && !json_is_id(j->id.bytes, j->id.len)) {
		(void)error_set(
		    e, ERROR_SYSTEM, "that is not the id of a session");
		code = ctl_fail(e);
	}
	return code;
}

/* 404 is no refusal of Okta's. */
static int
judge(enum okta_session_result r, struct error *e)
{
	if (r == OKTA_SESSION_GOOD)
		return 0;
	if (r == OKTA_SESSION_GONE)
		return error_set(e, ERROR_SYSTEM,
		    "Okta has no such session: it has ended, or never was");
	return -1;
}

static void
print_time(const char *what, int64_t at)
{
	printf("%s %s", what, ctl_time(at > 0 ? (uint64_t)at : 0));
}

static void
add_time(struct json_object *o, const char *key, int64_t at)
{
	ctl_add_str(o, key, at > 0 ? ctl_time((uint64_t)at) : NULL);
}

static void
print_text(const struct job *j)
{
	const struct api_session *s = &j->session;

	printf("%s (%s), %s\n", j->login, s->user_id, j->status);
	print_time("  since", s->created);
	print_time(", until", s->expires);
	print_time("\n  proven: password", s->password_at);
	print_time(", second factor", s->factor_at);
	printf(
	    "; by %s\n", s->amr[0] != '\0' ? s->amr : "nothing that Okta says");
	if (s->idp_type[0] != '\0')
		printf(
		    "  identity provider: %s (%s)\n", s->idp_type, s->idp_id);
	printf("  a second factor is %senrolled\n", s->has_mfa ? "" : "not ");
}

static struct json_object *
words_of(const char *text)
{
	struct json_object *list = json_object_new_array();

	for (size_t len; *text != '\0'; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		json_object_array_add(
		    list, json_object_new_string_len(text, (int)len));
	}
	return list;
}

static void
print_json(const struct api_session *s)
{
	struct json_object *o = json_object_new_object(), *idp = NULL;

	ctl_add_str(o, "user", s->user_id);
	ctl_add_str(o, "login", s->login);
	ctl_add_str(o, "status", s->status);
	add_time(o, "created", s->created);
	add_time(o, "expires", s->expires);
	add_time(o, "password_proven", s->password_at);
	add_time(o, "factor_proven", s->factor_at);
	json_object_object_add(o, "amr", words_of(s->amr));
	if (s->idp_type[0] != '\0') {
		idp = json_object_new_object();
		ctl_add_str(idp, "id", s->idp_id);
		ctl_add_str(idp, "type", s->idp_type);
	}
	json_object_object_add(o, "idp", idp);
	ctl_add_bool(o, "mfa", s->has_mfa);
	ctl_print_json(o);
}

static int
send(int channel, struct change_plan *plan, char request[48], struct error *e)
{
	struct job *j = plan->arg;
	struct api_session s;
	enum okta_session_result r = api_session_ask(
	    channel, HTTP_ADMIN, changes[j->words.own].ask, &j->id, &s, e);

	memcpy(request, r == OKTA_SESSION_GOOD ? s.request_id : e->request_id,
	    sizeof(s.request_id));
	if (r == OKTA_SESSION_GOOD && j->words.own == REFRESH)
		j->session.expires = s.expires;
	api_session_clear(&s);
	return judge(r, e);
}

static int
make(struct control *c, struct job *j, struct error *e)
{
	const struct api_session *s = &j->session;
	char whom[JSON_ID_MAX + 96], question[1024], request[48];
	struct change_plan plan = {
	    .what = changes[j->words.own].what,
	    .whom = whom,
	    .question = question,
	    .scope = "okta.sessions.manage",
	    .arg = j,
	    .send = send,
	};
	struct target t = {.noun = NOUN_USER};
	struct json_object *o;

	snprintf(whom, sizeof(whom), "%s (%.80s)", s->user_id, j->login);
	snprintf(question, sizeof(question),
	    "%s: %s (%s, %s), until %s\n  %s\n", plan.what, j->login,
	    s->user_id, j->status, ctl_time((uint64_t)s->expires),
	    changes[j->words.own].effect);
	if (change_make(c, &j->words, &plan, request, e) != 0)
		return -1;
	if (j->ctl->json) {
		snprintf(t.id, sizeof(t.id), "%s", s->user_id);
		snprintf(t.name, sizeof(t.name), "%s", s->login);
		o = change_object(plan.what, &t, 1, request);
		if (j->words.own == REFRESH)
			add_time(o, "expires", s->expires);
		ctl_print_json(o);
		return 0;
	}
	printf("%s: done (request %s)\n", plan.what, request);
	if (j->words.own == REFRESH)
		printf("  until %s\n", ctl_time((uint64_t)s->expires));
	return 0;
}

static int
look(struct look *l, struct job *j, struct error *e)
{
	const struct api_session *s = &j->session;

	if (judge(api_session_ask(l->api.channel, HTTP_DAEMON,
		      OKTA_SESSION_LOOK, &j->id, &j->session, e),
		e) != 0)
		return -1;
	name_filter_text(
	    j->login, sizeof(j->login), s->login, strlen(s->login));
	name_filter_text(
	    j->status, sizeof(j->status), s->status, strlen(s->status));
	return 0;
}

int
cmd_session(const struct ctl *ctl, int argc, char **argv)
{
	struct job j = {.ctl = ctl};
	struct error e = {0};
	static struct look l;
	int code = take_id(&j, argc, argv, &e);

	if (code == 0)
		code = look_open(&l);
	if (code == 0) {
		if (look(&l, &j, &e) != 0 ||
		    (j.words.own != 0 && make(&l.control, &j, &e) != 0))
			code = ctl_fail(&e);
		else if (j.words.own == 0 && ctl->json)
			print_json(&j.session);
		else if (j.words.own == 0)
			print_text(&j);
		look_close(&l);
	}
	api_session_clear(&j.session);
	secret_clear(&j.id);
	return code;
}
