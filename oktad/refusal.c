#include "refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
forget(struct refusals *r, size_t i)
{
	r->n--;
	memmove(&r->list[i], &r->list[i + 1], (r->n - i) * sizeof(r->list[0]));
}

void
refusal_note(
    struct refusals *r, uid_t uid, const char *service, const char *reason)
{
	struct refusal *f;

	if (r->list == NULL)
		r->list = calloc(REFUSALS_MAX, sizeof(r->list[0]));
	if (r->list == NULL)
		return;
	for (size_t i = 0; i < r->n; i++) {
		if (r->list[i].uid == uid) {
			forget(r, i);
			break;
		}
	}
	if (r->n == REFUSALS_MAX)
		forget(r, 0);
	f = &r->list[r->n++];
	*f = (struct refusal){.uid = uid, .time_s = (uint64_t)time(NULL)};
	snprintf(f->service, sizeof(f->service), "%s", service);
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
}

const struct refusal *
refusal_find(const struct refusals *r, uid_t uid)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->list[i].uid == uid)
			return &r->list[i];
	}
	return NULL;
}

void
refusal_clear(struct refusals *r)
{
	free(r->list);
	*r = (struct refusals){0};
}
