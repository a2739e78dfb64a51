/*
 * The published files and their reader. One format, two kinds:
 *
 *   directory (public)   what NSS answers: people, groups, memberships.
 *   people    (private)  what root's account phase and oktad need besides:
 *			  Okta id, login, status, why somebody may not log in.
 *
 * Both are immutable, written whole by oktad, replaced by rename, and made for
 * this machine's byte order (a magic number tells the other one apart). A
 * file is
 *
 *	struct dir_header	256 bytes, with a checksum of its own
 *	struct dir_section[]	the section table, header.sections entries
 *	sections		each 8-byte aligned, in table order, no gap
 *				longer than 7 bytes
 *
 * A hash section is an array of 2^n slots { u32 tag, u32 ref }: tag is the upper
 * half of the key's 64-bit hash (names) or the id (numbers), ref is the record's
 * offset in its section divided by 8, plus 1; 0 is an empty slot. Linear
 * probing, at most half full, so that a miss ends after a slot or two.
 *
 * A user record is a fixed part and then its strings, name first, each with
 * its NUL, in the order of struct passwd; so one copy fills the caller's
 * buffer. Records stand in order of number and are walked for enumeration.
 *
 * Versions: a reader accepts its own major version with any minor one; a new
 * section type or a new flag is a minor change, everything else a major one.
 * Unknown sections are skipped. Later features (ssh keys, local accounts, local
 * groups, rules) have their section types now and write them empty.
 *
 * Trust: the reader believes nothing but the kernel. Owner, mode, size and header
 * are checked once per mapping; every offset, length and id at each use.
 */
#ifndef OKTA_DIRECTORY_H
#define OKTA_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

#include "code.h"

#define DIR_MAGIC_PUBLIC 0x314944415a4b4f00ULL
#define DIR_MAGIC_PEOPLE 0x314c50505a4b4f00ULL

enum {
	DIR_MAJOR = 1,
	DIR_MINOR = 0,
	DIR_NAME_MAX = 31,	 /* utmp keeps 32 bytes */
	DIR_LARGE_GROUP = 10000	 /* member lists longer than this are left out */
};

enum dir_section_type {
	DIR_USERS = 1,	     /* user records */
	DIR_USER_NAMES = 2,  /* hash: name -> user */
	DIR_USER_UIDS = 3,   /* hash: uid -> user */
	DIR_GROUPS = 4,	     /* group records; private groups are not stored,
				they follow from the user record */
	DIR_GROUP_NAMES = 5,
	DIR_GROUP_GIDS = 6,
	DIR_MEMBER_NAMES = 7, /* per group: its members' names, NUL-ended */
	DIR_USER_GIDS = 8,    /* per user: u32 gids, the primary one excluded */
	DIR_PEOPLE = 9,	      /* person records (private file) */
	DIR_PEOPLE_UIDS = 10,
	DIR_SSH_KEYS = 20,    /* empty for now */
	DIR_LOCAL_ACCOUNTS = 21,
	DIR_LOCAL_GROUPS = 22,
	DIR_RULES = 23
};

struct dir_header {
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t sections;	 /* entries of the section table, <= 64 */
	uint64_t file_size;
	uint64_t generation;	 /* stamped by oktad at publication */
	uint64_t published;	 /* Unix seconds, likewise */
	uint32_t id_min;	 /* every uid and gid lies in min..max */
	uint32_t id_max;
	uint32_t users;
	uint32_t groups;
	uint32_t max_age_s;	 /* [directory] max_age */
	uint32_t key_statuses;	 /* bits 1 << enum person_status: may log in by
				    key although it is about the password */
	uint64_t body_checksum;	 /* FNV-1a 64 of all bytes after the header */
	uint8_t reserved[176];	 /* zero */
	uint64_t header_checksum; /* FNV-1a 64 of the 248 bytes before it */
};
_Static_assert(sizeof(struct dir_header) == 256, "the header is 256 bytes");

struct dir_section {
	uint32_t type;
	uint32_t count;	 /* records, or slots of a hash */
	uint64_t offset; /* from the start of the file */
	uint64_t size;	 /* bytes */
};

/* Flags of a user record. */
enum {
	DIR_USER_NO_LOGIN = 1 << 0, /* suspended, deprovisioned, not entitled */
	DIR_USER_NO_KEY = 1 << 1,   /* status is about the password: key logins
				       are refused */
	DIR_USER_PRIVATE_GROUP = 1 << 2 /* a group of this name and gid = uid
					   exists without a record */
};

/* Okta's statuses (okta-api.md 5.3). STAGED and PROVISIONED people are not in
 * the files before they were ACTIVE once. */
enum person_status {
	STATUS_STAGED = 0,
	STATUS_PROVISIONED,
	STATUS_ACTIVE,
	STATUS_RECOVERY,
	STATUS_PASSWORD_EXPIRED,
	STATUS_LOCKED_OUT,
	STATUS_SUSPENDED,
	STATUS_DEPROVISIONED,
	STATUS_COUNT
};

/* Why a person in the files may not log in. */
enum person_why {
	WHY_NONE = 0,
	WHY_STATUS,	   /* SUSPENDED or DEPROVISIONED */
	WHY_NOT_ENTITLED,  /* no allowed group or app any more */
	WHY_GONE,	   /* not in Okta any more */
	WHY_COUNT
};

struct directory {
	const uint8_t *base;
	size_t size;
	const struct dir_header *header;
	struct dir_section section[DIR_RULES + 1]; /* by type; size 0: absent */
};

/* Points into the mapping, valid until directory_close(). */
struct directory_user {
	uint32_t uid, gid, flags;
	const char *name, *gecos, *home, *shell;
	const char *strings; /* the four of them in one block */
	size_t strings_len;  /* with all NULs */
	const uint32_t *gids; /* supplementary, 4-byte aligned */
	uint32_t ngids;
};

struct directory_group {
	uint32_t gid;
	const char *name;
	size_t name_len;	/* without NUL */
	const char *members;	/* names, each NUL-ended */
	size_t members_len;	/* bytes */
	uint32_t nmembers;	/* 0 where the list is left out */
	int is_private;		/* made up from a user record */
};

struct directory_person {
	uint32_t uid;
	enum person_status status;
	enum person_why why;
	const char *id, *login, *name;
};

/* Opens, checks and maps a published file; keeps no descriptor. magic says
 * which kind. The owner must be root (trusted_uid in test builds), the file regular
 * and writable by nobody else. OKTA_OK; OKTA_ABSENT, OKTA_UNSAFE, OKTA_BAD,
 * OKTA_VERSION, OKTA_SYSTEM, and *d emptied. directory_close() unmaps. */
int directory_open(struct directory *d, const char *path, uint64_t magic);
/* The same checks over bytes in memory (8-byte aligned); for the publisher and tests. */
int directory_view(struct directory *d, const void *bytes, size_t size,
    uint64_t magic);
void directory_close(struct directory *d);

/* Look-ups: OKTA_OK, OKTA_ABSENT, OKTA_BAD (damaged record). */
int directory_user_by_name(const struct directory *d, const char *name,
    struct directory_user *u);
int directory_user_by_uid(const struct directory *d, uint32_t uid,
    struct directory_user *u);
int directory_group_by_name(const struct directory *d, const char *name,
    struct directory_group *g);
int directory_group_by_gid(const struct directory *d, uint32_t gid,
    struct directory_group *g);
int directory_person_by_uid(const struct directory *people, uint32_t uid,
    struct directory_person *p);

/* Enumeration: *cursor begins at 0; OKTA_ABSENT at the end. Groups come
 * first as stored, then the private groups. */
int directory_next_user(const struct directory *d, uint64_t *cursor,
    struct directory_user *u);
int directory_next_group(const struct directory *d, uint64_t *cursor,
    struct directory_group *g);
int directory_next_person(const struct directory *people, uint64_t *cursor,
    struct directory_person *p);

/*
 * `confirmed`: when Okta last agreed with the directory. 64 bytes, replaced by rename.
 */
#define DIR_MAGIC_CONFIRMED 0x314643525a4b4f00ULL
struct dir_confirmed {
	uint64_t magic;
	uint8_t boot_id[16];   /* /proc/sys/kernel/random/boot_id, as bytes */
	uint64_t boot_ms;      /* CLOCK_BOOTTIME at the confirmation */
	uint64_t wall_s;       /* CLOCK_REALTIME at the confirmation */
	uint64_t high_water_s; /* latest wall-clock time ever seen by oktad */
	uint64_t generation;
	uint64_t checksum;     /* FNV-1a 64 of the 56 bytes before it */
};
_Static_assert(sizeof(struct dir_confirmed) == 64, "confirmed is 64 bytes");

/* Seconds since Okta last agreed: by the boot clock within one boot, else by
 * the wall clock, which never counts as earlier than high_water_s. Same checks on
 * the file as directory_open. */
int directory_age(const char *path, uint64_t *age_s);

/* FNV-1a 64 (Fowler, Noll, Vo; draft-eastlake-fnv). Against accidents only. */
uint64_t directory_checksum(const void *p, size_t len);

#endif
