/*
 * What in sshd's configuration makes the stacks worth nothing, or can not be
 * asked by it.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check.h"

#define SSHD_FOLDER "/etc/ssh/"
#define SSHD_CONFIG SSHD_FOLDER "sshd_config"

enum { DEPTH = 16 }; /* of Include, servconf.c of OpenSSH */

static int find_in(const char *path, const char *const *words, int depth,
    struct sshd_line *found);

/* Of the files that an Include names, in order. */
static int
find_included(const char *patterns, const char *const *words, int depth,
    struct sshd_line *found)
{
	char copy[256], path[300], *rest = copy, *one;
	glob_t parts;
	int is_found = 0;

	snprintf(copy, sizeof(copy), "%s", patterns);
	while (!is_found && (one = strsep(&rest, " \t\n\"")) != NULL) {
		snprintf(path, sizeof(path), "%s%s",
		    one[0] == '/' ? "" : SSHD_FOLDER, one);
		if (one[0] == '\0' || glob(path, 0, NULL, &parts) != 0)
			continue;
		for (size_t i = 0; i < parts.gl_pathc && !is_found; i++)
			is_found =
			    find_in(parts.gl_pathv[i], words, depth, found);
		globfree(&parts);
	}
	return is_found;
}

static int
find_in(const char *path, const char *const *words, int depth,
    struct sshd_line *found)
{
	char *line = NULL, word[64], value[256];
	unsigned int number = 0;
	int is_found = 0;
	size_t cap = 0;
	FILE *f = depth > 0 ? fopen(path, "re") : NULL;

	while (f != NULL && !is_found && getline(&line, &cap, f) != -1) {
		number++;
		if (sscanf(line, " %63[A-Za-z]%*[ \t=\"]%255[^\n]", word,
			value) != 2)
			continue;
		/* What follows is for some only, to the end of the file. */
		if (strcasecmp(word, "Match") == 0)
			break;
		if (strcasecmp(word, "Include") == 0)
			is_found =
			    find_included(value, words, depth - 1, found);
		for (size_t i = 0; words[i] != NULL && !is_found; i++) {
			if (strcasecmp(word, words[i]) != 0)
				continue;
			found->line = number;
			snprintf(found->file, sizeof(found->file), "%s", path);
			snprintf(found->word, sizeof(found->word), "%s", word);
			snprintf(found->value, sizeof(found->value), "%.*s",
			    (int)strcspn(value, " \t\"#"), value);
			is_found = 1;
		}
	}
	free(line);
	if (f != NULL)
		fclose(f);
	return is_found;
}

int
check_sshd_find(const char *const *words, struct sshd_line *found)
{
	memset(found, 0, sizeof(*found));
	return find_in(SSHD_CONFIG, words, DEPTH, found);
}

/* sshd without UsePAM knows neither our passwords nor our account phase. */
void
check_sshd(struct findings *all)
{
	char *line = NULL, word[64], value[64];
	size_t cap = 0;
	unsigned int number = 0;
	FILE *f = fopen(SSHD_CONFIG, "re");

	if (f == NULL)
		return;
	while (getline(&line, &cap, f) != -1) {
		number++;
		if (sscanf(line, " %63[A-Za-z]%*[ \t=]%63s", word, value) != 2)
			continue;
		if (strcasecmp(word, "UsePAM") == 0 &&
		    strcasecmp(value, "no") == 0)
			findings_add(all, "sshd-usepam", SEVERITY_ERROR,
			    SSHD_CONFIG, number,
			    "sshd does not use PAM: suspended people get in "
			    "with a key|sed -i 's/^[[:space:]]*UsePAM.*/UsePAM "
			    "yes/' " SSHD_CONFIG " && systemctl reload ssh");
	}
	free(line);
	fclose(f);
}
