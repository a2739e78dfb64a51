/* Where grace may be given. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "conf_private.h"

/* What runs inside somebody's login, and whether PAM is told on whose behalf:
 * sudo and polkit ask who is acting, and tell nobody that it is for root. */
static const struct {
	const char *service;
	int tells_target;
} places[] = {
    {"sudo", 0},
    {"sudo-i", 0},
    {"doas", 0},
    {"polkit-1", 0},
    {"su", 1},
    {"su-l", 1},
};

int
conf_check_grace(const struct conf *c, struct error *e)
{
	char section[80];

	for (size_t i = 0; i < c->nservices; i++) {
		const struct conf_service *s = &c->services[i];
		size_t k = 0;

		if (s->grace_s == 0)
			continue;
		snprintf(section, sizeof(section), "service %.60s", s->name);
		while (k < sizeof(places) / sizeof(*places) &&
		    strcmp(places[k].service, s->name) != 0)
			k++;
		if (k == sizeof(places) / sizeof(*places))
			return conf_wrong_at(c, section, "grace", e,
			    "only sudo, sudo-i, doas, polkit-1, su and su-l "
			    "run inside a login; take the line out");
		if (!places[k].tells_target && !s->grace_root)
			return conf_wrong_at(c, section, "grace", e,
			    "%s does not tell PAM whether it is for root, so "
			    "this means root, too; if you want that, write "
			    "grace_root = yes below it",
			    s->name);
	}
	return 0;
}
