/*
 * For tests: makes a directory and its people file with the product's own
 * writer.
 *
 *	make_snapshot USERS GROUPS PER_USER DIRECTORY [PEOPLE]
 *	make_snapshot - DIRECTORY [PEOPLE] < LINES
 *
 * Lines are fields with tabs between them, each field percent-encoded (%0A):
 *	range MIN MAX			(first, or the default range)
 *	user UID GID NAME GECOS HOME SHELL ID LOGIN STATUS WHY
 *	group GID NAME ID
 *	member GID UID
 * A record that the writer refuses is reported on stdout and left out; exit 1
 * where there is no image in the end.
 */
#include "config.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

enum { FIELDS = 11 };

static int
hex(char c)
{
	const char *digits = "0123456789ABCDEF", *p = strchr(digits, c);

	return c != '\0' && p != NULL ? (int)(p - digits) : -1;
}

static void
decode(char *s)
{
	char *out = s;

	for (; *s != '\0'; s++) {
		if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			*out++ = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

static uint32_t
number(const char *s)
{
	return (uint32_t)strtoul(s, NULL, 10);
}

static int
add(struct image *i, char **f, struct error *e)
{
	if (strcmp(f[0], "user") == 0) {
		struct image_user u = {.uid = number(f[1]),
		    .gid = number(f[2]),
		    .name = f[3],
		    .gecos = f[4],
		    .home = f[5],
		    .shell = f[6],
		    .id = f[7],
		    .login = f[8],
		    .status = (enum person_status)number(f[9]),
		    .why = (enum person_why)number(f[10])};

		return image_add_user(i, &u, e);
	}
	if (strcmp(f[0], "group") == 0) {
		struct image_group g = {
		    .gid = number(f[1]), .name = f[2], .id = f[3]};

		return image_add_group(i, &g, e);
	}
	if (strcmp(f[0], "member") == 0)
		return image_add_member(i, number(f[1]), number(f[2]), e);
	errx(2, "%s: unknown", f[0]);
}

static struct image *
begin(uint32_t min, uint32_t max)
{
	struct image_params p = {
	    .id_min = min, .id_max = max, .max_age_s = 604800};
	struct error e = {0};
	struct image *i = image_new(&p, &e);

	if (i == NULL)
		errx(1, "%s", e.text);
	return i;
}

static struct image *
read_lines(FILE *in)
{
	struct image *i = NULL;
	struct error e = {0};
	char *line = NULL, *fields[FIELDS], *rest;
	static char nothing[1];
	size_t cap = 0, n;

	while (getline(&line, &cap, in) != -1) {
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		for (n = 0; n < FIELDS; n++) {
			fields[n] = strsep(&rest, "\t");
			if (fields[n] == NULL)
				fields[n] = nothing;
			else
				decode(fields[n]);
		}
		if (i == NULL && strcmp(fields[0], "range") == 0) {
			i = begin(number(fields[1]), number(fields[2]));
			continue;
		}
		if (i == NULL)
			i = begin(SNAPSHOT_ID_MIN, SNAPSHOT_ID_MAX);
		if (add(i, fields, &e) == -1)
			printf("%s\n", e.text);
	}
	free(line);
	return i != NULL ? i : begin(SNAPSHOT_ID_MIN, SNAPSHOT_ID_MAX);
}

static void
save(const struct snapshot *s, char **paths)
{
	snapshot_save(s->bytes, s->size, paths[0]);
	if (paths[1] != NULL)
		snapshot_save(s->people_bytes, s->people_size, paths[1]);
}

int
main(int argc, char **argv)
{
	struct snapshot s;

	if (argc >= 3 && argc <= 4 && strcmp(argv[1], "-") == 0) {
		snapshot_end(&s, read_lines(stdin));
		save(&s, argv + 2);
	} else if (argc >= 5 && argc <= 6) {
		snapshot_make(
		    &s, number(argv[1]), number(argv[2]), number(argv[3]));
		save(&s, argv + 4);
	} else {
		errx(2,
		    "usage: make_snapshot USERS GROUPS PER_USER "
		    "DIRECTORY [PEOPLE] | - DIRECTORY [PEOPLE]");
	}
	snapshot_free(&s);
	return 0;
}
