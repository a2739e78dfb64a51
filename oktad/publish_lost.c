#include <string.h>

#include "directory_walk.h"
#include "publish_check.h"

/* Who may log in is told by the people files, which are in order of numbers; an
 * Okta id keeps its number, or is found by its own hash section. */
void
publish_count_lost(const struct directory *old, const struct directory *new,
    struct publish_loss *loss)
{
	struct directory_walk before = {.d = old}, after = {.d = new};
	struct directory_walk all = {.d = new};
	struct directory_person p, now = {.id = ""}, other;

	memset(loss, 0, sizeof(*loss));
	while (directory_walk_person(&all, &p) == OKTA_OK)
		loss->left += p.why == WHY_NONE;
	while (old->header != NULL &&
	    directory_walk_person(&before, &p) == OKTA_OK) {
		while (now.uid < p.uid &&
		    directory_walk_person(&after, &now) == OKTA_OK)
			;
		if (p.why != WHY_NONE)
			continue;
		loss->known++;
		other = now;
		if (((now.uid != p.uid || strcmp(now.id, p.id) != 0) &&
			directory_person_by_id(new, p.id, &other) != OKTA_OK) ||
		    other.why != WHY_NONE)
			loss->lost++;
	}
}
