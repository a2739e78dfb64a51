#include "account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "local_account.h"
#include "paths.h"
#include "rules.h"

struct view {
	const char *name, *service, *from;
	struct directory people, rules;
	struct rules_account account;
	const char *fault; /* of the account itself, "" none */
	uint32_t uid;
	struct json_object *list;
	int may; /* anybody may */
};

/* The decision about a password login of one who may be behind it. */
static const char *
why_not(const struct view *v, const struct directory_person *p)
{
	const struct rules_query q = {p->uid, p->id, v->service, v->from};
	struct access_facts f = {
	    .flags = directory_person_flags(&v->people, p),
	    .has_person = 1,
	    .status = p->status,
	    .why = p->why,
	    .has_proof = 1,
	};
	enum access_decision d;

	if (v->fault[0] != '\0')
		return v->fault;
	if (rules_answer(&v->rules, &v->people, &q, &f) != OKTA_OK)
		return "the files of access rules are damaged";
	d = access_decide(&f);
	return d == ACCESS_ALLOW ? NULL : access_sentence(d, &f);
}

static void
tell_person(struct view *v, const struct directory_person *p)
{
	const char *why = why_not(v, p);
	struct json_object *o;

	v->may |= why == NULL;
	if (v->list == NULL) {
		printf("  %s (%s, %s): %s%s\n", p->name, p->id, p->login,
		    why == NULL ? "may log in" : "may NOT log in: ",
		    why != NULL ? why : "");
		return;
	}
	o = json_object_new_object();
	ctl_add_str(o, "name", p->name);
	ctl_add_str(o, "id", p->id);
	ctl_add_str(o, "login", p->login);
	ctl_add_bool(o, "may_login", why == NULL);
	ctl_add_str(o, "why", why);
	json_object_array_add(v->list, o);
}

static void
tell(const struct ctl *ctl, struct view *v)
{
	struct directory_person p;
	struct json_object *o;
	uint64_t cursor = 0;
	int n = 0;

	if (ctl->json)
		v->list = json_object_new_array();
	else
		printf("%s: local account, uid %" PRIu32 ", of %s; service "
		       "%s, %s%s\n",
		    v->name, v->uid,
		    v->account.is_shared ? "several people of Okta"
					 : "one person of Okta",
		    v->service, v->from != NULL ? "from " : "local",
		    v->from != NULL ? v->from : "");
	while (rules_next_behind(&v->people, &v->account, &cursor, &p) ==
	    OKTA_OK) {
		tell_person(v, &p);
		n++;
	}
	if (!ctl->json) {
		if (n == 0)
			printf("  nobody whom Okta lets in here is behind it: "
			       "see [local_accounts] and allow_groups\n");
		return;
	}
	o = json_object_new_object();
	ctl_add_str(o, "name", v->name);
	ctl_add_int(o, "uid", v->uid);
	ctl_add_bool(o, "local", 1);
	ctl_add_bool(o, "shared", v->account.is_shared);
	ctl_add_str(o, "service", v->service);
	ctl_add_str(o, "from", v->from);
	ctl_add_bool(o, "may_login", v->may);
	ctl_add_str(o, "why",
	    v->may		      ? NULL
		: v->fault[0] != '\0' ? v->fault
				      : "nobody behind it may log in");
	json_object_object_add(o, "people", v->list);
	ctl_print_json(o);
}

int
account_explain(const struct ctl *ctl, const char *name, const char *service,
    const char *from)
{
	struct view v = {.name = name, .service = service, .from = from};
	int code = -1;

	if (directory_open(&v.people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE) ==
		OKTA_OK &&
	    directory_open(&v.rules, OKTA_RULES_PATH, DIR_MAGIC_RULES) ==
		OKTA_OK &&
	    rules_account(&v.rules, name, &v.account) == OKTA_OK) {
		v.fault = local_account_text(local_account(&local_files_here,
		    name, v.rules.header->id_min, v.rules.header->id_max,
		    &v.uid));
		tell(ctl, &v);
		code = v.may ? EXIT_FINE : EXIT_NO;
	}
	directory_close(&v.people);
	directory_close(&v.rules);
	return code;
}
