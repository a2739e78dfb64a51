/*
 * oktad-login: holds one conversation and ends, or makes one request about an
 * Okta session (login_session.h). Descriptor 3 is the client,
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
#include "login_session.h"
#include "sandbox.h"

enum {
	CLIENT_FD = 3,
	PARENT_FD = 4,
	START_MS = 5000,
	GRACE_S = 3, /* past the deadline, then the alarm */
	SESSION_S = 30, /* one request about an Okta session */
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
	    ? 0
	    : -1;
}

/* What besides oktad's own word makes that this login can only be denied. */
static void
check_frame(struct login *l)
{
	const struct slice_person *p = l->person;
	const char *why = p->refusal;

	if (why[0] == '\0' &&
	    strcmp(l->talk->user,
		p->account[0] != '\0' ? p->account : p->name) != 0)
		why = "the name is not that of the uid";
	else if (why[0] == '\0' && l->talk->op == OP_SECOND_FACTOR &&
	    flow_find_second(p) == NULL)
		why = "this service has no way to ask for a second factor "
		      "alone; see flow in okta.conf(5)";
	else if (why[0] == '\0' && l->talk->op != OP_LOGIN &&
	    l->talk->op != OP_SECOND_FACTOR)
		why = "this is no login";
	snprintf(l->refusal, sizeof(l->refusal), "%s", why);
}

/* An account of several people: who is it? A name that is nobody's leads to the
 * same questions, and to no (T41). 0, or -1 and the end. */
static int
ask_who(struct login *l, struct slice_person *p, struct flow_end *end)
{
	struct secret said = {0};
	int r = talk_ask(l->talk, PROMPT_ECHO, "Okta user name: ", &said);
	int known =
	    r == OKTA_OK && login_link_who(l->link, &said, p) == OKTA_OK;

	secret_clear(&said);
	if (known)
		return 0;
	if (r == OKTA_OK)
		flow_deny(l, end, OUTCOME_NOT_TRIED, VERDICT_UNAVAIL,
		    "oktad did not say who that is");
	else
		flow_deny_talk(
		    l, end, OUTCOME_NOT_TRIED, r, "at the question who it is");
	return -1;
}

static void
converse(struct login *l, struct slice_person *p, const struct flow *flow,
    struct flow_end *end)
{
	if (p->asks_who && ask_who(l, p, end) != 0)
		return;
	if (p->account[0] != '\0')
		l->talk->who = p->person_uid;
	check_frame(l);
	if (l->talk->op == OP_SECOND_FACTOR && flow_find_second(p) != NULL)
		flow = flow_find_second(p);
	if (p->has_grace)
		flow_session_run(l, end);
	else
		flow->run(l, end);
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
	    .session_token = &l->session_token,
	};
	char ticket[PROTOCOL_TICKET_SIZE + 1];
	int r = login_link_outcome(l->link, &report, ticket);

	if (end->verdict == VERDICT_ACCEPT && r == OKTA_OK)
		talk_verdict(l->talk, VERDICT_ACCEPT, 0, NULL, ticket);
	else if (end->verdict == VERDICT_ACCEPT)
		talk_verdict(l->talk, VERDICT_DENY, 0, NULL, NULL);
	else
		talk_verdict(
		    l->talk, end->verdict, end->is_late, end->text, NULL);
	explicit_bzero(ticket, sizeof(ticket));
}

/* One conversation, about the person of the frame. */
static int
log_in(struct login_link *link, const struct wire_in *in)
{
	struct slice_person person = {0};
	struct talk talk = {.fd = -1};
	struct flow_end end = {.outcome = OUTCOME_NOT_TRIED,
	    .verdict = VERDICT_DENY,
	    .reason = "the first frame is incomplete or malformed"};
	struct login login = {
	    .person = &person, .talk = &talk, .link = link, .channel = -1};
	const struct flow *flow;

	if (slice_person_take(&person, in) != OKTA_OK)
		return 1;
	alarm(person.deadline_s + GRACE_S);
	link->deadline = wire_now_ms() + 1000ULL * person.deadline_s;
	flow = flow_find(person.flow);
	if (flow == NULL)
		return 1;
	if (talk_begin(&talk, CLIENT_FD, &person) == OKTA_OK) {
		link->deadline = talk.deadline;
		link->caller = talk.ruser;
		converse(&login, &person, flow, &end);
	}
	finish(&login, &end);
	secret_clear(&login.password);
	secret_clear(&login.session_token);
	talk_end(&talk);
	return 0;
}

int
main(void)
{
	struct login_link link = {.fd = PARENT_FD};
	uint8_t frame[LOGIN_LINK_FRAME];
	struct wire_in in;

	if (lock_down() != 0)
		return 1;
	link.deadline = wire_now_ms() + START_MS;
	if (login_link_first(&link, frame, &in) != OKTA_OK)
		return 1;
	if (in.op != INT_SESSION)
		return log_in(&link, &in);
	alarm(SESSION_S);
	link.deadline = wire_now_ms() + 1000ULL * SESSION_S;
	return login_session_run(&link, &in, CLIENT_FD) == OKTA_OK ? 0 : 1;
}
