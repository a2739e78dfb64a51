#include "skew.h"

#include <stdlib.h>
#include <string.h>

void
skew_add(struct skew *s, uint64_t date, uint64_t now)
{
	if (date == 0)
		return;
	s->samples[s->count++ % SKEW_SAMPLES] = (int64_t)(date - now);
}

void
skew_set(struct skew *s, uint64_t date, uint64_t now)
{
	if (date == 0)
		return;
	s->count = 0;
	skew_add(s, date, now);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int64_t
skew_seconds(const struct skew *s)
{
	unsigned int n = s->count < SKEW_SAMPLES ? s->count : SKEW_SAMPLES;
	int64_t sorted[SKEW_SAMPLES], middle;

	if (n == 0)
		return 0;
	memcpy(sorted, s->samples, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), compare);
	middle = sorted[n / 2];
	return llabs(middle) < SKEW_NOTABLE_S ? 0 : middle;
}
