/*
 * oktactl log: the org's System Log (okta-api.md 7.3), line by line, and what
 * comes later with --follow.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "conf.h"
#include "look.h"
#include "resolve.h"

enum {
	PAGE = 500, /* events of one answer */
	HOUR_S = 3600,
	PATIENCE_S = 30, /* a 429 is waited out so long */
	TEXT_SIZE = 256
};

struct wish {
	const char *user, *filter;
	time_t since;
	int follows;
};

struct show {
	int json;
	unsigned int n; /* of this page */
};

/* What a line and an object say of an event. */
struct event {
	char time[32], type[96], result[32], reason[TEXT_SIZE];
	char actor[TEXT_SIZE], address[64], message[TEXT_SIZE];
};

/* ---- words of the command line ---- */

/* "90m", "2h", "7d" before now, or a day or second of UTC. 0 or -1. */
static int
read_since(const char *text, time_t now, time_t *since)
{
	static const struct {
		char unit;
		long seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', HOUR_S}, {'d', 24 * HOUR_S}};
	static const char *const forms[] = {
	    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"};
	size_t digits = strspn(text, "0123456789");
	struct tm tm;
	char *end;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (digits == 0 || digits > 9 ||
		    text[digits] != units[i].unit || text[digits + 1] != '\0')
			continue;
		*since = now - strtol(text, NULL, 10) * units[i].seconds;
		return *since > 0 ? 0 : -1;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, forms[i], &tm);
		if (end == NULL || *end != '\0')
			continue;
		*since = timegm(&tm);
		return *since > 0 && *since <= now ? 0 : -1;
	}
	return -1;
}

static int
read_words(int argc, char **argv, struct wish *w)
{
	time_t now = time(NULL);

	*w = (struct wish){.since = now - HOUR_S};
	for (int i = 1; i < argc; i++) {
		int has_value = i + 1 < argc;

		if (strcmp(argv[i], "--follow") == 0)
			w->follows = 1;
		else if (strcmp(argv[i], "--filter") == 0 && has_value &&
		    w->filter == NULL)
			w->filter = argv[++i];
		else if (strcmp(argv[i], "--since") == 0 && has_value) {
			if (read_since(argv[++i], now, &w->since) != 0)
				return -1;
		} else if (argv[i][0] != '-' && argv[i][0] != '\0' &&
		    w->user == NULL)
			w->user = argv[i];
		else
			return -1;
	}
	return 0;
}

/* A query without an end, in the order in which events are stored: nothing is
 * missed, and each answer says where to go on. */
static int
make_path(const struct wish *w, const char *user_id, char path[API_PATH_MAX],
    struct error *e)
{
	char when[API_TIME_SIZE];
	struct buf b;
	int rc = 0;

	if (api_time((int64_t)w->since, when) != 0)
		return error_set(e, ERROR_SYSTEM, "the time is out of range");
	buf_init(&b, API_PATH_MAX - 1);
	buf_printf(&b, "/api/v1/logs?since=%s&sortOrder=ASCENDING&limit=%d",
	    when, PAGE);
	if (w->filter != NULL || user_id != NULL)
		buf_puts(&b, "&filter=");
	if (w->filter != NULL && user_id != NULL)
		buf_puts(&b, "%28");
	if (w->filter != NULL)
		buf_put_percent(&b, w->filter, strlen(w->filter));
	if (w->filter != NULL && user_id != NULL)
		buf_puts(&b, "%29%20and%20");
	if (user_id != NULL)
		buf_printf(&b,
		    "%%28actor.id%%20eq%%20%%22%s%%22%%20or%%20"
		    "target.id%%20eq%%20%%22%s%%22%%29",
		    user_id, user_id);
	if (b.failed)
		rc = error_set(e, ERROR_SYSTEM, "the filter is too long");
	else
		memcpy(path, b.bytes, b.len + 1);
	buf_clear(&b);
	return rc;
}

/* ---- one event ---- */

static void
read_event(const struct json_object *o, struct event *ev)
{
	struct json_object *inner;

	memset(ev, 0, sizeof(*ev));
	json_get_text(o, "published", ev->time, sizeof(ev->time));
	json_get_text(o, "eventType", ev->type, sizeof(ev->type));
	json_get_text(o, "displayMessage", ev->message, sizeof(ev->message));
	if (json_get_object(o, "outcome", &inner) == 1) {
		json_get_text(inner, "result", ev->result, sizeof(ev->result));
		json_get_text(inner, "reason", ev->reason, sizeof(ev->reason));
	}
	if (json_get_object(o, "actor", &inner) == 1)
		json_get_text(
		    inner, "alternateId", ev->actor, sizeof(ev->actor));
	if (json_get_object(o, "client", &inner) == 1)
		json_get_text(
		    inner, "ipAddress", ev->address, sizeof(ev->address));
}

static struct json_object *
party(const struct json_object *o)
{
	static const char *const keys[][2] = {{"id", "id"}, {"type", "type"},
	    {"alternateId", "login"}, {"displayName", "name"}};
	struct json_object *out = json_object_new_object();
	char text[TEXT_SIZE];

	for (int i = 0; i < 4; i++) {
		json_get_text(o, keys[i][0], text, sizeof(text));
		ctl_add_str(out, keys[i][1], text[0] != '\0' ? text : NULL);
	}
	return out;
}

static void
print_object(const struct json_object *o, const struct event *ev)
{
	struct json_object *out = json_object_new_object();
	struct json_object *list = json_object_new_array(), *inner;
	char uuid[64];

	json_get_text(o, "uuid", uuid, sizeof(uuid));
	ctl_add_str(out, "time", ev->time);
	ctl_add_str(out, "type", ev->type);
	ctl_add_str(out, "result", ev->result);
	ctl_add_str(out, "reason", ev->reason[0] != '\0' ? ev->reason : NULL);
	json_object_object_add(out, "actor",
	    json_get_object(o, "actor", &inner) == 1 ? party(inner) : NULL);
	if (json_get_array(o, "target", &inner) == 1)
		for (size_t i = 0; i < json_object_array_length(inner); i++)
			json_object_array_add(
			    list, party(json_object_array_get_idx(inner, i)));
	json_object_object_add(out, "targets", list);
	ctl_add_str(
	    out, "address", ev->address[0] != '\0' ? ev->address : NULL);
	ctl_add_str(out, "message", ev->message);
	ctl_add_str(out, "uuid", uuid);
	ctl_print_json(out);
}

static void
print_line(const struct json_object *o, const struct event *ev)
{
	struct json_object *list;
	char name[TEXT_SIZE];

	printf("%s %s %s", ev->time, ev->type, ev->result);
	if (ev->reason[0] != '\0')
		printf(" (%s)", ev->reason);
	printf(" %s", ev->actor[0] != '\0' ? ev->actor : "-");
	if (json_get_array(o, "target", &list) == 1)
		for (size_t i = 0; i < json_object_array_length(list); i++) {
			const struct json_object *t =
			    json_object_array_get_idx(list, i);

			json_get_text(t, "displayName", name, sizeof(name));
			if (name[0] == '\0')
				json_get_text(t, "id", name, sizeof(name));
			printf("%s %s", i == 0 ? " ->" : ",", name);
		}
	if (ev->address[0] != '\0')
		printf(" from %s", ev->address);
	printf(": %s\n", ev->message);
}

static int
each(void *arg, const struct json_object *o, struct error *e)
{
	struct show *s = arg;
	struct event ev;

	(void)e;
	s->n++;
	read_event(o, &ev);
	if (s->json)
		print_object(o, &ev);
	else
		print_line(o, &ev);
	return 1;
}

/* ---- all of them ---- */

/* May go by: the next poll asks again. */
static int
is_passing(const struct error *e)
{
	return e->kind == ERROR_RETRY || e->kind == ERROR_OFFLINE ||
	    (e->kind == ERROR_PROTOCOL && e->http_status == 0);
}

static void
rest(unsigned int seconds)
{
	struct timespec t = {(time_t)seconds, 0};

	(void)nanosleep(&t, NULL);
}

/* Pages up to the newest event; with --follow for ever. The daemon polls the
 * same log out of the same small share, so nobody asks more often than it, nor
 * sooner than oktad-net says. */
static int
read_log(struct look *l, const struct wish *w, unsigned int interval_s,
    char path[API_PATH_MAX], struct show *s, struct error *e)
{
	char next[API_PATH_MAX];
	unsigned int wait_s;
	int rc;

	for (;;) {
		s->n = 0;
		l->api.pause_s = 0;
		l->api.deadline = wire_now_ms() + LOOK_S * 1000ULL;
		rc = api_page(&l->api, path, NULL, each, s, next, e);
		if (rc != 0 && (!w->follows || !is_passing(e)))
			return -1;
		if (rc != 0)
			fprintf(stderr, "oktactl: %s\n", e->text);
		else if (next[0] != '\0')
			memcpy(path, next, sizeof(next));
		if (rc == 0 && next[0] != '\0' && s->n >= PAGE)
			continue;
		if (!w->follows)
			return 0;
		wait_s = rc != 0 ? e->retry_s : l->api.pause_s;
		rest(wait_s > interval_s ? wait_s : interval_s);
	}
}

int
cmd_log(const struct ctl *ctl, int argc, char **argv)
{
	struct show s = {.json = ctl->json};
	struct conf *conf = NULL;
	struct error e = {0};
	char path[API_PATH_MAX];
	struct target person;
	struct wish w;
	static struct look l;
	int code;

	if (read_words(argc, argv, &w) != 0)
		return ctl_usage(argv[0]);
	code = look_open(&l);
	if (code != 0)
		return code;
	l.api.patience_s = PATIENCE_S;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (conf_load(ctl->conf_path, &conf, &e) != 0 ||
	    (w.user != NULL &&
		resolve(l.api.channel, NOUN_USER, w.user, NULL, &person, &e) !=
		    0) ||
	    make_path(&w, w.user != NULL ? person.id : NULL, path, &e) != 0 ||
	    read_log(&l, &w, conf->poll_interval_s, path, &s, &e) != 0)
		code = ctl_fail(&e);
	conf_free(conf);
	look_close(&l);
	return code;
}
