/*
 * What the files of the budget share; see budget.h.
 */
#ifndef OKTAD_BUDGET_PRIVATE_H
#define OKTAD_BUDGET_PRIVATE_H

#include "budget_file.h"

/* Attempts come first: those up to ENTRY_FAILED have a serial to settle by. */
enum entry_state {
	ENTRY_IN_FLIGHT,
	ENTRY_FAILED,
	ENTRY_KNOWN,
	ENTRY_PUSH,
	ENTRY_MESSAGE,
	ENTRY_NO
};

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

int budget_is_same(
    const struct budget_address *a, const struct budget_address *b);
/* From one place, as far as a limit per address goes. */
int budget_is_near(
    const struct budget_address *a, const struct budget_address *b);
int budget_is_this_host(const struct budget_address *a);
/* Does it still say anything? */
int budget_counts(const struct entry *e, const struct budget_now *now);
int budget_is_known(const struct budget *b, const char *person,
    const struct budget_address *a, const struct budget_now *now);
/* An empty one at the end; NULL without memory. */
struct entry *budget_add_entry(struct budget *b);
void budget_fill_record(const struct entry *e, enum budget_kind kind,
    const struct budget_now *now, struct budget_record *r);
/* The file is open and holds what is in memory. 0, -1. */
int budget_make_ready(
    struct budget *b, const struct budget_now *now, struct error *e);

#endif
