/* The credential for changes: [admin], or a file that holds it alone. */
#include <stdlib.h>
#include <string.h>

#include "conf_private.h"
#include "conf_read.h"
#include "file.h"

static int
read_file(struct conf *c, int fd, uid_t owner, struct error *e)
{
	struct conf_written *w = c->written;
	const struct conf_entry *entry;
	struct secret text = {0};
	int rc = -1;

	w->files = calloc(1, sizeof(*w->files));
	if (w->files == NULL || (w->files[0] = strdup(c->file)) == NULL)
		return error_errno(e, "%s", c->file);
	w->nfiles = 1;
	if (file_read_trusted_fd(fd, c->file, owner, CONF_FILE_MAX, &text, e) ==
	    0)
		rc = conf_read(&text, w->files[0], &w->entries, e);
	secret_clear(&text);
	for (size_t i = 0; rc == 0 && i < w->entries.count; i++) {
		entry = &w->entries.list[i];
		if (strcmp(entry->section, "admin") != 0)
			rc = conf_wrong(&entry->place, entry->key, e,
			    "a file of a credential has no section but "
			    "[admin]; take [%s] out",
			    entry->section);
	}
	return rc;
}

int
conf_load_admin(
    int fd, const char *path, uid_t owner, struct conf **out, struct error *e)
{
	struct conf *c = calloc(1, sizeof(*c));

	*out = NULL;
	if (c == NULL ||
	    (c->written = calloc(1, sizeof(*c->written))) == NULL ||
	    (c->file = strdup(path)) == NULL)
		error_errno(e, "%s", path);
	else if (read_file(c, fd, owner, e) == 0 && conf_apply(c, e) == 0 &&
	    conf_credential_load(c, "admin", &c->admin, owner, e) == 0) {
		c->has_admin = 1;
		*out = c;
		c = NULL;
	}
	conf_free(c);
	return *out != NULL ? 0 : -1;
}

int
conf_admin_may(const struct conf *c, const char *scope, struct error *e)
{
	if (conf_where(c, "admin", "scopes").line == 0 ||
	    conf_has(c->admin.scopes, scope))
		return 0;
	(void)conf_wrong_at(c, "admin", "scopes", e,
	    "leaves out %s; add it to the line", scope);
	e->kind = ERROR_SCOPE;
	return -1;
}
