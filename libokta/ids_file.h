/*
 * The file of `oktactl ids --import` and `--export`: numbers and names that
 * people and groups have, or shall have, one a line.
 *
 *	user KEY UID GID [NAME]	KEY is an Okta id (begins with a digit) or a
 *				Unix name; NAME, behind an Okta id: what the
 *				home is made of
 *	group KEY GID
 *	name NAME user ID	NAME is ID's, now or for good: nobody else's
 *	name NAME group ID
 *	alice:x:1001:1001:…	passwd(5), as from getent passwd
 *	crew:x:5000:…		group(5)
 *
 * Blanks separate; "# …" to the end of a line is a comment.
 */
#ifndef OKTA_IDS_FILE_H
#define OKTA_IDS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "idmap.h"
#include "json.h"
#include "template.h"

enum {
	IDS_FILE_MAX = 64 << 20, /* bytes */
	IDS_LINE_MAX = 1 << 16 /* a group's members are not looked at */
};

enum ids_what { IDS_NOTHING = 0, IDS_NUMBER, IDS_NAME };

struct ids_line {
	enum ids_what what;
	enum idmap_kind kind;
	char id[JSON_ID_MAX + 1]; /* "" where the key is a name */
	char name[TEMPLATE_NAME_SIZE]; /* the key, or of IDS_NAME; or "" */
	char home[TEMPLATE_NAME_SIZE]; /* or "" */
	uint32_t number, gid; /* the same but for people of a group */
};

/* Reads one line of len bytes, without its newline. NULL and *l, IDS_NOTHING
 * for a blank line or a comment; or what is wrong with it. */
const char *ids_line_read(const char *text, size_t len, struct ids_line *l);

#endif
