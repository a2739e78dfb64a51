#include "session_end.h"

#include <stdlib.h>
#include <string.h>

enum {
	DEPTH = 128, /* parents looked at */
	GUARD_FEW = 5,
	GUARD_MANY = 100,
	GUARD_PERCENT = 10
};

const char *
end_reason_word(enum end_reason r)
{
	static const char *const words[END_REASONS] = {
	    [END_NOT] = "none",
	    [END_UID] = "uid",
	    [END_LOGIN] = "login",
	    [END_LOGIND] = "logind",
	    [END_AUDIT] = "audit",
	    [END_CHILD] = "child",
	    [END_LEFT_ALONE] = "service",
	};

	return r < END_REASONS ? words[r] : "none";
}

const struct proc *
proc_list_find(const struct proc_list *l, pid_t pid)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->all[mid].pid == pid)
			return &l->all[mid];
		if (l->all[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const struct proc *
leader_of(const struct end_view *v, const struct session *s)
{
	const struct proc *p =
	    s->leader > 1 ? proc_list_find(v->procs, s->leader) : NULL;

	return p != NULL && p->start == s->leader_start && !p->is_dead ? p
								       : NULL;
}

int
end_has_leader(const struct end_view *v, const struct session *s)
{
	return leader_of(v, s) != NULL;
}

/* Started by process 1 or left to it, without a terminal, as root. */
static int
is_service(const struct proc *p)
{
	return p->ruid == 0 && p->ppid <= 1 && !p->has_tty;
}

static int
is_of(const struct session *s, const struct end_target *t)
{
	return strcmp(s->person, t->person) == 0 &&
	    (s->uid == t->uid || s->account[0] != '\0') &&
	    (t->handle[0] == '\0' || strcmp(s->handle, t->handle) == 0);
}

/* One that opens sessions for several people ends with none of them. */
static int
leads_another(
    const struct end_view *v, const struct end_target *t, const struct proc *p)
{
	for (size_t i = 0; i < v->nsessions; i++) {
		const struct session *s = &v->sessions[i];

		if (s->leader == p->pid && s->leader_start == p->start &&
		    strcmp(s->person, t->person) != 0)
			return 1;
	}
	return 0;
}

/* Is p the leader of s or below it? */
static int
descends(
    const struct end_view *v, const struct session *s, const struct proc *p)
{
	const struct proc *leader = leader_of(v, s);

	if (leader == NULL || is_service(leader))
		return 0;
	for (int i = 0; p != NULL && i < DEPTH; i++) {
		if (p == leader ||
		    (p->pid == leader->pid && p->start == leader->start))
			return 1;
		/* Nobody is older than their parents. */
		if (p->ppid <= 1 || p->start < leader->start)
			return 0;
		p = proc_list_find(v->procs, p->ppid);
	}
	return 0;
}

/* Has its login begun before? Known by the record, else by itself. */
static int
is_before(
    const struct end_view *v, const struct end_target *t, const struct proc *p)
{
	uint64_t began = UINT64_MAX;

	if (t->before_ms == UINT64_MAX)
		return 1;
	for (size_t i = 0; i < v->nsessions && p->audit != PROC_UNSET; i++) {
		const struct session *s = &v->sessions[i];

		if (s->is_login && s->audit == p->audit && s->opened_ms < began)
			began = s->opened_ms;
	}
	if (began == UINT64_MAX)
		began = proc_start_ms(p);
	return began < t->before_ms;
}

/* The recorded login of theirs that p is in the audit session of, or NULL. */
static const struct session *
recorded(
    const struct end_view *v, const struct end_target *t, const struct proc *p)
{
	for (size_t i = 0; i < v->nsessions; i++) {
		const struct session *s = &v->sessions[i];

		if (is_of(s, t) && s->is_login && s->audit != PROC_UNSET &&
		    p->audit == s->audit)
			return s;
	}
	return NULL;
}

/* By the records of the registry; *uid is then that of the account, which in
 * this session is the person's own. */
static enum end_reason
by_record(const struct end_view *v, const struct end_target *t,
    const struct proc *p, uint32_t *uid)
{
	const struct session *s = recorded(v, t, p);

	if (s != NULL) {
		*uid = s->uid;
		return END_AUDIT;
	}
	for (size_t i = 0; i < v->nsessions; i++) {
		s = &v->sessions[i];
		if (is_of(s, t) && s->state == SESSION_OPEN &&
		    descends(v, s, p)) {
			*uid = s->uid;
			return END_CHILD;
		}
	}
	return END_NOT;
}

/* Left running for the host, and not as t: neither a terminal nor a session of
 * theirs holds it. */
static int
is_daemon(const struct end_target *t, const struct proc *p)
{
	return p->ppid <= 1 && !p->has_tty && p->slice != t->uid &&
	    p->ruid != t->uid;
}

/* Is p a daemon, or below one, that only bears the login of whoever started it:
 * what it does, it does for others? */
static int
serves_others(
    const struct end_view *v, const struct end_target *t, const struct proc *p)
{
	const struct proc *q = p;

	for (int i = 0; q != NULL && i < DEPTH; i++) {
		const struct proc *child = q;

		if (is_daemon(t, q) && q->login == p->login &&
		    q->audit == p->audit)
			return 1;
		if (q->ppid <= 1)
			return 0;
		q = proc_list_find(v->procs, q->ppid);
		if (q != NULL && q->start > child->start)
			return 0;
	}
	return 0;
}

/* By a uid that is the person's alone. In a container a number says nothing,
 * the login uid neither: containers have logins of their own. */
static enum end_reason
by_uid(const struct end_view *v, const struct end_target *t,
    const struct proc *p, uint32_t uid)
{
	if (p->login == uid && (!p->is_nested || recorded(v, t, p) != NULL))
		return END_LOGIN;
	if (p->slice == uid)
		return END_LOGIND;
	if (p->ruid == uid && !p->is_nested)
		return END_UID;
	return END_NOT;
}

/* By that of the directory, or of a local account of theirs; *uid is the one
 * that it was. */
static enum end_reason
by_own_uid(const struct end_view *v, const struct end_target *t,
    const struct proc *p, uint32_t *uid)
{
	enum end_reason r = by_uid(v, t, p, *uid);

	for (size_t i = 0; i < v->own.n && r == END_NOT; i++) {
		const struct own_account *a = &v->own.all[i];

		if (strcmp(a->person, t->person) != 0)
			continue;
		r = by_uid(v, t, p, a->uid);
		if (r != END_NOT)
			*uid = a->uid;
	}
	return r;
}

enum end_reason
end_choose(
    const struct end_view *v, const struct end_target *t, const struct proc *p)
{
	struct end_target own = *t;
	enum end_reason r = END_NOT;

	if (p->pid <= 1 || p->pid == v->self || p->pid == v->parent ||
	    p->ppid == v->parent || p->is_dead || t->uid < DIR_ID_FLOOR ||
	    t->uid > DIR_ID_CEILING)
		return END_NOT;
	if (t->handle[0] == '\0')
		r = by_own_uid(v, t, p, &own.uid);
	if (r == END_NOT)
		r = by_record(v, t, p, &own.uid);
	if (r == END_NOT || !is_before(v, t, p) || leads_another(v, t, p))
		return END_NOT;
	if (p->slice == own.uid)
		return r;
	if (is_service(p) ||
	    ((r == END_LOGIN || r == END_AUDIT) &&
		(p->ruid != own.uid || p->is_nested) &&
		serves_others(v, &own, p)))
		return END_LEFT_ALONE;
	return r;
}

int
end_guard_allows(uint32_t ending, uint32_t left)
{
	uint32_t most =
	    (uint32_t)(((uint64_t)ending + left) * GUARD_PERCENT / 100);

	if (most > GUARD_MANY)
		most = GUARD_MANY;
	if (most < GUARD_FEW)
		most = GUARD_FEW;
	if (left == 0)
		most = 1;
	return ending <= most;
}
