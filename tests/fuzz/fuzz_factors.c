/*
 * Any bytes as answers of the Factors API. The first byte says which, the next
 * two the status.
 */
#include <stdlib.h>
#include <string.h>

#include "api_factors.h"
#include "name.h"
#include "replay.h"

static void
try_list(const char *body, size_t len)
{
	struct factor list[FACTORS_MAX];
	struct error e = {0};
	size_t n;

	if (factors_take_list(body, len, list, &n, &e) != 0) {
		if (n != 0 || e.text[0] == '\0')
			abort();
		return;
	}
	if (n > FACTORS_MAX)
		abort();
	for (size_t i = 0; i < n; i++) {
		char again[sizeof(list[i].name)];

		/* Filtered text stays as it is. */
		name_filter_text(
		    again, sizeof(again), list[i].name, strlen(list[i].name));
		if (strcmp(again, list[i].name) != 0)
			abort();
		if (list[i].kind >= PROOF_COUNT ||
		    list[i].kind == PROOF_QUESTION ||
		    !json_is_id(list[i].id, strlen(list[i].id)))
			abort();
	}
}

static void
try_answer(int status, const char *body, size_t len)
{
	struct factor_answer a;
	struct error e = {0};
	int rc = factors_take_answer(status, body, len, &a, &e);

	if (rc != 0 && (a.result != FACTOR_OTHER || e.text[0] == '\0'))
		abort();
	if ((unsigned int)a.result >= FACTOR_RESULT_COUNT)
		abort();
	/* A yes is a 200 with that very word, which stands in the bytes; an
	 * escape may spell it otherwise. */
	if (a.result == FACTOR_SUCCESS &&
	    (status != 200 || strcmp(a.word, "SUCCESS") != 0 ||
		(memmem(body, len, "factorResult", 12) == NULL &&
		    memchr(body, '\\', len) == NULL)))
		abort();
	if (a.show[strspn(a.show, "0123456789")] != '\0')
		abort();
	/* It becomes part of a path. */
	for (const char *p = a.transaction; *p != '\0'; p++) {
		if (!json_is_id(p, 1) &&
		    (*p != '.' || p == a.transaction || p[1] == '.'))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body;

	if (size < 3)
		return 0;
	/* Exactly as long as it is, so that one byte more is seen. */
	body = malloc(size - 3 > 0 ? size - 3 : 1);
	if (body == NULL)
		abort();
	memcpy(body, data + 3, size - 3);
	if (data[0] % 2 == 0)
		try_list(body, size - 3);
	else
		try_answer(data[1] << 8 | data[2], body, size - 3);
	free(body);
	return 0;
}
