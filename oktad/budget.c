#include "budget_private.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "directory.h"
#include "wire.h"

int
budget_clock(struct budget_now *now)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0 || ts.tv_sec < 0)
		return -1;
	now->wall_s = (uint64_t)ts.tv_sec;
	now->boot_ms = wire_now_ms();
	/* Without /proc every boot looks like another one, and the wall clock
	 * counts. */
	directory_boot_id(now->boot_id);
	return 0;
}

static uint64_t
age_ms(const struct entry *e, const struct budget_now *now)
{
	int64_t age = (int64_t)now->boot_ms - e->at_ms;

	return age > 0 ? (uint64_t)age : 0;
}

int
budget_counts(const struct entry *e, const struct budget_now *now)
{
	static const uint64_t windows[] = {
	    [ENTRY_FAILED] = BUDGET_WINDOW_S,
	    [ENTRY_KNOWN] = BUDGET_SUCCESS_S,
	    [ENTRY_PUSH] = BUDGET_SEND_WINDOW_S,
	    [ENTRY_MESSAGE] = BUDGET_SEND_WINDOW_S,
	    [ENTRY_NO] = BUDGET_SEND_WINDOW_S,
	};

	return e->state == ENTRY_IN_FLIGHT ||
	    age_ms(e, now) < windows[e->state] * 1000;
}

static void
forget_old(struct budget *b, const struct budget_now *now)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (budget_counts(&b->entries[i], now))
			b->entries[n++] = b->entries[i];
	}
	b->n = n;
}

struct entry *
budget_add_entry(struct budget *b)
{
	if (b->n == b->cap) {
		size_t cap = b->cap == 0 ? 64 : 2 * b->cap;
		struct entry *entries =
		    reallocarray(b->entries, cap, sizeof(*entries));

		if (entries == NULL)
			return NULL;
		b->entries = entries;
		b->cap = cap;
	}
	b->entries[b->n] = (struct entry){0};
	return &b->entries[b->n++];
}

static struct entry *
find_entry(struct budget *b, uint64_t serial)
{
	for (size_t i = b->n; i > 0; i--) {
		if (b->entries[i - 1].serial == serial &&
		    b->entries[i - 1].state <= ENTRY_FAILED)
			return &b->entries[i - 1];
	}
	return NULL;
}

/* From now on e says where its person logged in; an older entry for the same
 * address goes, and the oldest one where there are too many. */
static void
make_known(struct budget *b, struct entry *e, int64_t at_ms)
{
	size_t same = b->n, oldest = b->n, n = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct entry *o = &b->entries[i];

		if (o->state != ENTRY_KNOWN ||
		    strcmp(o->person, e->person) != 0)
			continue;
		n++;
		if (budget_is_same(&o->address, &e->address))
			same = i;
		if (oldest == b->n || o->at_ms < b->entries[oldest].at_ms)
			oldest = i;
	}
	e->state = ENTRY_KNOWN;
	e->at_ms = at_ms;
	if (same == b->n && n >= BUDGET_SUCCESSES)
		same = oldest;
	if (same < b->n)
		b->entries[same] = b->entries[--b->n];
}

static void
fill_entry(struct entry *e, const struct budget_record *r, int64_t at_ms)
{
	e->serial = r->serial;
	e->at_ms = at_ms;
	memcpy(e->person, r->person, sizeof(e->person));
	e->address = r->address;
}

/* Puts one record of the file on top of those before it. */
static int
replay(void *arg, const struct budget_record *r, int64_t at_ms)
{
	struct budget *b = arg;
	struct entry *e;

	if (r->serial >= b->next_serial)
		b->next_serial = r->serial + 1;
	if (r->kind > BUDGET_SUCCESS) {
		e = budget_add_entry(b);
		if (e == NULL)
			return -1;
		e->state = r->kind == BUDGET_PUSH ? ENTRY_PUSH
		    : r->kind == BUDGET_MESSAGE	  ? ENTRY_MESSAGE
						  : ENTRY_NO;
		fill_entry(e, r, at_ms);
		return 0;
	}
	e = find_entry(b, r->serial);
	if (r->kind == BUDGET_CHARGE || (r->kind == BUDGET_SUCCESS && !e)) {
		/* A success without its charge: written by a compaction. */
		if (e == NULL)
			e = budget_add_entry(b);
		if (e == NULL)
			return -1;
		e->state = ENTRY_FAILED;
		fill_entry(e, r, at_ms);
	}
	if (e == NULL)
		return 0;
	if (r->kind == BUDGET_SUCCESS)
		make_known(b, e, at_ms);
	else if (r->kind == BUDGET_REFUND)
		*e = b->entries[--b->n];
	return 0;
}

void
budget_fill_record(const struct entry *e, enum budget_kind kind,
    const struct budget_now *now, struct budget_record *r)
{
	*r = (struct budget_record){.kind = kind, .serial = e->serial};
	memcpy(r->person, e->person, sizeof(r->person));
	r->address = e->address;
	budget_file_stamp(r, now, e->at_ms);
}

/* Writes the file anew with what still counts. */
static int
compact(struct budget *b, const struct budget_now *now, struct error *e)
{
	static const enum budget_kind kinds[] = {
	    [ENTRY_IN_FLIGHT] = BUDGET_CHARGE,
	    [ENTRY_FAILED] = BUDGET_CHARGE,
	    [ENTRY_KNOWN] = BUDGET_SUCCESS,
	    [ENTRY_PUSH] = BUDGET_PUSH,
	    [ENTRY_MESSAGE] = BUDGET_MESSAGE,
	    [ENTRY_NO] = BUDGET_NO,
	};
	struct budget_record *records;
	int rc;

	forget_old(b, now);
	records = calloc(b->n + 1, sizeof(*records));
	if (records == NULL)
		return error_errno(e, "budget");
	for (size_t i = 0; i < b->n; i++)
		budget_fill_record(&b->entries[i], kinds[b->entries[i].state],
		    now, &records[i]);
	rc = budget_file_replace(&b->file, records, b->n, e);
	free(records);
	return rc;
}

struct budget *
budget_open(const char *path, const struct budget_now *now, struct error *e)
{
	struct budget *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		error_errno(e, "budget");
		return NULL;
	}
	b->next_serial = 1;
	if (budget_file_init(&b->file, path) != 0) {
		free(b);
		error_errno(e, "budget");
		return NULL;
	}
	if (budget_file_load(&b->file, now, replay, b, e) == 0)
		compact(b, now, e);
	return b;
}

void
budget_close(struct budget *b)
{
	if (b == NULL)
		return;
	budget_file_close(&b->file);
	free(b->entries);
	free(b);
}

int
budget_is_known(const struct budget *b, const char *person,
    const struct budget_address *a, const struct budget_now *now)
{
	for (size_t i = 0; i < b->n && !budget_is_unknown(a); i++) {
		const struct entry *o = &b->entries[i];

		if (o->state == ENTRY_KNOWN && budget_is_same(&o->address, a) &&
		    strcmp(o->person, person) == 0 && budget_counts(o, now))
			return 1;
	}
	return 0;
}

static enum budget_answer
judge(const struct budget *b, const struct budget_limits *limits,
    const char *person, const struct budget_address *a,
    const struct budget_now *now)
{
	unsigned int failed = 0, in_flight = 0, from_there = 0;
	unsigned int limit = limits->failures;
	int known = budget_is_known(b, person, a, now);

	for (size_t i = 0; i < b->n; i++) {
		const struct entry *o = &b->entries[i];

		if (o->state > ENTRY_FAILED || !budget_counts(o, now))
			continue;
		if (budget_is_near(&o->address, a))
			from_there++;
		if (strcmp(o->person, person) != 0)
			continue;
		if (o->state == ENTRY_FAILED)
			failed++;
		else
			in_flight++;
	}
	/* One try is always left: a first login must be possible. */
	if (!known)
		limit = limits->reserved < limit ? limit - limits->reserved : 1;
	if (failed >= limit)
		return BUDGET_USED_UP;
	if (!known && !budget_is_this_host(a) &&
	    from_there >= BUDGET_PER_ADDRESS)
		return BUDGET_USED_UP;
	return failed + in_flight >= limit ? BUDGET_HELD : BUDGET_GRANTED;
}

int
budget_make_ready(
    struct budget *b, const struct budget_now *now, struct error *e)
{
	/* A file that is broken is read again first: what it holds still
	 * counts. */
	if (b->file.fd < 0 &&
	    (budget_file_load(&b->file, now, replay, b, e) != 0 ||
		compact(b, now, e) != 0))
		return -1;
	/* What is in memory counts, whatever became of the file (T116). */
	return budget_file_is_in_place(&b->file) ? 0 : compact(b, now, e);
}

enum budget_answer
budget_charge(struct budget *b, const struct budget_limits *limits,
    const char *person, const struct budget_address *a,
    const struct budget_now *now, uint64_t *serial, struct error *e)
{
	struct budget_record r;
	struct entry *o;

	*serial = 0;
	if (person[0] == '\0' || strlen(person) >= BUDGET_PERSON_SIZE) {
		error_set(e, ERROR_SYSTEM, "no Okta id to charge");
		return BUDGET_BROKEN;
	}
	if (budget_make_ready(b, now, e) != 0)
		return BUDGET_BROKEN;
	enum budget_answer answer = judge(b, limits, person, a, now);

	if (answer != BUDGET_GRANTED)
		return answer;
	/* Its failure is no reason to deny: the file is only larger than it
	 * need be. */
	if (b->file.records >= BUDGET_COMPACT_RECORDS)
		compact(b, now, e);
	o = budget_add_entry(b);
	if (o == NULL) {
		error_errno(e, "budget");
		return BUDGET_BROKEN;
	}
	o->state = ENTRY_IN_FLIGHT;
	o->serial = b->next_serial;
	o->at_ms = (int64_t)now->boot_ms;
	strcpy(o->person, person);
	o->address = *a;
	budget_fill_record(o, BUDGET_CHARGE, now, &r);
	if (budget_file_append(&b->file, &r, 1, e) != 0) {
		b->n--;
		return BUDGET_BROKEN;
	}
	*serial = b->next_serial++;
	return BUDGET_GRANTED;
}

int
budget_settle(struct budget *b, uint64_t serial, enum budget_kind kind,
    const struct budget_now *now, struct error *e)
{
	struct entry *o = find_entry(b, serial);
	struct budget_record r;

	if (o == NULL)
		return error_set(e, ERROR_SYSTEM, "no such attempt");
	if (kind == BUDGET_CHARGE) {
		o->state = ENTRY_FAILED;
		return 0;
	}
	o->at_ms = (int64_t)now->boot_ms;
	budget_fill_record(o, kind, now, &r);
	if (kind == BUDGET_SUCCESS)
		make_known(b, o, o->at_ms);
	else
		*o = b->entries[--b->n];
	/* Not synced: were it lost, one try too many would count. */
	return budget_file_append(&b->file, &r, 0, e);
}

unsigned int
budget_failures(
    const struct budget *b, const char *person, const struct budget_now *now)
{
	unsigned int n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->entries[i].state == ENTRY_FAILED &&
		    strcmp(b->entries[i].person, person) == 0 &&
		    budget_counts(&b->entries[i], now))
			n++;
	}
	return n;
}
