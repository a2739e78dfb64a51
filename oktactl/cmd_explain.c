/*
 * oktactl explain NAME: what the account phase would say of a login, line by
 * line. It reads the files that the account phase reads and asks the same code;
 * it changes nothing and needs no daemon.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "local.h"
#include "oktactl.h"
#include "paths.h"
#include "rules.h"

enum { STEPS = 5, STEP_TEXT = 320 };

struct step {
	const char *name;
	char text[STEP_TEXT];
	const char *answer; /* "yes", "no" or "skipped" */
};

struct explained {
	const char *name, *service, *from;
	struct directory d, people, rules;
	struct directory_user user;
	struct directory_person person;
	struct access_facts facts;
	enum access_decision by_password, by_key;
	struct step steps[STEPS];
	size_t nsteps;
};

static void __attribute__((format(printf, 4, 5))) step(struct explained *x,
    const char *name, const char *answer, const char *fmt, ...)
{
	struct step *s = &x->steps[x->nsteps++];
	va_list ap;

	s->name = name;
	s->answer = answer;
	va_start(ap, fmt);
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
	va_end(ap);
}

static const char *
yes_no(int is_yes)
{
	return is_yes ? "yes" : "no";
}

/* The record, and what it alone decides. */
static void
explain_record(struct explained *x)
{
	const struct access_facts *f = &x->facts;
	struct access_facts alone = *f;
	enum access_decision d;

	alone.has_proof = 1;
	alone.deny = alone.allow = alone.from = (struct access_rule){0};
	d = access_decide(&alone);
	step(x, "record", yes_no(d == ACCESS_ALLOW), "%s",
	    d == ACCESS_ALLOW ? "may log in on this host"
			      : access_sentence(d, &alone));
}

static void
explain_members(struct explained *x, const char *name,
    const struct access_rule *r, int is_denying)
{
	const char *entry = r->entry != NULL ? r->entry : "none of them";
	int is_in = r->answer == ANSWER_YES;

	if (r->answer == ANSWER_NONE)
		step(x, name, "skipped", "no such rule for this service");
	else if (r->answer == ANSWER_UNKNOWN)
		step(x, name, "no",
		    "[service %s]: who is in %s has not been asked of Okta "
		    "yet; `oktactl sync` does it now",
		    r->section, entry);
	else
		step(x, name, yes_no(is_in != is_denying),
		    "[service %s]: is in %s", r->section, entry);
}

static void
explain_from(struct explained *x)
{
	const struct access_rule *r = &x->facts.from;
	char net[ADDRESS_TEXT_SIZE] = "none of its networks";
	struct address_net n;

	if (r->entry != NULL && r->entry[-1] == 'n') {
		n = rules_net(r->entry);
		address_print(&n, net);
	} else if (r->entry != NULL)
		snprintf(net, sizeof(net), "%s", r->entry);
	switch (r->answer) {
	case ANSWER_LOCAL:
		step(x, "from", "skipped",
		    "[service %s]: no address, so the login is local and "
		    "rules about addresses are skipped",
		    r->section);
		break;
	case ANSWER_UNKNOWN:
		step(x, "from", "no",
		    r->entry == NULL
			? "[service %s]: the remote end is no address%s"
			: "[service %s]: Okta has not been asked yet for "
			  "zone %s; `oktactl sync` does it now",
		    r->section, r->entry != NULL ? r->entry : "");
		break;
	case ANSWER_YES:
	case ANSWER_NO:
		step(x, "from", yes_no(r->answer == ANSWER_YES),
		    "[service %s]: %s lies in %s", r->section, x->from, net);
		break;
	default:
		step(x, "from", "skipped", "no such rule for this service");
		break;
	}
}

static void
explain_key(struct explained *x)
{
	struct access_facts alone = x->facts;
	enum access_decision d;

	alone.deny = alone.allow = alone.from = (struct access_rule){0};
	d = access_decide(&alone);
	if (d == ACCESS_NO_LOGIN || d == ACCESS_NOT_HERE) {
		step(x, "without password", "skipped",
		    "the record says no already");
		return;
	}
	step(x, "without password", yes_no(d == ACCESS_ALLOW), "%s",
	    d == ACCESS_ALLOW
		? "an ssh key or a sudo without question is enough"
		: access_sentence(d, &alone));
}

/* 0, or -1 with what is missing. */
static int
look_up(struct explained *x, struct error *e)
{
	struct rules_query q = {x->user.uid, NULL, x->service, x->from};
	struct access_facts *f = &x->facts;

	if (directory_open(&x->people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE) !=
		OKTA_OK ||
	    directory_open(&x->rules, OKTA_RULES_PATH, DIR_MAGIC_RULES) !=
		OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "%s and %s are not both there and good: nobody of Okta may "
		    "enter; run: oktactl check",
		    OKTA_PEOPLE_PATH, OKTA_RULES_PATH);
	if (directory_person_by_uid(&x->people, x->user.uid, &x->person) !=
		OKTA_OK ||
	    strcmp(x->person.name, x->user.name) != 0 ||
	    rules_answer(&x->rules, &x->people, &q, f) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "%s or %s has no sound record of this person; run: oktactl "
		    "check",
		    OKTA_PEOPLE_PATH, OKTA_RULES_PATH);
	f->flags = x->user.flags;
	f->has_person = 1;
	f->status = x->person.status;
	f->why = x->person.why;
	f->max_age_s = x->d.header->max_age_s;
	f->has_age = directory_age(OKTA_CONFIRMED_PATH, &f->age_s) == OKTA_OK;
	x->by_key = access_decide(f);
	f->has_proof = 1;
	x->by_password = access_decide(f);
	f->has_proof = 0;
	return 0;
}

static void
print_text(const struct explained *x)
{
	printf("%s (%s, %s): service %s, %s%s\n", x->user.name, x->person.id,
	    x->person.login, x->service, x->from != NULL ? "from " : "local",
	    x->from != NULL ? x->from : "");
	for (size_t i = 0; i < x->nsteps; i++)
		printf("  %-17s %-8s %s\n", x->steps[i].name,
		    x->steps[i].answer, x->steps[i].text);
	if (x->by_password != ACCESS_ALLOW)
		printf("  may NOT log in: %s\n",
		    access_sentence(x->by_password, &x->facts));
	else if (x->by_key != ACCESS_ALLOW)
		printf("  may log in with the Okta password only: %s\n",
		    access_sentence(x->by_key, &x->facts));
	else
		printf("  may log in\n");
}

static void
print_json(const struct explained *x)
{
	struct json_object *o = json_object_new_object();
	struct json_object *steps = json_object_new_array();
	int may = x->by_password == ACCESS_ALLOW;
	int may_key = x->by_key == ACCESS_ALLOW;

	ctl_add_str(o, "name", x->user.name);
	ctl_add_int(o, "uid", x->user.uid);
	ctl_add_str(o, "id", x->person.id);
	ctl_add_str(o, "service", x->service);
	ctl_add_str(o, "from", x->from);
	ctl_add_bool(o, "may_login", may);
	ctl_add_str(
	    o, "why", may ? NULL : access_sentence(x->by_password, &x->facts));
	ctl_add_bool(o, "without_password", may_key);
	ctl_add_str(o, "without_password_why",
	    may_key ? NULL : access_sentence(x->by_key, &x->facts));
	for (size_t i = 0; i < x->nsteps; i++) {
		struct json_object *s = json_object_new_object();

		ctl_add_str(s, "step", x->steps[i].name);
		ctl_add_str(s, "answer", x->steps[i].answer);
		ctl_add_str(s, "text", x->steps[i].text);
		json_object_array_add(steps, s);
	}
	json_object_object_add(o, "steps", steps);
	ctl_print_json(o);
}

static int
explain(const struct ctl *ctl, struct explained *x)
{
	struct error e = {0};

	if (look_up(x, &e) != 0)
		return ctl_fail(&e);
	explain_record(x);
	explain_members(x, "deny", &x->facts.deny, 1);
	explain_members(x, "allow", &x->facts.allow, 0);
	explain_from(x);
	explain_key(x);
	if (ctl->json)
		print_json(x);
	else
		print_text(x);
	return x->by_password == ACCESS_ALLOW ? EXIT_FINE : EXIT_NO;
}

static int
read_options(struct explained *x, int argc, char **argv)
{
	static const struct option options[] = {
	    {"service", required_argument, NULL, 's'},
	    {"from", required_argument, NULL, 'f'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	optind = 0;
	x->service = "sshd";
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			x->service = optarg;
		else if (c == 'f')
			x->from = optarg;
		else
			return -1;
	}
	if (optind != argc - 1)
		return -1;
	x->name = argv[optind];
	return 0;
}

int
cmd_explain(const struct ctl *ctl, int argc, char **argv)
{
	struct explained x;
	int code;

	memset(&x, 0, sizeof(x));
	if (read_options(&x, argc, argv) != 0)
		return ctl_usage("explain");
	if (local_has_user("/etc/passwd", x.name, NULL) == 1) {
		code = account_explain(ctl, x.name, x.service, x.from);
		return code != -1 ? code
				  : ctl_no_person(ctl, x.name,
					"a local account of this host "
					"(/etc/passwd): Okta has no say in it");
	}
	code = directory_open(&x.d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	if (code == OKTA_OK)
		code = directory_user_by_name(&x.d, x.name, &x.user);
	code = code == OKTA_OK ? explain(ctl, &x)
			       : ctl_no_person(ctl, x.name,
				     "is not published here; `oktactl user` "
				     "says why");
	directory_close(&x.rules);
	directory_close(&x.people);
	directory_close(&x.d);
	return code;
}
