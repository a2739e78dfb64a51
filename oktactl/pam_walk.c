#include <stdlib.h>
#include <string.h>

#include "pam_known.h"
#include "pam_walk.h"

enum impression { UNDEFINED, POSITIVE, NEGATIVE, IMPRESSIONS };

/* Where libpam's dispatcher can stand: its impression and status, and what
 * matters to the question. */
struct state {
	enum impression impression;
	int is_success, is_asked, is_proven;
};

enum { STATES = IMPRESSIONS * 8 };

struct set {
	unsigned char has[STATES];
	size_t past[STATES]; /* the line that went past pam_okta */
};

struct walk {
	const struct pam_stack *s;
	const struct pam_question *q;
	struct pam_outcome *out;
	size_t last_okta; /* PAM_NOWHERE: none */
};

/* The lines of one substack, or of the whole, and the states in front of each
 * and at the end. */
struct part {
	size_t from, to;
	struct state start;
	struct set *sets;
};

static size_t
number_of(const struct state *t)
{
	return (size_t)t->impression * 8 + (t->is_success ? 4 : 0) +
	    (t->is_asked ? 2 : 0) + (t->is_proven ? 1 : 0);
}

static struct state
state_of(size_t n)
{
	return (struct state){.impression = (enum impression)(n / 8),
	    .is_success = (n & 4) != 0,
	    .is_asked = (n & 2) != 0,
	    .is_proven = (n & 1) != 0};
}

static void
put(struct set *set, const struct state *t, size_t past)
{
	size_t n = number_of(t);

	if (!set->has[n])
		set->past[n] = past;
	set->has[n] = 1;
}

static int
is_okta(const struct pam_line *l)
{
	return strcmp(pam_line_module(l), "pam_okta.so") == 0;
}

/* The first line behind `at` and what is deeper than it, before `to`. */
static size_t
next_of(const struct pam_stack *s, size_t at, size_t to)
{
	const int level = s->lines[at].level;

	for (at++; at < to && s->lines[at].level > level; at++)
		;
	return at;
}

/* libpam: a success or a value that is passed on counts where nothing has
 * failed yet. */
static void
take_ok(struct state *t, const char *value)
{
	if (strcmp(value, "ignore") == 0 || t->impression == NEGATIVE ||
	    (t->impression == POSITIVE && !t->is_success))
		return;
	t->impression = POSITIVE;
	t->is_success = strcmp(value, "success") == 0;
}

/* Line `at` answers value in the state t: puts where that leads. */
static void
step(const struct walk *w, struct part *p, size_t at, struct state t,
    const char *value, size_t past)
{
	char buf[32];
	const char *action =
	    pam_line_action(&w->s->lines[at], value, buf, sizeof(buf));
	size_t next = next_of(w->s, at, p->to);
	unsigned long jump = strtoul(action, NULL, 10);

	if (strcmp(action, "ok") == 0) {
		take_ok(&t, value);
	} else if (strcmp(action, "done") == 0) {
		take_ok(&t, value);
		if (t.impression == POSITIVE)
			next = p->to;
	} else if (strcmp(action, "bad") == 0 || strcmp(action, "die") == 0) {
		t.impression = NEGATIVE;
		t.is_success = 0;
		if (*action == 'd')
			next = p->to;
	} else if (strcmp(action, "reset") == 0) {
		t.impression = p->start.impression;
		t.is_success = p->start.is_success;
	}
	for (; jump > 0 && next < p->to; jump--)
		next = next_of(w->s, next, p->to);
	if (jump > 0) { /* over the end: libpam denies */
		t.impression = NEGATIVE;
		t.is_success = 0;
	}
	if (past == PAM_NOWHERE && !t.is_asked && w->last_okta != PAM_NOWHERE &&
	    at < w->last_okta && next > w->last_okta)
		past = at;
	put(&p->sets[next - p->from], &t, past);
}

static void
ask_okta(struct walk *w, struct part *p, size_t at, struct state t, size_t past)
{
	const struct pam_line *l = &w->s->lines[at];

	if (pam_line_has(l, "second_factor") &&
	    pam_line_has(l, "after=stack") && !t.is_proven &&
	    w->out->unproven == PAM_NOWHERE)
		w->out->unproven = at;
	t.is_asked = 1;
	step(w, p, at, t, w->q->okta, past);
}

static void
ask_other(const struct walk *w, struct part *p, size_t at,
    const struct state *t, size_t past)
{
	/* pam.conf(5); the first three also of a module that is gone. */
	static const char *const noes[] = {"open_err", "symbol_err",
	    "module_unknown", "service_err", "system_err", "buf_err",
	    "perm_denied", "auth_err", "cred_insufficient", "authinfo_unavail",
	    "user_unknown", "maxtries", "acct_expired", "session_err",
	    "cred_unavail", "cred_expired", "cred_err", "no_module_data",
	    "conv_err", "authtok_err", "authtok_recover_err",
	    "authtok_lock_busy", "authtok_disable_aging", "try_again", "abort",
	    "authtok_expired", "bad_item", "conv_again", "incomplete"};
	const unsigned int may =
	    pam_known_answers(&w->s->lines[at], w->q->is_local);
	struct state yes = *t;

	yes.is_proven |= (may & PAM_PROOF) != 0;
	if (may & PAM_YES)
		step(w, p, at, yes, "success", past);
	if (may & PAM_PASS)
		step(w, p, at, *t, "ignore", past);
	if ((may & PAM_YES) && (may & PAM_NO))
		step(w, p, at, *t, "new_authtok_reqd", past);
	for (size_t i = 0; (may & PAM_NO) && i < sizeof(noes) / sizeof(noes[0]);
	     i++)
		step(w, p, at, *t, noes[i], past);
}

static int run(struct walk *w, struct part *p, size_t past, struct set *end);

static int
ask(struct walk *w, struct part *p, size_t at, const struct state *t,
    size_t past)
{
	const size_t next = next_of(w->s, at, p->to);
	struct part inner = {.from = at + 1, .to = next, .start = *t};

	if (w->s->lines[at].module[0] == '\0')
		return run(w, &inner, past, &p->sets[next - p->from]);
	if (is_okta(&w->s->lines[at]))
		ask_okta(w, p, at, *t, past);
	else
		ask_other(w, p, at, t, past);
	return 0;
}

static void
add(struct set *to, const struct set *from)
{
	for (size_t n = 0; n < STATES; n++) {
		const struct state t = state_of(n);

		if (from->has[n])
			put(to, &t, from->past[n]);
	}
}

/* Adds the states in which the part may end to *end. */
static int
run(struct walk *w, struct part *p, size_t past, struct set *end)
{
	int rc = 0;

	p->sets = calloc(p->to - p->from + 1, sizeof(*p->sets));
	if (p->sets == NULL)
		return -1;
	put(&p->sets[0], &p->start, past);
	for (size_t at = p->from; at < p->to; at++) {
		const struct set *here = &p->sets[at - p->from];

		for (size_t n = 0; rc == 0 && n < STATES; n++) {
			const struct state t = state_of(n);

			if (here->has[n])
				rc = ask(w, p, at, &t, here->past[n]);
		}
	}
	add(end, &p->sets[p->to - p->from]);
	free(p->sets);
	p->sets = NULL;
	return rc;
}

int
pam_walk(const struct pam_stack *s, const struct pam_question *q,
    struct pam_outcome *out)
{
	struct walk w = {.s = s, .q = q, .out = out, .last_okta = PAM_NOWHERE};
	struct part whole = {.to = s->n};
	struct set end = {0};

	*out =
	    (struct pam_outcome){.past = PAM_NOWHERE, .unproven = PAM_NOWHERE};
	for (size_t i = 0; i < s->n; i++) {
		if (is_okta(&s->lines[i]))
			w.last_okta = i;
	}
	if (run(&w, &whole, PAM_NOWHERE, &end) != 0)
		return -1;
	for (size_t n = 0; n < STATES; n++) {
		const struct state t = state_of(n);

		if (!end.has[n] || t.impression != POSITIVE || !t.is_success)
			continue;
		out->is_open |= t.is_asked;
		if (!t.is_asked && !out->is_open_unasked)
			out->past = end.past[n];
		out->is_open_unasked |= !t.is_asked;
	}
	return 0;
}
