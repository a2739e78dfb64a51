#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ids_report.h"
#include "name.h"
#include "oktactl.h"

enum { FIELDS_MAX = 8, FIELD_SIZE = 256 };

enum row_kind {
	ROW_OTHER = 0,
	ROW_NUMBER,
	ROW_NAME,
	ROW_CLAIM,
	ROW_RANGE,
	ROW_NOTE,
	ROW_TAKEN,
	ROW_REFUSED,
	ROW_KINDS
};

/* Words of a row, and how many fields follow. */
static const struct {
	const char *word;
	size_t fields;
} forms[ROW_KINDS] = {
    [ROW_NUMBER] = {"number", 7},
    [ROW_NAME] = {"name", 3},
    [ROW_CLAIM] = {"claim", 4},
    [ROW_RANGE] = {"range", 3},
    [ROW_NOTE] = {"note", 3},
    [ROW_TAKEN] = {"taken", 2},
    [ROW_REFUSED] = {"refused", 3},
};

struct row {
	enum row_kind kind;
	char f[FIELDS_MAX][FIELD_SIZE];
};

/* Takes the next line apart; 0 at the end. What shows on a terminal is
 * filtered here, once. */
static int
next(char **at, struct row *r)
{
	char *line = *at, *stop = strchr(line, '\n');
	size_t n = 0;

	if (stop == NULL)
		return 0;
	*stop = '\0';
	*at = stop + 1;
	memset(r, 0, sizeof(*r));
	for (char *word = line; word != NULL && n < FIELDS_MAX; n++) {
		char *tab = strchr(word, '\t');

		if (tab != NULL)
			*tab++ = '\0';
		name_filter_text(r->f[n], FIELD_SIZE, word, strlen(word));
		word = tab;
	}
	for (int k = ROW_NUMBER; k < ROW_KINDS; k++)
		if (strcmp(r->f[0], forms[k].word) == 0 &&
		    n == forms[k].fields + 1)
			r->kind = (enum row_kind)k;
	return 1;
}

static int
is_clash(const struct row *r)
{
	return strtoll(r->f[5], NULL, 10) > 0;
}

static void
print_row(const struct row *r)
{
	switch (r->kind) {
	case ROW_NUMBER:
		printf("%-6s %-10s %-10s %-24s %s%s\n", r->f[1], r->f[3],
		    r->f[4], r->f[2], r->f[6][0] != '\0' ? r->f[6] : "-",
		    is_clash(r) ? "  (clash: a later candidate)" : "");
		break;
	case ROW_CLAIM:
		printf("%-6s %-10s %-10s %-24s waits for its first sync\n",
		    r->f[1], r->f[3], r->f[4], r->f[2]);
		break;
	case ROW_RANGE:
		printf("range  %s-%s  %s\n", r->f[1], r->f[2], r->f[3]);
		break;
	case ROW_NOTE:
		printf("note   %s (%s): %s\n", r->f[2], r->f[1], r->f[3]);
		break;
	case ROW_REFUSED:
		if (strcmp(r->f[1], "0") == 0)
			printf("refused %s: %s\n", r->f[2], r->f[3]);
		else
			printf("refused line %s: %s: %s\n", r->f[1], r->f[2],
			    r->f[3]);
		break;
	default:
		break;
	}
}

void
ids_report_text(char *answer, enum ids_mode mode)
{
	unsigned int taken = 0, refused = 0;
	struct row r;

	while (next(&answer, &r)) {
		taken += r.kind == ROW_TAKEN;
		refused += r.kind == ROW_REFUSED;
		print_row(&r);
	}
	if (mode == IDS_LIST)
		return;
	if (refused == 0)
		printf("%u lines %s\n", taken,
		    mode == IDS_DRY_RUN ? "would be taken in" : "taken in");
}

void
ids_report_export(char *answer)
{
	struct row r;

	printf("# oktactl ids --export: for oktactl ids --import on another "
	       "host\n");
	while (next(&answer, &r)) {
		if (r.kind == ROW_NUMBER && strcmp(r.f[1], "group") == 0)
			printf("group %s %s%s%s\n", r.f[2], r.f[3],
			    r.f[6][0] != '\0' ? " # " : "", r.f[6]);
		else if (r.kind == ROW_NUMBER)
			printf("user %s %s %s %s\n", r.f[2], r.f[3], r.f[4],
			    r.f[7]);
		else if (r.kind == ROW_CLAIM && strcmp(r.f[1], "group") == 0)
			printf("group %s %s\n", r.f[2], r.f[3]);
		else if (r.kind == ROW_CLAIM)
			printf("user %s %s %s\n", r.f[2], r.f[3], r.f[4]);
		else if (r.kind == ROW_NAME)
			printf("name %s %s %s\n", r.f[1], r.f[2], r.f[3]);
	}
}

/* --- JSON --- */

static void
add_number(struct json_object *o, const char *key, const char *digits)
{
	ctl_add_int(o, key, strtoll(digits, NULL, 10));
}

static void
add_name(struct json_object *o, const char *key, const char *name)
{
	ctl_add_str(o, key, name[0] != '\0' ? name : NULL);
}

static struct json_object *
object_of(const struct row *r)
{
	struct json_object *o = json_object_new_object();

	switch (r->kind) {
	case ROW_NUMBER:
		ctl_add_str(o, "kind", r->f[1]);
		ctl_add_str(o, "id", r->f[2]);
		add_number(o, "number", r->f[3]);
		add_number(o, "gid", r->f[4]);
		add_number(o, "candidate", r->f[5]);
		add_name(o, "name", r->f[6]);
		add_name(o, "home_name", r->f[7]);
		break;
	case ROW_NAME:
		ctl_add_str(o, "name", r->f[1]);
		ctl_add_str(o, "kind", r->f[2]);
		ctl_add_str(o, "id", r->f[3]);
		break;
	case ROW_CLAIM:
		ctl_add_str(o, "kind", r->f[1]);
		ctl_add_str(o, "key", r->f[2]);
		add_number(o, "number", r->f[3]);
		add_number(o, "gid", r->f[4]);
		break;
	case ROW_RANGE:
		add_number(o, "first", r->f[1]);
		add_number(o, "last", r->f[2]);
		ctl_add_str(o, "who", r->f[3]);
		break;
	case ROW_NOTE:
		ctl_add_str(o, "id", r->f[1]);
		ctl_add_str(o, "name", r->f[2]);
		ctl_add_str(o, "why", r->f[3]);
		break;
	default: /* of an import */
		add_number(o, "line", r->f[1]);
		ctl_add_str(o, "text", r->f[2]);
		ctl_add_str(o, "why", r->f[3]);
		break;
	}
	return o;
}

void
ids_report_json(char *answer, enum ids_mode mode, const char *error)
{
	static const char *const keys[ROW_KINDS] = {
	    [ROW_NUMBER] = "ledger",
	    [ROW_NAME] = "names",
	    [ROW_CLAIM] = "claims",
	    [ROW_RANGE] = "ranges",
	    [ROW_NOTE] = "notes",
	    [ROW_REFUSED] = "refused",
	};
	struct json_object *all = json_object_new_object();
	struct json_object *lists[ROW_KINDS] = {NULL};
	int is_list = mode == IDS_LIST;
	int64_t taken = 0;
	struct row r;

	for (int k = ROW_NUMBER; k < ROW_KINDS; k++)
		if (keys[k] != NULL && is_list == (k != ROW_REFUSED)) {
			lists[k] = json_object_new_array();
			json_object_object_add(all, keys[k], lists[k]);
		}
	while (next(&answer, &r)) {
		taken += r.kind == ROW_TAKEN;
		if (lists[r.kind] != NULL)
			json_object_array_add(lists[r.kind], object_of(&r));
	}
	if (!is_list) {
		ctl_add_str(all, "result",
		    error != NULL	      ? "refused"
			: mode == IDS_DRY_RUN ? "dry_run"
					      : "ok");
		ctl_add_int(all, "lines", taken);
	}
	ctl_add_str(all, "error", error);
	ctl_print_json(all);
}
