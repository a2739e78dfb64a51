/*
 * Access rules: what okta.conf says of who may use which PAM service, and from
 * where, for processes that do not read okta.conf. oktad writes them into a
 * file of its own, private/rules, whenever it loads okta.conf, so that they
 * hold at once and oktad-sync has no hand in them. Whoever belongs to the
 * groups and apps that they name, and which networks a zone has, comes from
 * Okta and stands in the people file (directory.h).
 *
 * The file has the header of directory.h (DIR_MAGIC_RULES) and one section,
 * DIR_RULES: words, each behind a byte with its length, and with a NUL at its
 * end that counts. A word's first byte says what it is:
 *
 *	s NAME	what follows is about this PAM service; about "default": about
 *		any other
 *	D A F	there is a list of that kind, perhaps an empty one; then the
 *		service that it was written at
 *	d ID	deny_groups, deny_apps
 *	a ID	allow_groups, allow_apps
 *	n NET	from: a network: 16 bytes of address.h, and the length of the
 *		prefix
 *	z ID	from: an IP zone of Okta
 *	L M	then NAME: what follows is who may be behind this local account,
 *		one person, or several
 *	p ID	this person; and, there, a ID: whoever is in that group
 *
 * libc only; part of base. Pure but for what the mappings hold.
 */
#ifndef OKTA_RULES_H
#define OKTA_RULES_H

#include "access.h"
#include "address.h"

enum { RULES_NET_SIZE = 1 + 17 + 1 }; /* n, the network, NUL */

#define DIR_MAGIC_RULES 0x314c55525a4b4f00ULL

/* A list, from its first word on. */
struct rules_words {
	const char *p;
	size_t left;
};

struct rules_account {
	struct rules_words list;
	int is_shared; /* perhaps by several: they are asked who they are */
};

struct rules_query {
	uint32_t uid; /* of the person, in the people file */
	const char *id; /* Okta's */
	const char *service; /* PAM service */
	const char *from; /* PAM_RHOST; NULL or "": a local login */
};

/* Fills the answers of the three lists in *f. OKTA_OK; OKTA_BAD where a file is
 * damaged: nobody may enter then. The strings in *f live as long as the
 * mappings and *q. */
int rules_answer(const struct directory *rules, const struct directory *people,
    const struct rules_query *q, struct access_facts *f);

/* Who may be behind a local account (okta.conf's [local_accounts]): OKTA_OK and
 * the list, OKTA_ABSENT: it is none of ours; OKTA_BAD. */
int rules_account(
    const struct directory *rules, const char *name, struct rules_account *a);
/* The next person of it who is in the people file; *cursor begins at
 * 0. Whether they may log in, p says. OKTA_OK, OKTA_ABSENT at the end,
 * OKTA_BAD. */
int rules_next_behind(const struct directory *people,
    const struct rules_account *a, uint64_t *cursor,
    struct directory_person *p);
/* The network behind the n. */
struct address_net rules_net(const char *bytes);

#endif
