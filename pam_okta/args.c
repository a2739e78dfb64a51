#include "args.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char deadline_is[] = "deadline=";

static const struct {
	const char *word;
	size_t at; /* of its int in struct args */
} words[] = {
    {"debug", offsetof(struct args, is_debug)},
    {"try_first_pass", offsetof(struct args, has_try_first_pass)},
    {"use_first_pass", offsetof(struct args, has_use_first_pass)},
    {"second_factor", offsetof(struct args, is_second_factor)},
    {"after=stack", offsetof(struct args, is_after_stack)},
};

/* Up to four decimal digits, 1 to ARGS_DEADLINE_MAX_S; 0 where it is anything
 * else. */
static unsigned int
parse_seconds(const char *s)
{
	size_t len = strlen(s);
	int n = len > 4 || strspn(s, "0123456789") != len ? 0 : atoi(s);

	return n <= ARGS_DEADLINE_MAX_S ? (unsigned int)n : 0;
}

static int
take(struct args *a, const char *arg)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(arg, words[i].word) == 0) {
			*(int *)(void *)((char *)a + words[i].at) = 1;
			return 1;
		}
	}
	if (strncmp(arg, deadline_is, sizeof(deadline_is) - 1) != 0)
		return 0;
	a->deadline_s = parse_seconds(arg + sizeof(deadline_is) - 1);
	return a->deadline_s != 0;
}

void
args_parse(struct args *a, int argc, const char **argv)
{
	memset(a, 0, sizeof(*a));
	a->deadline_s = ARGS_DEADLINE_S;
	for (int i = 0; i < argc && a->refused == NULL; i++) {
		if (!take(a, argv[i]))
			a->refused = argv[i];
	}
	if (a->is_after_stack && !a->is_second_factor && a->refused == NULL)
		a->refused = "after=stack without second_factor";
}
