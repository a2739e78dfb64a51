/*
 * The world around the shipped pam_okta.so, without root: this test program's
 * own open(), connect(), getsockopt() and so on stand in front of libc's and
 * answer the module, and only it: other files, another peer, another uid, a
 * clock that jumps over sleeps, and the n-th call failing.
 */
#ifndef OKTA_TESTS_WORLD_H
#define OKTA_TESTS_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <security/pam_appl.h>

#include "conf.h"
#include "directory.h"

#define ALICE 1879049193U /* active */
#define BOB 1879049194U /* active */
#define CAROL 1879049195U /* suspended */
#define DAVE 1879049196U /* not entitled any more */
#define ERIN 1879049197U /* password expired: no key logins */

enum {
	WORLD_PEOPLE = 5,
	WORLD_HELPER = 28 /* PAM_MODULE_UNKNOWN: our module has ignored it */
};

struct world_person {
	const char *name;
	uint32_t uid;
	enum person_status status;
	enum person_why why;
};

extern const struct world_person world_people[WORLD_PEOPLE];

struct world {
	char dir[64];
	char passwd[96], directory[96], people[96], confirmed[96], rules[96];
	char socket[96]; /* of our oktad */
	uid_t euid; /* what geteuid() says to the module */
	uid_t ruid; /* what getuid() says to it */
	uid_t peer; /* who SO_PEERCRED says listens */
	int is_peer_unknown;
	int is_random_missing;
	int is_time_real; /* sleeps are slept */
	uint64_t slept_ms;
	const char *nss_other; /* NSS gives this name another uid … */
	const char *nss_none; /* … does not know this one */
	const char *alias; /* alice's name in the next people file */
	struct conf_service service; /* the only one of the access rules; its
					name NULL: there are none */
	uint32_t uid_shift; /* added to all uids at the next world_publish() */
	int connects; /* that succeeded, since fake_oktad_start() */
	char connected[96]; /* the path that was last connected to */
	/* Failure of the n-th call out of the module or of libpam. */
	long fail_at, calls;
	const char *failed; /* its name */
	/* Everything that was written to syslog, and its lines. */
	char log[65536];
};

extern struct world world;

int world_setup(void **state);
int world_teardown(void **state);
/* To be called before each test: all of the above back to usual. */
int world_reset(void **state);
/* Age of the directory in seconds; -1 removes `confirmed`. */
void world_set_age(int64_t age_s);
/* Publishes the people anew. */
void world_publish(void);
/* Spoils all user records of the directory behind its sound header. */
void world_damage_records(void);
void world_write(const char *path, const char *text);

/* Starts a transaction with these lines in the service's file; "okta" at a
 * line's third word stands for the shipped module, "helper" for ours. */
pam_handle_t *world_start(const char *service, const char *user,
    const char *lines, const struct pam_conv *conv);
/* The usual stack: the shipped module alone with args; what it ignores, the
 * helper answers with WORLD_HELPER. */
pam_handle_t *world_start_usual(
    const char *user, const char *args, const struct pam_conv *conv);

#endif
