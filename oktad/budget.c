#include "budget.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "budget_file.h"
#include "directory.h"
#include "wire.h"

enum entry_state { ENTRY_IN_FLIGHT, ENTRY_FAILED, ENTRY_KNOWN };

struct entry {
	enum entry_state state;
	uint64_t serial;
	int64_t at_ms; /* boot clock of this boot; before it: negative */
	char person[BUDGET_PERSON_SIZE];
	struct budget_address address;
};

struct budget {
	struct budget_file file;
	struct entry *entries;
	size_t n, cap;
	uint64_t next_serial;
};

int
budget_parse_address(const char *text, struct budget_address *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct in_addr v4;
	struct in6_addr v6;

	*a = (struct budget_address){{0}};
	if (text == NULL || text[0] == '\0')
		return 0;
	if (inet_pton(AF_INET, text, &v4) == 1) {
		memcpy(a->bytes, mapped, sizeof(mapped));
		memcpy(a->bytes + sizeof(mapped), &v4, sizeof(v4));
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return -1;
	memcpy(a->bytes, &v6, sizeof(v6));
	return 0;
}

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

static int
is_same(const struct budget_address *a, const struct budget_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int
is_this_host(const struct budget_address *a)
{
	static const struct budget_address zero;

	return is_same(a, &zero);
}

static uint64_t
age_ms(const struct entry *e, const struct budget_now *now)
{
	int64_t age = (int64_t)now->boot_ms - e->at_ms;

	return age > 0 ? (uint64_t)age : 0;
}

/* Does it still say anything? */
static int
counts(const struct entry *e, const struct budget_now *now)
{
	uint64_t limit = e->state == ENTRY_KNOWN ? BUDGET_SUCCESS_S :
	    BUDGET_WINDOW_S;

	return e->state == ENTRY_IN_FLIGHT || age_ms(e, now) < limit * 1000;
}

static void
forget_old(struct budget *b, const struct budget_now *now)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (counts(&b->entries[i], now))
			b->entries[n++] = b->entries[i];
	}
	b->n = n;
}

static struct entry *
add_entry(struct budget *b)
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
		    b->entries[i - 1].state != ENTRY_KNOWN)
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
		if (is_same(&o->address, &e->address))
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

/* Puts one record of the file on top of those before it. */
static int
replay(void *arg, const struct budget_record *r, int64_t at_ms)
{
	struct budget *b = arg;
	struct entry *e;

	if (r->serial >= b->next_serial)
		b->next_serial = r->serial + 1;
	e = find_entry(b, r->serial);
	if (r->kind == BUDGET_CHARGE || (r->kind == BUDGET_SUCCESS && !e)) {
		/* A success without its charge: written by a compaction. */
		if (e == NULL)
			e = add_entry(b);
		if (e == NULL)
			return -1;
		e->state = ENTRY_FAILED;
		e->serial = r->serial;
		e->at_ms = at_ms;
		memcpy(e->person, r->person, sizeof(e->person));
		e->address = r->address;
	}
	if (e == NULL)
		return 0;
	if (r->kind == BUDGET_SUCCESS)
		make_known(b, e, at_ms);
	else if (r->kind == BUDGET_REFUND)
		*e = b->entries[--b->n];
	return 0;
}

static void
fill_record(const struct entry *e, enum budget_kind kind,
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
	struct budget_record *records;
	int rc;

	forget_old(b, now);
	records = calloc(b->n + 1, sizeof(*records));
	if (records == NULL)
		return error_errno(e, "budget");
	for (size_t i = 0; i < b->n; i++)
		fill_record(&b->entries[i],
		    b->entries[i].state == ENTRY_KNOWN ? BUDGET_SUCCESS :
		    BUDGET_CHARGE, now, &records[i]);
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

static int
is_known(const struct budget *b, const char *person,
    const struct budget_address *a, const struct budget_now *now)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *o = &b->entries[i];

		if (o->state == ENTRY_KNOWN && is_same(&o->address, a) &&
		    strcmp(o->person, person) == 0 && counts(o, now))
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
	int known = is_known(b, person, a, now);

	for (size_t i = 0; i < b->n; i++) {
		const struct entry *o = &b->entries[i];

		if (o->state == ENTRY_KNOWN || !counts(o, now))
			continue;
		if (is_same(&o->address, a))
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
	if (!known && !is_this_host(a) && from_there >= BUDGET_PER_ADDRESS)
		return BUDGET_USED_UP;
	return failed + in_flight >= limit ? BUDGET_HELD : BUDGET_GRANTED;
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
	/* A file that is broken is read again first: what it holds still
	 * counts. */
	if (b->file.fd < 0 &&
	    (budget_file_load(&b->file, now, replay, b, e) != 0 ||
		compact(b, now, e) != 0))
		return BUDGET_BROKEN;
	enum budget_answer answer = judge(b, limits, person, a, now);

	if (answer != BUDGET_GRANTED)
		return answer;
	/* Its failure is no reason to deny: the file is only larger than it
	 * need be. */
	if (b->file.records >= BUDGET_COMPACT_RECORDS)
		compact(b, now, e);
	o = add_entry(b);
	if (o == NULL) {
		error_errno(e, "budget");
		return BUDGET_BROKEN;
	}
	o->state = ENTRY_IN_FLIGHT;
	o->serial = b->next_serial;
	o->at_ms = (int64_t)now->boot_ms;
	strcpy(o->person, person);
	o->address = *a;
	fill_record(o, BUDGET_CHARGE, now, &r);
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
	fill_record(o, kind, now, &r);
	if (kind == BUDGET_SUCCESS)
		make_known(b, o, o->at_ms);
	else
		*o = b->entries[--b->n];
	/* Not synced: were it lost, one try too many would count. */
	return budget_file_append(&b->file, &r, 0, e);
}

unsigned int
budget_failures(const struct budget *b, const char *person,
    const struct budget_now *now)
{
	unsigned int n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->entries[i].state == ENTRY_FAILED &&
		    strcmp(b->entries[i].person, person) == 0 &&
		    counts(&b->entries[i], now))
			n++;
	}
	return n;
}
