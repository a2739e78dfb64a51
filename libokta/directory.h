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
 * A record section holds records of varying size one behind the other, in
 * strictly rising order of number; each begins with its size in bytes, a
 * multiple of 8. A record is a fixed part and then its strings, each with its
 * NUL; those of a user stand in the order of struct passwd, so one copy fills
 * a caller's buffer. Its supplementary gids and a group's member names follow
 * inside the record: the one or two cache lines that a look-up touches lie
 * together.
 *
 * A hash section is an array of 2^n slots { u32 tag, u32 ref }: tag is the
 * upper half of the key's 64-bit hash (names) or the key itself (numbers), ref
 * is the record's offset in its section divided by 8, plus 1; 0 is an empty
 * slot. The low bits of the hash choose the first slot; linear probing, at
 * most half full and never more than DIR_PROBE_MAX slots in a row, so that a
 * miss ends after a slot or two. The writer tries one hash_seed after the
 * other until that holds, so nobody can choose names that all fall together.
 *
 * Versions: a reader accepts its own major version with any minor one; a new
 * section type or a new flag is a minor change, everything else a major one.
 * Readers skip sections they do not know; the publisher refuses them.
 *
 * Trust: the reader believes nothing but the kernel. Owner, mode, size and
 * header are checked once per mapping; every offset, length and id at each
 * use.
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
	DIR_MINOR = 6, /* 1: sources, and who belongs to them; 2: ssh keys;
			  3: local groups; 4: another body_checksum; 5: keys of
			  local accounts; 6: keys in the private file, too */
	DIR_NAME_MAX = 31, /* utmp keeps 32 bytes */
	DIR_LARGE_GROUP =
	    10000, /* member lists longer than this are left out */
	DIR_PROBE_MAX = 128, /* hash slots looked at for one key */
	DIR_ID_FLOOR = 1000, /* no id_min below this, ever (T4) */
	DIR_ID_CEILING = 0x7ffffffe, /* no id_max above (T7) */
	DIR_TEXT_MAX = 255, /* bytes of gecos, home, shell, login */
	DIR_OKTA_ID_MAX = 64
};

enum dir_section_type {
	DIR_USERS = 1, /* struct dir_user */
	DIR_USER_NAMES = 2, /* hash: name -> user */
	DIR_USER_UIDS = 3, /* hash: uid -> user */
	DIR_GROUPS = 4, /* struct dir_group; private groups are not stored,
			   they follow from the user record */
	DIR_GROUP_NAMES = 5, /* hash: name -> group */
	DIR_GROUP_GIDS = 6, /* hash: gid -> group */
	DIR_PEOPLE = 7, /* struct dir_person (private file) */
	DIR_PEOPLE_UIDS = 8, /* hash: uid -> person */
	DIR_PEOPLE_NAMES = 9, /* hash: name -> person */
	DIR_PEOPLE_IDS = 10, /* hash: Okta id -> person */
	DIR_TEAMS = 11, /* struct dir_team (private file) */
	DIR_TEAM_GIDS = 12, /* hash: gid -> team */
	DIR_SSH_KEYS = 13, /* struct dir_keys: of users; in the private file of
			      people who are no users */
	DIR_LOCAL_ACCOUNTS = 14, /* struct dir_account, by name */
	DIR_LOCAL_GROUPS = 15, /* struct dir_local_group, rising */
	DIR_RULES = 16, /* words (rules.h); only in the file of rules */
	DIR_SOURCES = 17, /* struct dir_source (private file), by id */
	DIR_BELONGS = 18, /* struct dir_belongs (private file), rising */
	DIR_NETS = 19, /* struct dir_net (private file), by source */
	DIR_SSH_KEY_UIDS = 20, /* hash: uid -> keys */
	DIR_SECTION_TYPES
};

/* Flags of the header. */
enum {
	DIR_NO_ENUMERATION = 1
	    << 0 /* getpwent(3) and getgrent(3) list nobody */
};

struct dir_header {
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t sections; /* entries of the section table, <= 64 */
	uint64_t file_size;
	uint64_t generation; /* stamped by oktad at publication */
	uint64_t published; /* Unix seconds, likewise */
	uint32_t id_min; /* every uid and gid lies in min..max */
	uint32_t id_max;
	uint32_t users;
	uint32_t groups;
	uint32_t max_age_s; /* [directory] max_age */
	uint32_t key_statuses; /* bits 1 << enum person_status: may log in by
				  key although it is about the password */
	uint32_t flags;
	uint32_t hash_seed;
	uint64_t body_checksum; /* of all bytes after the header:
				   directory_body_checksum() */
	uint8_t reserved[168]; /* zero */
	uint64_t header_checksum; /* FNV-1a 64 of the 248 bytes before it */
};
_Static_assert(sizeof(struct dir_header) == 256, "the header is 256 bytes");

struct dir_section {
	uint32_t type;
	uint32_t count; /* records, or slots of a hash */
	uint64_t offset; /* from the start of the file */
	uint64_t size; /* bytes */
};

struct dir_slot {
	uint32_t tag;
	uint32_t ref;
};

/* Then name, gecos, home and shell; then, 4-byte aligned, the gids in rising
 * order. Offsets count from the name; home and shell follow likewise. */
struct dir_user {
	uint32_t size;
	uint32_t uid;
	uint32_t gid;
	uint32_t flags;
	uint32_t ngids;
	uint16_t gecos;
	uint16_t home;
	uint16_t shell;
	uint16_t strings_len;
};

/* Then the name; then, without a gap, the members' names in order of uid. */
struct dir_group {
	uint32_t size;
	uint32_t gid;
	uint32_t nmembers; /* all of them, also where the list is left out */
	uint32_t members_len; /* 0: the list is left out, or nobody is in it */
	uint32_t name_len; /* without NUL */
};

/* Then the keys of a person who has any, in the form of sshkey.h. */
struct dir_keys {
	uint32_t size;
	uint32_t uid;
	uint32_t count;
	uint32_t len; /* bytes of the text */
};

/* ssh keys of one of those who are behind a local account and may log in by key
 * ([local_accounts]). Then the account's name; then the keys, as above. */
struct dir_account {
	uint32_t size;
	uint32_t count;
	uint32_t len; /* bytes of the keys */
	uint32_t name_len; /* without NUL */
};

/* Somebody of Okta is in a group of this host as well ([local_groups]). */
struct dir_local_group {
	uint32_t uid;
	uint32_t gid; /* of /etc/group */
};

/* Then Okta id, login and name. */
struct dir_person {
	uint32_t size;
	uint32_t uid;
	uint32_t status; /* enum person_status */
	uint32_t why; /* enum person_why */
	uint16_t login; /* offset from the id */
	uint16_t name;
	uint32_t strings_len;
};

/* The Okta group behind a published group. Then its Okta id. */
struct dir_team {
	uint32_t size;
	uint32_t gid;
	uint32_t type; /* enum team_type */
	uint32_t id_len; /* without NUL */
};

/*
 * What access rules need of Okta (rules.h): the groups, apps and IP zones that
 * okta.conf names there and that Okta has been asked about; who belongs to
 * which; which networks a zone has. A source that is not here is unknown, which
 * is not the same as empty. Records of one size, in strictly rising order; a
 * source's number is its place.
 */
struct dir_source {
	char id[DIR_OKTA_ID_MAX + 8]; /* with NULs to the end */
};
_Static_assert(sizeof(struct dir_source) == 72, "a source is 72 bytes");

struct dir_belongs {
	uint32_t uid;
	uint32_t source;
};

/* A network of address.h. */
struct dir_net {
	uint32_t source;
	uint32_t bits;
	uint8_t bytes[16];
};

/* Flags of a user record. */
enum {
	DIR_USER_NO_LOGIN = 1 << 0, /* suspended, deprovisioned, not entitled */
	DIR_USER_NO_KEY = 1 << 1, /* status is about the password: key logins
				     are refused */
	DIR_USER_PRIVATE_GROUP = 1 << 2, /* a group of this name and gid = uid
					   exists without a record */
	DIR_USER_FLAGS = (1 << 3) - 1 /* all that this version knows */
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

/* Okta's kinds of groups (okta-api.md 6.1). */
enum team_type {
	TEAM_OKTA_GROUP = 0,
	TEAM_APP_GROUP,
	TEAM_BUILT_IN,
	TEAM_TYPES
};

/* Why a person in the files may not log in. */
enum person_why {
	WHY_NONE = 0,
	WHY_STATUS, /* SUSPENDED or DEPROVISIONED */
	WHY_NOT_ENTITLED, /* no allowed group or app any more */
	WHY_GONE, /* not in Okta any more */
	WHY_COUNT
};

struct directory {
	const uint8_t *base;
	size_t size;
	const struct dir_header *header;
	struct dir_section section[DIR_SECTION_TYPES]; /* by type; size 0:
							  absent */
};

/* Points into the mapping, valid until directory_close(). */
struct directory_user {
	uint32_t uid, gid, flags;
	const char *name, *gecos, *home, *shell;
	const char *strings; /* the four of them in one block */
	size_t strings_len; /* with all NULs */
	const uint32_t *gids; /* supplementary, 4-byte aligned */
	uint32_t ngids;
};

struct directory_group {
	uint32_t gid;
	const char *name;
	size_t name_len; /* without NUL */
	const char *members; /* names, each NUL-ended */
	size_t members_len; /* bytes */
	uint32_t nmembers; /* names in members: 0 where they are left out */
	uint32_t total; /* members, also where they are left out */
	int is_private; /* made up from a user record */
};

struct directory_person {
	uint32_t uid;
	enum person_status status;
	enum person_why why;
	const char *id, *login, *name;
};

struct directory_keys {
	uint32_t uid;
	unsigned int count;
	const char *text; /* no NUL */
	size_t len;
};

struct directory_team {
	uint32_t gid;
	enum team_type type;
	const char *id;
};

/* Opens, checks and maps a published file; keeps no descriptor. magic says
 * which kind. No symbolic link is followed; the file must be regular, root's
 * (in test builds: the caller's) and writable by nobody else. OKTA_OK;
 * OKTA_ABSENT, OKTA_UNSAFE, OKTA_BAD, OKTA_VERSION, OKTA_SYSTEM, and *d
 * emptied. directory_close() unmaps. */
int directory_open(struct directory *d, const char *path, uint64_t magic);
/* The same checks over bytes in memory (8-byte aligned, must outlive d); for
 * the publisher and tests. Not to be closed. */
int directory_view(
    struct directory *d, const void *bytes, size_t size, uint64_t magic);
/* Unmaps and empties; safe on an empty one. */
void directory_close(struct directory *d);

/* Look-ups: OKTA_OK, OKTA_ABSENT, or OKTA_BAD (a damaged record); *u, *g and *p
 * are valid with OKTA_OK only. */
int directory_user_by_name(
    const struct directory *d, const char *name, struct directory_user *u);
int directory_user_by_uid(
    const struct directory *d, uint32_t uid, struct directory_user *u);
int directory_group_by_name(
    const struct directory *d, const char *name, struct directory_group *g);
int directory_group_by_gid(
    const struct directory *d, uint32_t gid, struct directory_group *g);
int directory_person_by_uid(
    const struct directory *people, uint32_t uid, struct directory_person *p);
int directory_person_by_name(const struct directory *people, const char *name,
    struct directory_person *p);
int directory_person_by_id(
    const struct directory *people, const char *id, struct directory_person *p);

/* What the flags of a user record say of logging in, by the private one. */
uint32_t directory_person_flags(
    const struct directory *people, const struct directory_person *p);
/* Everybody as they stand; *offset begins at 0. OKTA_OK, OKTA_ABSENT at the
 * end, OKTA_BAD. */
int directory_walk_people(const struct directory *people, uint64_t *offset,
    struct directory_person *p);

int directory_keys_by_uid(
    const struct directory *d, uint32_t uid, struct directory_keys *k);
/* The next keys of a local account, and which; *offset begins at 0. Codes as
 * above, OKTA_ABSENT at the end. */
int directory_next_account(const struct directory *d, uint64_t *offset,
    const char **name, struct directory_keys *k);
int directory_team_by_gid(
    const struct directory *people, uint32_t gid, struct directory_team *t);

/* The local groups of a person: *n of them, by gid. OKTA_OK, OKTA_BAD. */
int directory_local_groups(const struct directory *d, uint32_t uid,
    const struct dir_local_group **list, uint32_t *n);
/* What access rules ask for. The place of a source; whether somebody belongs
 * to it; whether an address lies in it. OKTA_OK, OKTA_ABSENT, OKTA_BAD. */
int directory_source_by_id(
    const struct directory *people, const char *id, uint32_t *source);
int directory_belongs(
    const struct directory *people, uint32_t uid, uint32_t source);
int directory_has_address(
    const struct directory *people, uint32_t source, const uint8_t address[16]);

/* Enumeration in rising order of number: *cursor begins at 0 and is then what
 * the last call left there, so it stays good across a replaced file: nobody
 * twice, nobody who is in both files left out. OKTA_ABSENT at the end. Groups
 * come first as stored, then the private groups. */
int directory_next_user(
    const struct directory *d, uint32_t *cursor, struct directory_user *u);
int directory_next_group(
    const struct directory *d, uint32_t *cursor, struct directory_group *g);
int directory_next_keys(
    const struct directory *d, uint32_t *cursor, struct directory_keys *k);
int directory_next_person(const struct directory *people, uint32_t *cursor,
    struct directory_person *p);
int directory_next_team(
    const struct directory *people, uint32_t *cursor, struct directory_team *t);

/* Is it a number that a record may carry: in the header's range, none of the
 * values that other programs read as "nobody" (65534, 65535). */
int directory_is_id(const struct directory *d, uint32_t id);

/* 1: an Okta id as these files take it, [A-Za-z0-9_-]{1,64}. */
int directory_is_okta_id(const char *s);

/*
 * `confirmed`: when Okta last agreed with the directory. 64 bytes, replaced by
 * rename.
 */
#define DIR_MAGIC_CONFIRMED 0x314643525a4b4f00ULL
struct dir_confirmed {
	uint64_t magic;
	uint8_t boot_id[16]; /* /proc/sys/kernel/random/boot_id, as bytes */
	uint64_t boot_ms; /* CLOCK_BOOTTIME at the confirmation */
	uint64_t wall_s; /* CLOCK_REALTIME at the confirmation */
	uint64_t high_water_s; /* latest wall-clock time ever seen by oktad */
	uint64_t generation;
	uint64_t checksum; /* FNV-1a 64 of the 56 bytes before it */
};
_Static_assert(sizeof(struct dir_confirmed) == 64, "confirmed is 64 bytes");

/* Seconds since Okta last agreed: by the boot clock within one boot, else by
 * the wall clock, which never counts as earlier than high_water_s. Same checks
 * on the file and same codes as directory_open(); *age_s is UINT64_MAX on
 * failure. */
int directory_age(const char *path, uint64_t *age_s);
/* This boot's id as `confirmed` carries it. OKTA_OK, or OKTA_SYSTEM where
 * /proc can not be read. */
int directory_boot_id(uint8_t id[16]);

/* FNV-1a 64 (Fowler, Noll, Vo; draft-eastlake-fnv). Against accidents only. */
uint64_t directory_checksum(const void *p, size_t len);
/* 1: sections of this type are hash sections. */
int directory_is_hash(uint32_t type);
/* The hashes of names and of numbers in the hash sections. */
uint64_t directory_hash_name(uint32_t seed, const char *name, size_t len);
uint64_t directory_hash_id(uint32_t seed, uint32_t id);

#endif
