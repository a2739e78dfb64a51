/*
 * ssh keys, by Okta id. They count as soon as they are read: a key that was
 * taken away in Okta opens nothing, whatever else is wrong with the record.
 */
#include <string.h>

#include "state_private.h"

static sqlite3_stmt *
about(struct state *s, enum state_sql which, const struct api_user *u,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q != NULL)
		sqlite3_bind_text(q, 1, u->id, -1, SQLITE_STATIC);
	return q;
}

int
state_keys_put(struct state *s, const struct api_user *u, struct error *e)
{
	int has_some = u->keys[0] != '\0';
	sqlite3_stmt *q;

	if (!u->has_keys)
		return 0;
	q = about(s, has_some ? SQL_KEYS_PUT : SQL_KEYS_DROP, u, e);
	if (q == NULL)
		return -1;
	if (has_some)
		sqlite3_bind_text(q, 2, u->keys, -1, SQLITE_STATIC);
	return state_run(s, q, e);
}

int
state_keys_clean(struct state *s, struct error *e)
{
	return state_exec(s,
	    "DELETE FROM sshkey WHERE NOT EXISTS"
	    " (SELECT 1 FROM in_person ip WHERE ip.id = sshkey.id)"
	    " AND NOT EXISTS (SELECT 1 FROM person p"
	    "  JOIN via v ON v.uid = p.uid WHERE p.id = sshkey.id)",
	    e);
}

int
state_keys_differ(struct state *s, const struct api_user *u, struct error *e)
{
	char known[SSHKEY_TEXT_SIZE] = "";
	sqlite3_stmt *q;
	int rc;

	if (!u->has_keys)
		return 0;
	q = about(s, SQL_KEYS_OF, u, e);
	if (q == NULL)
		return -1;
	rc = state_step(s, q, e);
	if (rc == 1)
		state_text(q, 0, known, sizeof(known));
	sqlite3_reset(q);
	return rc == -1 ? -1 : strcmp(known, u->keys) != 0;
}
