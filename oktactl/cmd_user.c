/*
 * oktactl user NAME: everything known about one person, and why they may or
 * may not log in. A person of the directory is told from the files and from
 * oktad's memory of the last refusal; one who is missing is looked for in Okta
 * (missing.c).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "account.h"
#include "control.h"
#include "internal.h"
#include "local.h"
#include "missing.h"
#include "name.h"
#include "oktactl.h"
#include "paths.h"
#include "protocol.h"

static const char *const status_words[STATUS_COUNT] = {
    [STATUS_STAGED] = "STAGED",
    [STATUS_PROVISIONED] = "PROVISIONED",
    [STATUS_ACTIVE] = "ACTIVE",
    [STATUS_RECOVERY] = "RECOVERY",
    [STATUS_PASSWORD_EXPIRED] = "PASSWORD_EXPIRED",
    [STATUS_LOCKED_OUT] = "LOCKED_OUT",
    [STATUS_SUSPENDED] = "SUSPENDED",
    [STATUS_DEPROVISIONED] = "DEPROVISIONED",
};

struct last_refusal {
	uint64_t time;
	char reason[256];
};

struct view {
	struct directory d, people;
	int has_people;
	struct directory_user user;
	struct directory_person person;
	struct access_facts facts;
	enum access_decision decision;
	struct last_refusal last;
};

static void
take_person(void *arg, struct wire_in *in)
{
	struct last_refusal *last = arg;
	struct wire_field f;

	while (wire_next(in, &f) == 1) {
		if (f.tag == TAG_TIME)
			(void)wire_u64(&f, &last->time);
		if (f.tag == TAG_REASON)
			(void)wire_str(&f, last->reason, sizeof(last->reason));
	}
}

static void
ask_last_refusal(struct view *v)
{
	struct control c;
	struct error e = {0};

	if (control_open(&c, &e) == 0)
		(void)control_ask(&c, CTL_PERSON, 0, v->user.uid, 5000,
		    take_person, &v->last, &e);
	control_close(&c);
}

static void
decide(struct view *v)
{
	struct access_facts *f = &v->facts;

	f->flags = v->user.flags;
	if (v->has_people &&
	    directory_person_by_uid(&v->people, v->user.uid, &v->person) ==
		OKTA_OK) {
		f->has_person = 1;
		f->status = v->person.status;
		f->why = v->person.why;
	}
	f->max_age_s = v->d.header->max_age_s;
	f->has_age = directory_age(OKTA_CONFIRMED_PATH, &f->age_s) == OKTA_OK;
	/* What a password login meets; a key login is told apart below. */
	f->has_proof = 1;
	v->decision = access_decide(f);
}

static void
group_object(const struct view *v, struct json_object *list, uint32_t gid)
{
	struct json_object *o = json_object_new_object();
	struct directory_group g;
	struct directory_team t;

	if (directory_group_by_gid(&v->d, gid, &g) != OKTA_OK)
		memset(&g, 0, sizeof(g));
	ctl_add_str(o, "name", g.name);
	ctl_add_int(o, "gid", gid);
	if (v->has_people && !g.is_private &&
	    directory_team_by_gid(&v->people, gid, &t) == OKTA_OK)
		ctl_add_str(o, "id", t.id);
	else
		ctl_add_str(o, "id", NULL);
	json_object_array_add(list, o);
}

/* Those that come from Okta. */
static unsigned int
count_keys(const struct view *v)
{
	struct directory_keys k;

	return directory_keys_by_uid(&v->d, v->user.uid, &k) == OKTA_OK
	    ? k.count
	    : 0;
}

static void
print_json(const struct view *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const char *why = v->decision == ACCESS_ALLOW
	    ? NULL
	    : access_sentence(v->decision, &v->facts);

	ctl_add_str(o, "name", v->user.name);
	ctl_add_int(o, "uid", v->user.uid);
	ctl_add_int(o, "gid", v->user.gid);
	ctl_add_str(o, "home", v->user.home);
	ctl_add_str(o, "shell", v->user.shell);
	ctl_add_str(o, "id", v->facts.has_person ? v->person.id : NULL);
	ctl_add_str(o, "login", v->facts.has_person ? v->person.login : NULL);
	ctl_add_str(o, "status",
	    v->facts.has_person ? status_words[v->person.status] : NULL);
	ctl_add_bool(o, "may_login", v->decision == ACCESS_ALLOW);
	ctl_add_str(o, "why", why);
	group_object(v, list, v->user.gid);
	for (uint32_t i = 0; i < v->user.ngids; i++)
		group_object(v, list, v->user.gids[i]);
	json_object_object_add(o, "groups", list);
	ctl_add_int(o, "ssh_keys", count_keys(v));
	if (v->last.time != 0) {
		struct json_object *last = json_object_new_object();

		ctl_add_str(last, "time", ctl_time(v->last.time));
		ctl_add_str(last, "reason", v->last.reason);
		json_object_object_add(o, "last_refusal", last);
	} else {
		json_object_object_add(o, "last_refusal", NULL);
	}
	ctl_print_json(o);
}

static void
print_text(const struct view *v)
{
	struct access_facts key = v->facts;
	enum access_decision by_key;
	char clean[600];

	printf("%s: uid %" PRIu32 ", gid %" PRIu32 ", home %s, shell %s\n",
	    v->user.name, v->user.uid, v->user.gid, v->user.home,
	    v->user.shell);
	if (v->facts.has_person)
		printf("  in Okta: %s (%s), %s\n", v->person.login,
		    v->person.id, status_words[v->person.status]);
	printf("  groups:");
	for (uint32_t i = 0; i < v->user.ngids; i++) {
		struct directory_group g;

		if (directory_group_by_gid(&v->d, v->user.gids[i], &g) ==
		    OKTA_OK)
			printf(" %s(%" PRIu32 ")", g.name, g.gid);
	}
	printf("\n");
	if (count_keys(v) > 0)
		printf("  ssh keys from Okta: %u\n", count_keys(v));
	if (v->decision == ACCESS_ALLOW) {
		printf("  may log in\n");
		key.has_proof = 0;
		by_key = access_decide(&key);
		if (by_key != ACCESS_ALLOW)
			printf("  but not by key alone: %s\n",
			    access_sentence(by_key, &key));
	} else {
		printf("  may NOT log in: %s\n",
		    access_sentence(v->decision, &v->facts));
	}
	if (v->last.time != 0) {
		name_filter_text(clean, sizeof(clean), v->last.reason,
		    strlen(v->last.reason));
		printf("  last refused login, %s: %s\n", ctl_time(v->last.time),
		    clean);
	}
}

static int
local_person(const struct ctl *ctl, const char *name)
{
	static const char why[] = "a local account of this host "
				  "(/etc/passwd): Okta has no say in it";
	int code = account_explain(ctl, name, "sshd", NULL);

	return code != -1 ? code : ctl_no_person(ctl, name, why);
}

int
cmd_user(const struct ctl *ctl, int argc, char **argv)
{
	struct view v;
	int code;

	if (argc != 2)
		return ctl_usage(argv[0]);
	memset(&v, 0, sizeof(v));
	if (local_has_user("/etc/passwd", argv[1], NULL) == 1)
		return local_person(ctl, argv[1]);
	code = directory_open(&v.d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	if (code == OKTA_OK)
		code = directory_user_by_name(&v.d, argv[1], &v.user);
	if (code != OKTA_OK) {
		directory_close(&v.d);
		return missing_person(ctl, argv[1], code);
	}
	v.has_people = directory_open(&v.people, OKTA_PEOPLE_PATH,
			   DIR_MAGIC_PEOPLE) == OKTA_OK;
	decide(&v);
	ask_last_refusal(&v);
	if (ctl->json)
		print_json(&v);
	else
		print_text(&v);
	code = v.decision == ACCESS_ALLOW ? EXIT_FINE : EXIT_NO;
	directory_close(&v.people);
	directory_close(&v.d);
	return code;
}
