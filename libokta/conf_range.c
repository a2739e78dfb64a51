#include <stdio.h>
#include <string.h>

#include "conf_range.h"

/* Numbers that belong to others on any host, in order. systemd's are from its
 * "Users, Groups, UIDs and GIDs" page. 65534 (nobody) and 65535 ((uid_t)-1 in
 * 16 bits) lie in the first row, (uid_t)-1 and -2 in the last. */
static const struct {
	uint32_t min, max;
	const char *who;
} foreign[] = {
    {0, 65535, "system, local and systemd's dynamic users, nobody"},
    {524288, 1879048191, "systemd's containers"},
    {2147352576, 2147418111, "systemd's foreign images"},
    {2147483647, 4294967295, "not safe as signed numbers"},
};

enum { FOREIGN = sizeof(foreign) / sizeof(foreign[0]) };

void
conf_range_each(
    void (*on)(void *arg, uint32_t first, uint32_t last, const char *who),
    void *arg)
{
	for (size_t i = 0; i < FOREIGN; i++)
		on(arg, foreign[i].min, foreign[i].max, foreign[i].who);
}

int
conf_range_may_bring(uint32_t number)
{
	/* The same page; and Debian's policy, 9.2.2, for 60000 to 65535. */
	static const struct {
		uint32_t min, max;
	} never[] = {{0, 999}, {60000, 65535}, {2147352576, UINT32_MAX}};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (number >= never[i].min && number <= never[i].max)
			return 0;
	return 1;
}

/* Decimal digits without sign or leading zero, at most 10; *v behind them. */
static int
read_id(const char **v, uint64_t *out)
{
	size_t len = strspn(*v, "0123456789");

	*out = 0;
	if (len == 0 || len > 10 || (**v == '0' && len > 1))
		return -1;
	for (; len > 0; len--)
		*out = *out * 10 + (uint64_t)(*(*v)++ - '0');
	return *out <= UINT32_MAX ? 0 : -1;
}

int
conf_range_parse(
    const char *text, uint32_t *min, uint32_t *max, char *why, size_t cap)
{
	const char *v = text;
	uint64_t a, b = 0;
	int bad;

	*min = *max = 0;
	bad = read_id(&v, &a) != 0;
	v += strspn(v, " \t");
	bad = bad || *v++ != '-';
	if (!bad) {
		v += strspn(v, " \t");
		bad = read_id(&v, &b) != 0 || *v != '\0';
	}
	if (bad || a > b) {
		snprintf(why, cap,
		    "not a range of numbers like "
		    "1879048192-2147352575");
		return -1;
	}
	for (size_t i = 0; i < FOREIGN; i++) {
		if (a > foreign[i].max || b < foreign[i].min)
			continue;
		snprintf(why, cap,
		    "overlaps %u-%u: %s; the default, "
		    "1879048192-2147352575, is free of others",
		    foreign[i].min, foreign[i].max, foreign[i].who);
		return -1;
	}
	*min = (uint32_t)a;
	*max = (uint32_t)b;
	return 0;
}
