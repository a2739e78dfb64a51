#include "args.h"

#include <stddef.h>
#include <string.h>

static const char deadline_is[] = "deadline=";

/* Decimal digits, 1 to ARGS_DEADLINE_MAX_S; 0 where it is anything else. */
static unsigned int
parse_seconds(const char *s)
{
	unsigned int n = 0;

	if (*s == '\0')
		return 0;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		n = n * 10 + (unsigned int)(*s - '0');
		if (n > ARGS_DEADLINE_MAX_S)
			return 0;
	}
	return n;
}

static int
take(struct args *a, const char *arg)
{
	if (strcmp(arg, "debug") == 0)
		a->is_debug = 1;
	else if (strcmp(arg, "try_first_pass") == 0)
		a->has_try_first_pass = 1;
	else if (strcmp(arg, "use_first_pass") == 0)
		a->has_use_first_pass = 1;
	else if (strncmp(arg, deadline_is, sizeof(deadline_is) - 1) == 0)
		a->deadline_s = parse_seconds(arg + sizeof(deadline_is) - 1);
	else
		return 0;
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
}
