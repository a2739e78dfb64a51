/*
 * Any bytes as the file of the budget: each record is taken once or passed
 * over, and none comes from the future.
 */
#include <stdlib.h>
#include <string.h>

#include "budget_file.h"
#include "replay.h"

static const struct budget_now now = {
    .wall_s = 1700000000, .boot_ms = 1000000, .boot_id = {1}};

static int
take(void *arg, const struct budget_record *r, int64_t at_ms)
{
	size_t *n = arg;

	if (at_ms > (int64_t)now.boot_ms || r->person[0] == '\0' ||
	    memchr(r->person, '\0', sizeof(r->person)) == NULL)
		abort();
	++*n;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct budget_record r;
	size_t n = 0;

	if (budget_file_scan(data, size, &now, take, &n) != n ||
	    n > size / sizeof(r))
		abort();
	/* The same bytes with a right checksum, so that what is behind it is
	 * reached. */
	if (size < sizeof(r))
		return 0;
	memcpy(&r, data, sizeof(r));
	budget_file_stamp(&r, &now, (int64_t)(r.boot_ms % 2000000) - 1000000);
	n = 0;
	budget_file_scan(&r, sizeof(r), &now, take, &n);
	return 0;
}
