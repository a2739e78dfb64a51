#include "session_sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "code.h"
#include "internal.h"
#include "local.h"
#include "rules.h"
#include "wire.h"

enum { STEP_MS = 100, ROUNDS_MS = 8000 };

struct sweep {
	const struct sweep_plan *plan;
	struct sweep_report *report;
	int proc_fd;
	struct proc_list procs;
	int is_blind; /* the last look failed: procs tells nothing */
	struct end_view view;
	struct end_target targets[SWEEP_TARGETS];
	size_t ntargets;
};

static void
take(void *arg, const struct proc *p)
{
	struct proc_list *l = arg;

	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 1024 : 2 * l->cap;
		struct proc *more = reallocarray(l->all, cap, sizeof(*more));

		if (more == NULL)
			return;
		l->all = more;
		l->cap = cap;
	}
	l->all[l->n++] = *p;
}

static int
by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct proc *)a)->pid;
	pid_t y = ((const struct proc *)b)->pid;

	return (x > y) - (x < y);
}

static int
look(struct sweep *w)
{
	w->procs.n = 0;
	w->is_blind =
	    proc_each(w->proc_fd, take, &w->procs) != 0 || w->procs.n == 0;
	if (w->is_blind)
		return -1;
	qsort(w->procs.all, w->procs.n, sizeof(*w->procs.all), by_pid);
	return 0;
}

/* --- who lost the login --- */

/* A number that has become a local account's since is nobody of ours. */
static int
is_local(const struct sweep *w, uint32_t uid)
{
	return local_has_uid(w->plan->passwd, uid) != 0;
}

static int
is_target(const struct sweep *w, const char *person)
{
	for (size_t i = 0; i < w->ntargets; i++)
		if (strcmp(w->targets[i].person, person) == 0)
			return 1;
	return 0;
}

/* Somebody of ours who may not log in: a candidate, once. */
static void
consider(struct sweep *w, const struct directory_person *p,
    struct end_target *found, size_t *n)
{
	struct access_facts facts = {.has_person = 1,
	    .status = p->status,
	    .why = p->why,
	    .has_proof = 1};

	if (access_decide(&facts) == ACCESS_ALLOW || is_target(w, p->id))
		return;
	for (size_t i = 0; i < *n && i < SESSIONS_MAX; i++)
		if (found[i].uid == p->uid && found[i].handle[0] == '\0')
			return;
	if (*n == SESSIONS_MAX || is_local(w, p->uid))
		return;
	found[*n] = (struct end_target){.uid = p->uid, .before_ms = UINT64_MAX};
	snprintf(found[*n].person, sizeof(found->person), "%s", p->id);
	snprintf(found[*n].name, sizeof(found->name), "%s", p->name);
	++*n;
}

/* A session to a local account whose person may not be behind it any more, and
 * may perhaps log in otherwise: that one alone. */
static void
consider_account(struct sweep *w, const struct session *s,
    const struct directory_person *p, struct end_target *found, size_t *n)
{
	struct rules_account account;
	struct directory_person one;
	uint64_t cursor = 0;
	int r;

	if (w->plan->rules == NULL || *n == SESSIONS_MAX || is_target(w, p->id))
		return;
	r = rules_account(w->plan->rules, s->account, &account);
	while (r == OKTA_OK &&
	    (r = rules_next_behind(w->plan->people, &account, &cursor, &one)) ==
		OKTA_OK)
		if (strcmp(one.id, p->id) == 0)
			return;
	if (r != OKTA_ABSENT)
		return;
	found[*n] = (struct end_target){.uid = s->uid, .before_ms = UINT64_MAX};
	memcpy(found[*n].person, s->person, sizeof(s->person));
	memcpy(found[*n].name, s->name, sizeof(s->name));
	memcpy(found[*n].handle, s->handle, sizeof(s->handle));
	memcpy(found[*n].account, s->account, sizeof(s->account));
	++*n;
}

/* Sessions of one are one. */
static uint32_t
count_people(const struct end_target *found, size_t n)
{
	uint32_t people = 0;
	size_t k;

	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < i; k++)
			if (strcmp(found[i].person, found[k].person) == 0)
				break;
		people += k == i;
	}
	return people;
}

static void
consider_uid(struct sweep *w, uint32_t uid, struct end_target *found, size_t *n)
{
	const struct own_account *own = session_own_find(&w->plan->own, uid);
	struct directory_person p;

	if (own != NULL) {
		if (directory_person_by_id(w->plan->people, own->person, &p) ==
		    OKTA_OK)
			consider(w, &p, found, n);
	} else if (uid >= DIR_ID_FLOOR && uid <= DIR_ID_CEILING &&
	    directory_person_by_uid(w->plan->people, uid, &p) == OKTA_OK)
		consider(w, &p, found, n);
}

static uint32_t
count_entitled(const struct sweep *w)
{
	struct directory_person p;
	uint32_t cursor = 0, n = 0;

	while (directory_next_person(w->plan->people, &cursor, &p) == OKTA_OK)
		n += p.why == WHY_NONE;
	return n;
}

/* Everybody who is here and may not be. */
static void
find_lost(struct sweep *w)
{
	const struct sweep_plan *plan = w->plan;
	struct end_target *found = calloc(SESSIONS_MAX, sizeof(*found));
	size_t n = 0, most = plan->most;

	if (found == NULL)
		return;
	for (size_t i = 0; i < w->procs.n; i++) {
		const struct proc *p = &w->procs.all[i];

		consider_uid(w, p->ruid, found, &n);
		if (p->login != p->ruid)
			consider_uid(w, p->login, found, &n);
	}
	for (size_t i = 0; i < plan->nsessions; i++) {
		const struct session *s = &plan->sessions[i];
		struct directory_person p;

		if (directory_person_by_id(w->plan->people, s->person, &p) !=
			OKTA_OK ||
		    (p.uid != s->uid && s->account[0] == '\0'))
			continue;
		consider(w, &p, found, &n);
		if (s->account[0] != '\0')
			consider_account(w, s, &p, found, &n);
	}
	if (!plan->has_word && n > 0 &&
	    !end_guard_allows(count_people(found, n), count_entitled(w))) {
		w->report->is_held = 1;
		most = 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (most == 0 || w->ntargets == SWEEP_TARGETS) {
			w->report->waiting++;
			continue;
		}
		w->report->ends[w->ntargets].is_auto = 1;
		w->targets[w->ntargets++] = found[i];
		most--;
	}
	free(found);
}

/* --- ending --- */

static int
pidfd_open_(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int
pidfd_send(int fd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
}

/* The process that was looked at, opened, and still one that is to end: -1
 * where it is not. What speaks for it is read anew behind the open, and the
 * process is alive after that: so it was said of this very one. */
static int
open_again(struct sweep *w, const struct end_target *t, const struct proc *p)
{
	struct pollfd end = {.fd = pidfd_open_(p->pid), .events = POLLIN};
	enum end_reason r;
	struct proc now;

	if (end.fd < 0)
		return -1;
	if (proc_read(w->proc_fd, p->pid, &now) == OKTA_OK &&
	    now.start == p->start) {
		r = end_choose(&w->view, t, &now);
		if (r != END_NOT && r != END_LEFT_ALONE &&
		    poll(&end, 1, 0) == 0)
			return end.fd;
	}
	close(end.fd);
	return -1;
}

static void
tell(const struct sweep *w, const struct proc *p, enum end_reason r)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[256];
	struct wire_out o;

	if (w->plan->list < 0)
		return;
	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, no_id);
	wire_put_u32(&o, SESSION_PID, (uint32_t)p->pid);
	wire_put_u32(&o, TAG_UID, p->ruid);
	wire_put_str(&o, TAG_TEXT, p->comm);
	wire_put_str(&o, TAG_REASON, end_reason_word(r));
	if (wire_end(&o) == OKTA_OK &&
	    write(w->plan->list, frame, o.len) != (ssize_t)o.len)
		return;
}

/* One signal, or with 0 none, to all that is left of a target; how many. The
 * first time each is told of. */
static uint32_t
signal_all(struct sweep *w, size_t i, int sig, int is_first)
{
	const struct end_target *t = &w->targets[i];
	uint32_t n = 0;

	for (size_t k = 0; k < w->procs.n; k++) {
		const struct proc *p = &w->procs.all[k];
		enum end_reason r = end_choose(&w->view, t, p);
		int fd;

		if (r == END_NOT)
			continue;
		if (is_first)
			tell(w, p, r);
		if (r == END_LEFT_ALONE) {
			w->report->ends[i].left += (uint32_t)is_first;
			continue;
		}
		n++;
		if (sig == 0 || (fd = open_again(w, t, p)) < 0)
			continue;
		(void)pidfd_send(fd, sig);
		/* Shells hear this one; what is stopped hears none before it
		 * goes on. */
		if (sig == SIGTERM) {
			(void)pidfd_send(fd, SIGHUP);
			(void)pidfd_send(fd, SIGCONT);
		}
		close(fd);
	}
	return n;
}

static uint32_t
signal_everybody(struct sweep *w, int sig, int is_first)
{
	uint32_t n, all = 0;

	for (size_t i = 0; i < w->ntargets; i++) {
		n = signal_all(w, i, sig, is_first);
		if (is_first)
			w->report->ends[i].found = n;
		w->report->ends[i].ended = w->report->ends[i].found > n
		    ? w->report->ends[i].found - n
		    : 0;
		all += n;
	}
	return all;
}

/* Signals, and waits until all have ended; what is new meanwhile is signalled,
 * too. */
static uint32_t
end_by(struct sweep *w, int sig, uint64_t ms)
{
	uint64_t until = wire_now_ms() + ms;
	uint32_t left;

	do {
		(void)poll(NULL, 0, STEP_MS);
		/* Of TERM one is enough: more would press those who put
		 * themselves away. Who was not seen may be there. */
		left = look(w) == 0 ? signal_everybody(w, sig, 0) : 1;
	} while (left > 0 && wire_now_ms() < until);
	return left;
}

static void
forget_name(int fd, const char *name, uint32_t uid)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	if (name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL)
		(void)unlinkat(fd, name, 0);
	(void)unlinkat(fd, number, 0);
}

/* sudo remembers a name, or a number, that need not be asked again. Whoever
 * shares an account is asked once more. */
static void
forget_sudo(const struct sweep *w, const struct end_target *t)
{
	int fd = open(
	    w->plan->sudo, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (t->handle[0] == '\0') {
		forget_name(fd, t->name, t->uid);
		for (size_t i = 0; i < w->plan->own.n; i++) {
			const struct own_account *a = &w->plan->own.all[i];

			if (strcmp(a->person, t->person) == 0)
				forget_name(fd, a->name, a->uid);
		}
	}
	for (size_t i = 0; i < w->plan->nsessions; i++) {
		const struct session *s = &w->plan->sessions[i];

		if (s->account[0] != '\0' &&
		    strcmp(s->person, t->person) == 0 &&
		    (t->handle[0] == '\0' || strcmp(s->handle, t->handle) == 0))
			forget_name(fd, s->account, s->uid);
	}
	close(fd);
}

static void
end_targets(struct sweep *w)
{
	uint32_t n;

	for (size_t i = 0; i < w->ntargets; i++) {
		struct sweep_end *end = &w->report->ends[i];

		memcpy(end->name, w->targets[i].name, sizeof(end->name));
		end->uid = w->targets[i].uid;
		/* end_choose() finds nothing of uid 0. */
		if (w->targets[i].account[0] == '\0' && is_local(w, end->uid)) {
			w->targets[i].uid = 0;
			continue;
		}
		if (!w->plan->is_dry)
			forget_sudo(w, &w->targets[i]);
	}
	w->report->nends = (uint32_t)w->ntargets;
	n = signal_everybody(w, w->plan->is_dry ? 0 : SIGTERM, 1);
	if (w->plan->is_dry || n == 0)
		return;
	if (end_by(w, 0, SWEEP_TERM_MS) > 0)
		(void)end_by(w, SIGKILL, ROUNDS_MS);
}

/* --- what is left of the sessions --- */

static int
is_anything_left(const struct sweep *w, const struct session *s, int has_leader)
{
	if (s->state == SESSION_OPEN && (has_leader || s->leader == 0))
		return 1;
	for (size_t i = 0; i < w->procs.n && s->is_login; i++)
		if (w->procs.all[i].audit == s->audit &&
		    !w->procs.all[i].is_dead)
			return 1;
	return 0;
}

static void
report_sessions(struct sweep *w)
{
	const struct sweep_plan *plan = w->plan;

	for (size_t i = 0; i < plan->nsessions && i < SESSIONS_MAX; i++) {
		const struct session *s = &plan->sessions[i];
		int has_leader = end_has_leader(&w->view, s);

		if (!has_leader && s->leader != 0)
			w->report->headless[i / 8] |= (uint8_t)(1 << i % 8);
		if (!is_anything_left(w, s, has_leader))
			w->report->gone[i / 8] |= (uint8_t)(1 << i % 8);
	}
}

void
sweep_run(const struct sweep_plan *p, struct sweep_report *r)
{
	struct sweep w = {.plan = p, .report = r};

	memset(r, 0, sizeof(*r));
	w.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.proc_fd < 0)
		return;
	w.view = (struct end_view){.procs = &w.procs,
	    .sessions = p->sessions,
	    .nsessions = p->nsessions,
	    .own = p->own,
	    .self = getpid(),
	    .parent = getppid()};
	w.ntargets = p->ntargets;
	memcpy(w.targets, p->targets, sizeof(w.targets));
	if (look(&w) == 0) {
		if (p->is_auto && p->people != NULL)
			find_lost(&w);
		end_targets(&w);
		if (!w.is_blind)
			report_sessions(&w);
		r->is_whole = !w.is_blind;
	}
	free(w.procs.all);
	close(w.proc_fd);
}
