/*
 * A budget of one test in a folder of its own, with a clock and a disk that
 * the test moves. Programs are linked with --wrap=fdatasync and --wrap=fsync.
 */
#ifndef OKTA_TEST_BUDGET_H
#define OKTA_TEST_BUDGET_H

#include "budget.h"
#include "folder.h"

#define ALICE "00ualice0000000000001"
#define BOB "00ubob00000000000001"

extern const struct budget_limits limits;
extern struct folder folder;
extern struct budget_now now;
extern struct budget_address here, office, attacker;
extern struct error error;
extern unsigned int syncs; /* fdatasync calls so far, none of which waits */
extern int sync_fails; /* whether they do */

/* For cmocka: all of the above anew, and its end. */
int begin(void **state);
int end(void **state);

/* Where the file is; good until the next calls of folder_at(). */
const char *budget_path(void);
/* The budget as the next start of oktad finds it; b may be NULL. */
struct budget *reopen(struct budget *b);
/* One try that ends so. 1 where it was granted. */
int try(struct budget *b, const char *who, const struct budget_address *a,
    enum budget_kind kind);

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif
