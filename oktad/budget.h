/*
 * How often somebody may be wrong: failed logins per person and per remote
 * address in the last 15 minutes, over all services, kept on disk. The limit
 * is lower than Okta's own, so that nobody can lock a person out of everything
 * by guessing on one host (T56).
 *
 * An attempt is charged, and the charge is on disk, before a password may
 * leave the host. It is taken back only where Okta accepted the password or
 * nothing was tried. Attempts in flight count as failures until they are
 * settled: one that would go over the limit waits for them.
 *
 * Limits. A person has `failures` wrong tries; the last `reserved` of them
 * only for addresses from which that person has logged in before (in the last
 * 90 days, 8 addresses are remembered), so that a stranger can not use up all
 * of them. Besides, an address has BUDGET_PER_ADDRESS wrong tries over all
 * people, where all of an IPv6 /64 is one address; addresses known for the
 * person at hand are exempt. Tries without a remote address come from who makes
 * them on this host, where root says so (su, sudo), else from one address,
 * "this host", and then count for the person alone (T55).
 *
 * What reaches people. Push requests, and apart from them messages and calls:
 * `sends` of each per person in 10 minutes, BUDGET_SENDS_PER_ADDRESS from one
 * address and BUDGET_SENDS_PER_HOST from this host; the latter two do not hold
 * for addresses known for the person at hand. Each is on disk before it is
 * sent, and is never taken back. After a "no" nothing is sent to that person
 * for 10 minutes (T33, T34).
 *
 * The file: records of struct budget_record, appended only, each with a
 * checksum. A cut last record, as a crash leaves it, counts for nothing. Age is
 * measured by the boot clock, so that setting the clock neither frees nor
 * locks anybody; over a reboot by the wall clock, where a record from the
 * future has age 0. At start, and when it has grown large, the file is
 * replaced by one without what no longer counts. Where it was removed, emptied
 * or replaced by others in the meantime, the next charge writes it anew from
 * memory first; where that fails, nobody is granted anything.
 */
#ifndef OKTAD_BUDGET_H
#define OKTAD_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum {
	BUDGET_WINDOW_S = 15 * 60,
	BUDGET_PER_ADDRESS = 30,
	BUDGET_SEND_WINDOW_S = 10 * 60,
	BUDGET_SENDS_PER_ADDRESS = 30,
	BUDGET_SENDS_PER_HOST = 300,
	BUDGET_SUCCESSES = 8,
	BUDGET_SUCCESS_S = 90 * 86400,
	BUDGET_PERSON_SIZE = 72,
	BUDGET_COMPACT_RECORDS = 16384
};

enum budget_kind {
	BUDGET_CHARGE = 1,
	BUDGET_REFUND = 2, /* of the charge with this serial */
	BUDGET_SUCCESS = 3, /* likewise, and the person logged in from there */
	BUDGET_PUSH = 4, /* a push request was sent to the person */
	BUDGET_MESSAGE = 5, /* a text message, a mail, a call */
	BUDGET_NO = 6 /* the person refused one */
};

struct budget_address {
	uint8_t bytes[16]; /* IPv6, or IPv4 mapped; zero: this host */
};

struct budget_record {
	uint32_t magic;
	uint32_t kind;
	uint64_t serial;
	uint64_t wall_s;
	uint64_t boot_ms;
	uint8_t boot_id[16];
	char person[BUDGET_PERSON_SIZE]; /* Okta id, NUL-padded */
	struct budget_address address;
	uint64_t checksum; /* FNV-1a 64 of the bytes before it */
};
_Static_assert(sizeof(struct budget_record) == 144, "a record is 144 bytes");

struct budget_limits {
	unsigned int failures, reserved;
};

/* The clocks, so that tests can turn them. */
struct budget_now {
	uint64_t wall_s, boot_ms;
	uint8_t boot_id[16];
};

enum budget_answer {
	BUDGET_GRANTED,
	BUDGET_HELD, /* ask again when an attempt has been settled */
	BUDGET_USED_UP, /* this person's, or this address's */
	BUDGET_BROKEN /* the charge could not be written: deny */
};

struct budget;

/* Numeric address of a peer; NULL or "" is this host. PROTOCOL_UNKNOWN is one
 * place for all that come from nobody knows where, and never one where somebody
 * has logged in before. 0, or -1 and unknown where it is no address. */
int budget_parse_address(const char *text, struct budget_address *a);
/* A local caller, as root names him (PAM_RUSER): an address of his own, that no
 * network has. */
void budget_caller_address(const char *name, struct budget_address *a);
/* PROTOCOL_UNKNOWN, or what was no address. */
int budget_is_unknown(const struct budget_address *a);
/* What one who has it surely has all of. */
struct budget_address budget_site(const struct budget_address *a);
int budget_clock(struct budget_now *now);

/* Reads path (made with mode 0600 where it is absent). A file that can not be
 * read or written still gives a budget, which answers BUDGET_BROKEN and tries
 * to heal at each charge; *e says why then. NULL without memory. */
struct budget *budget_open(
    const char *path, const struct budget_now *now, struct error *e);
void budget_close(struct budget *b);
/* May this person try once more? BUDGET_GRANTED: the charge is on disk, and
 * *serial names the attempt. */
enum budget_answer budget_charge(struct budget *b,
    const struct budget_limits *limits, const char *person,
    const struct budget_address *a, const struct budget_now *now,
    uint64_t *serial, struct error *e);
/* How an attempt ended: kind BUDGET_CHARGE leaves it charged, the others take
 * it back. -1 with *e where that could not be written; it holds in memory all
 * the same. */
int budget_settle(struct budget *b, uint64_t serial, enum budget_kind kind,
    const struct budget_now *now, struct error *e);
enum budget_send {
	BUDGET_SEND_GRANTED,
	BUDGET_SEND_USED_UP, /* the person's */
	BUDGET_SEND_TOO_MANY, /* from that address, or from this host */
	BUDGET_SEND_SAID_NO, /* a while ago */
	BUDGET_SEND_BROKEN /* could not be written: deny */
};

/* budget_send.c: may kind (BUDGET_PUSH, BUDGET_MESSAGE) be sent to this person?
 * BUDGET_SEND_GRANTED: it is on disk. */
enum budget_send budget_send(struct budget *b, unsigned int sends,
    enum budget_kind kind, const char *person, const struct budget_address *a,
    const struct budget_now *now, struct error *e);
/* The person said no. 0; -1 with *e where it could not be written; it holds in
 * memory all the same. */
int budget_note_no(struct budget *b, const char *person,
    const struct budget_address *a, const struct budget_now *now,
    struct error *e);
/* Failures of a person that count now, without those in flight. */
unsigned int budget_failures(
    const struct budget *b, const char *person, const struct budget_now *now);

#endif
