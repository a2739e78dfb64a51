/*
 * oktad-login: holds one conversation and ends. Descriptor 3 is the client,
 * 4 is oktad. It owns nothing, opens nothing, reaches Okta only through the
 * channel that oktad grants once the attempt is charged, and logs nothing: it
 * tells oktad how it ended.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "code.h"
#include "flow.h"
#include "sandbox.h"

enum {
	CLIENT_FD = 3,
	PARENT_FD = 4,
	START_MS = 5000,
	GRACE_S = 3,	/* past the deadline, then the alarm */
	FILES_MAX = 16
};

static int
limit(int resource, rlim_t max)
{
	const struct rlimit l = {max, max};

	return setrlimit(resource, &l);
}

/* Before the first foreign byte. */
static int
lock_down(void)
{
	struct error e;

	return sandbox_begin(&e) == 0 && limit(RLIMIT_NOFILE, FILES_MAX) == 0 &&
		limit(RLIMIT_NPROC, 0) == 0 && limit(RLIMIT_FSIZE, 0) == 0 &&
		sandbox_enter(SANDBOX_LOGIN, &e) == 0
	    ? 0 : -1;
}

/* What besides oktad's own word makes that this login can only be denied. */
static void
check_frame(struct login *l)
{
	const struct slice_person *p = l->person;
	const char *why = p->refusal;

	if (why[0] == '\0' && strcmp(l->talk->user, p->name) != 0)
		why = "the name is not that of the uid";
	else if (why[0] == '\0' && l->talk->op != OP_LOGIN)
		why = "second factors alone can not be asked for by this "
		      "version";
	snprintf(l->refusal, sizeof(l->refusal), "%s", why);
}

/* oktad first: it alone can make an accepted login valid, and an outcome that
 * it did not get is a denial. */
static void
finish(struct login *l, struct flow_end *end)
{
	struct login_report report = {
	    .outcome = end->outcome,
	    .verdict = end->verdict,
	    .reason = end->reason,
	    .factors = end->factors,
	    .okta_code = end->okta_code,
	    .okta_request = end->okta_request,
	    .rhost = l->talk->rhost,
	};
	char ticket[PROTOCOL_TICKET_SIZE + 1];
	int r = login_link_outcome(l->link, &report, ticket);

	if (end->verdict == VERDICT_ACCEPT && r == OKTA_OK)
		talk_verdict(l->talk, VERDICT_ACCEPT, 0, NULL, ticket);
	else if (end->verdict == VERDICT_ACCEPT)
		talk_verdict(l->talk, VERDICT_DENY, 0, NULL, NULL);
	else
		talk_verdict(l->talk, end->verdict, end->is_late, end->text,
		    NULL);
	explicit_bzero(ticket, sizeof(ticket));
}

int
main(void)
{
	struct login_link link = {.fd = PARENT_FD};
	struct slice_person person;
	struct talk talk = {.fd = -1};
	struct flow_end end = {.outcome = OUTCOME_NOT_TRIED,
	    .verdict = VERDICT_DENY,
	    .reason = "the first frame is incomplete or malformed"};
	struct login login = {&person, &talk, &link, ""};
	const struct flow *flow;

	if (lock_down() != 0)
		return 1;
	link.deadline = wire_now_ms() + START_MS;
	if (login_link_person(&link, &person) != OKTA_OK)
		return 1;
	alarm(person.deadline_s + GRACE_S);
	link.deadline = wire_now_ms() + 1000ULL * person.deadline_s;
	flow = flow_find(person.flow);
	if (flow == NULL)
		return 1;
	if (talk_begin(&talk, CLIENT_FD, &person) == OKTA_OK) {
		check_frame(&login);
		link.deadline = talk.deadline;
		flow->run(&login, &end);
	}
	finish(&login, &end);
	talk_end(&talk);
	return 0;
}
