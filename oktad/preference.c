#include "preference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"

enum { ID_SIZE = 65, LINE_MAX_SIZE = 96 };

struct preference {
	char id[ID_SIZE];
	enum proof_kind kind;
};

struct preferences {
	char *path;
	struct preference list[PREFERENCES_MAX]; /* the oldest one first */
	size_t n;
};

static size_t
find(const struct preferences *p, const char *okta_id)
{
	size_t i = 0;

	while (i < p->n && strcmp(p->list[i].id, okta_id) != 0)
		i++;
	return i;
}

static void
drop(struct preferences *p, size_t i)
{
	p->n--;
	memmove(&p->list[i], &p->list[i + 1], (p->n - i) * sizeof(p->list[0]));
}

static void
put(struct preferences *p, const char *id, size_t len, enum proof_kind kind)
{
	struct preference new = {.kind = kind};

	if (len == 0 || len >= sizeof(new.id) || kind == PROOF_COUNT)
		return;
	memcpy(new.id, id, len);
	if (find(p, new.id) < p->n)
		drop(p, find(p, new.id));
	else if (p->n == PREFERENCES_MAX)
		drop(p, 0);
	p->list[p->n++] = new;
}

struct preferences *
preferences_open(const char *path)
{
	struct preferences *p = calloc(1, sizeof(*p));
	struct secret text = {0};
	struct error none;
	char *save = NULL;

	if (p == NULL || (p->path = strdup(path)) == NULL) {
		free(p);
		return NULL;
	}
	if (file_read_trusted(path, geteuid(), PREFERENCES_MAX * LINE_MAX_SIZE,
		&text, &none) != 0)
		return p;
	for (char *line = strtok_r(text.bytes, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(line, " ");
		const char *word = line + len + (line[len] == ' ');

		put(p, line, len, proof_find(word, strlen(word)));
	}
	secret_clear(&text);
	return p;
}

void
preferences_free(struct preferences *p)
{
	if (p != NULL)
		free(p->path);
	free(p);
}

enum proof_kind
preference_of(const struct preferences *p, const char *okta_id)
{
	size_t i = find(p, okta_id);

	return i < p->n ? p->list[i].kind : PROOF_COUNT;
}

int
preference_note(struct preferences *p, const char *okta_id,
    enum proof_kind kind, struct error *e)
{
	struct buf b;
	int rc = 0;

	if (preference_of(p, okta_id) == kind)
		return 0;
	put(p, okta_id, strlen(okta_id), kind);
	buf_init(&b, PREFERENCES_MAX * LINE_MAX_SIZE);
	for (size_t i = 0; i < p->n && rc == 0; i++) {
		rc = buf_printf(
		    &b, "%s %s\n", p->list[i].id, proof_word(p->list[i].kind));
	}
	rc = rc == 0 ? file_replace(p->path, b.bytes, b.len, geteuid(),
			   getegid(), 0600, e)
		     : error_errno(e, "%s", p->path);
	buf_clear(&b);
	return rc;
}
