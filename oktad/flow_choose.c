/* Which of several ways: the service's order, and the person's choice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "code.h"
#include "flow.h"

enum { ASKS = 3 };

size_t
flow_sort(const struct login *l, struct flow_choice *choices, size_t n,
    size_t kept[FLOW_CHOICES_MAX])
{
	struct flow_choice sorted[FLOW_CHOICES_MAX];
	enum proof_kind order[PROOF_COUNT];
	const char *at;
	int nkinds = proof_list(l->person->factors, order, &at);
	enum proof_kind first = (enum proof_kind)l->person->preferred - 1;
	size_t left = 0;

	/* What was used last comes first, if the service still has it. */
	for (int k = nkinds - 1; k > 0; k--) {
		if (order[k] == first) {
			memmove(
			    &order[1], &order[0], (size_t)k * sizeof(order[0]));
			order[0] = first;
			break;
		}
	}
	for (int k = 0; k < nkinds; k++) {
		for (size_t i = 0; i < n && left < FLOW_CHOICES_MAX; i++) {
			if (choices[i].kind != order[k])
				continue;
			kept[left] = i;
			sorted[left++] = choices[i];
		}
	}
	memcpy(choices, sorted, left * sizeof(sorted[0]));
	return left;
}

/* The choice that an answer names: by number, or by a kind that is there once.
 * n where it names none. */
static size_t
find_choice(
    const struct secret *answer, const struct flow_choice *choices, size_t n)
{
	const char *p = answer->bytes != NULL ? answer->bytes : "";
	size_t found = n;

	p += strspn(p, " ");
	if (*p == '\0')
		return 0;
	if (*p >= '1' && *p <= '9' && p[1 + strspn(p + 1, " ")] == '\0')
		return (size_t)(*p - '1') < n ? (size_t)(*p - '1') : n;
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(proof_word(choices[i].kind), p) != 0)
			continue;
		if (found < n)
			return n;
		found = i;
	}
	return found;
}

int
flow_choose(struct login *l, const char *intro,
    const struct flow_choice *choices, size_t n, size_t *which)
{
	struct secret answer = {0};
	char text[1200];
	size_t len = 0;
	int r = OKTA_OK;

	*which = 0;
	if (n == 1)
		return OKTA_OK;
	len = (size_t)snprintf(text, sizeof(text), "%s\n", intro);
	for (size_t i = 0; i < n && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    " %zu  %s\n", i + 1, choices[i].name);
	if (len < sizeof(text))
		snprintf(text + len, sizeof(text) - len, "Choose [1]: ");
	for (int i = 0; i < ASKS && r == OKTA_OK; i++) {
		r = talk_ask(l->talk, PROMPT_ECHO, text, &answer);
		*which = r == OKTA_OK ? find_choice(&answer, choices, n) : n;
		secret_clear(&answer);
		if (*which < n)
			return OKTA_OK;
	}
	return r == OKTA_OK ? OKTA_ABSENT : r;
}
