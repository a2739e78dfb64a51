#include <string.h>

#include "publish_check.h"

/* The number that /etc/group gives the first len bytes of a word; 0: none. */
static uint32_t
gid_of(const struct publish_work *w, const char *name, size_t len)
{
	for (size_t i = 0; i < w->nlocals; i++) {
		const struct publish_local *l = &w->locals[i];

		if (strcmp(l->path, w->where->group) == 0 &&
		    strlen(l->name) == len && memcmp(l->name, name, len) == 0)
			return l->id;
	}
	return 0;
}

/* Does okta.conf put somebody who belongs to a source that the people file says
 * they belong to into that local group? */
static int
is_mapped(const struct publish_work *w, const struct dir_local_group *g)
{
	char *const *pair = w->rules.local_groups;
	uint32_t source;

	for (; *pair != NULL; pair++) {
		size_t len = strcspn(*pair, " ");

		if (gid_of(w, *pair, len) == g->gid &&
		    directory_source_by_id(
			&w->people.view, *pair + len + 1, &source) == OKTA_OK &&
		    directory_belongs(&w->people.view, g->uid, source) ==
			OKTA_OK)
			return 1;
	}
	return 0;
}

static int
is_vetoed(const struct publish_work *w, const char *name)
{
	for (char *const *v = w->rules.veto; *v != NULL; v++)
		if (strcmp(*v, name) == 0)
			return 1;
	return 0;
}

int
publish_check_groups(const struct publish_work *w, struct error *e)
{
	const struct directory *d = &w->directory.view;
	const struct dir_section *s = &d->section[DIR_LOCAL_GROUPS];
	const struct dir_local_group *list =
	    (const void *)(d->base + s->offset);
	struct directory_user u;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct dir_local_group *g = &list[i];

		if (directory_user_by_uid(d, g->uid, &u) != OKTA_OK)
			return error_set(e, ERROR_PROTOCOL,
			    "directory: somebody unknown is in a local group");
		if (g->gid == 0 || !is_mapped(w, g) || is_vetoed(w, u.name))
			return error_set(e, ERROR_DENIED,
			    "directory: %s is in the local group %u against "
			    "okta.conf",
			    u.name, (unsigned int)g->gid);
		if (g->gid >= w->rules.id_min && g->gid <= w->rules.id_max)
			return error_set(e, ERROR_DENIED,
			    "directory: the local group %u lies in id_range: "
			    "give it another number, or take it out of "
			    "[local_groups]",
			    (unsigned int)g->gid);
	}
	return 0;
}
