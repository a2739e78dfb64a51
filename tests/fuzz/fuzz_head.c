/* Any lines as the headers of a 429, 503 or 200, and what they teach. */
#include <stdlib.h>
#include <string.h>

#include "governor.h"
#include "replay.h"
#include "skew.h"

static void
check_text(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 429, 503};
	struct governor g = {.share = 50};
	struct skew skew = {0};
	struct head h = {0};
	const char *p = (const char *)data, *end = p + size, *line;
	uint32_t wait;

	while (p < end) {
		line = p;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p != NULL ? p + 1 : end;
		head_take(&h, line, (size_t)(p - line));
	}
	check_text(h.request_id);
	check_text(h.content_type);
	check_text(h.www_authenticate);
	check_text(h.dpop_nonce);
	if (h.retry_after > HEAD_RETRY_MAX || strlen(h.next) >= HEAD_LINK_MAX)
		abort();
	for (int i = 0; i < 3; i++) {
		wait = governor_learn(
		    &g, BUCKET_USERS, statuses[i], &h, 1000, (uint32_t)size);
		if (wait > GOVERNOR_WAIT_MAX_S || (wait == 0) != (i == 0))
			abort();
		if (governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 1000) >
			GOVERNOR_WAIT_MAX_S ||
		    governor_hold(&g, BUCKET_USERS, ROLE_LOGIN, 1000) != 0)
			abort();
	}
	skew_add(&skew, h.date, 1767323045);
	skew_seconds(&skew);
	return 0;
}
