/*
 * `oktactl ids`: what the ledger holds, and what root wants in it. Root's file
 * comes and the answer goes in memory files, handed through by oktad. The
 * answer is lines of fields with a tab between them:
 *
 *	number	KIND ID NUMBER GID K NAME HOME
 *	name	NAME KIND ID
 *	claim	KIND KEY NUMBER GID
 *	range	FIRST LAST WHO		others may hand these out
 *	note	ID NAME WHY		refused, or to be looked at
 *	taken	LINE TEXT		of an import
 *	refused	LINE TEXT WHY
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "code.h"
#include "conf_range.h"
#include "internal.h"
#include "log.h"
#include "name.h"
#include "state_ids.h"
#include "sync.h"

enum { TEXT_SHOWN = 100 }; /* bytes of a refused line */

static const char *const kind_word[] = {
    [IDMAP_USER] = "user",
    [IDMAP_GROUP] = "group",
};

/* --- the ledger --- */

static int
put_number(void *arg, const struct state_number *n, struct error *e)
{
	(void)e;
	fprintf(arg, "number\t%s\t%s\t%u\t%u\t%" PRId64 "\t%s\t%s\n",
	    kind_word[n->kind], n->id, n->number, n->gid, n->k, n->name,
	    n->home);
	return 0;
}

static int
put_name(void *arg, const char *name, enum idmap_kind kind, const char *id,
    struct error *e)
{
	(void)e;
	fprintf(arg, "name\t%s\t%s\t%s\n", name, kind_word[kind], id);
	return 0;
}

static int
put_claim(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
    uint32_t gid, struct error *e)
{
	(void)e;
	fprintf(
	    arg, "claim\t%s\t%s\t%u\t%u\n", kind_word[kind], key, number, gid);
	return 0;
}

static void
put_range(void *arg, uint32_t first, uint32_t last, const char *who)
{
	fprintf(arg, "range\t%u\t%u\t%s\n", first, last, who);
}

static int
put_note(void *arg, const char *id, const char *name, const char *why,
    struct error *e)
{
	(void)e;
	fprintf(arg, "note\t%s\t%s\t%s\n", id, name, why);
	return 0;
}

static int
list(struct sync *s, FILE *out, struct error *e)
{
	put_range(out, s->conf.id_min, s->conf.id_max, "id_range");
	conf_range_each(put_range, out);
	if (local_each_range(&s->local, put_range, out, e) == -1 ||
	    state_each_number(s->state, put_number, out, e) == -1 ||
	    state_each_name(s->state, put_name, out, e) == -1 ||
	    state_each_claim(s->state, put_claim, out, e) == -1)
		return -1;
	for (size_t i = 0; i < s->nleft_out; i++)
		(void)put_note(out, s->left_out[i].id, s->left_out[i].name,
		    s->left_out[i].why, e);
	return state_each_note(s->state, put_note, out, e);
}

/* --- an import --- */

struct import {
	struct sync *s;
	FILE *out;
	int64_t number; /* of this import */
	unsigned int taken, refused;
	struct local_spans spans;
};

static void
put_line(struct import *im, unsigned int n, const char *text, size_t len,
    const char *why)
{
	char shown[TEXT_SHOWN];

	name_filter_text(shown, sizeof(shown), text, len);
	if (why == NULL) {
		fprintf(im->out, "taken\t%u\t%s\n", n, shown);
		im->taken++;
	} else {
		fprintf(im->out, "refused\t%u\t%s\t%s\n", n, shown, why);
		im->refused++;
	}
}

static int
is_far(const struct sync *s, uint32_t number)
{
	return number < s->conf.id_min || number > s->conf.id_max;
}

/* Numbers that this host would not publish. NULL: it would. */
static const char *
number_objection(
    struct import *im, const struct ids_line *l, char why[API_WHY_SIZE])
{
	const struct sync *s = im->s;
	const char *who;

	if (is_far(s, l->number) && !conf_range_may_bring(l->number))
		return "the number is outside of id_range, and one of the "
		       "system's";
	who =
	    is_far(s, l->number) ? local_span_of(&im->spans, l->number) : NULL;
	if (who != NULL) {
		snprintf(why, API_WHY_SIZE,
		    "local users may get the number as a subordinate id: %s",
		    who);
		return why;
	}
	/* The local entry that shall move to Okta still stands. */
	if (local_has_other(&s->local, l->number, l->name))
		return "a local user or group has the number";
	if (is_far(s, l->gid) && !conf_range_may_bring(l->gid))
		return "the gid is outside of id_range, and one of the "
		       "system's";
	return NULL;
}

static int
take_line(struct import *im, unsigned int n, const char *text, size_t len,
    struct error *e)
{
	char reason[API_WHY_SIZE];
	struct ids_line l;
	const char *why = ids_line_read(text, len, &l);
	int rc;

	if (why == NULL && l.what == IDS_NOTHING)
		return 0;
	if (why == NULL && l.what == IDS_NUMBER)
		why = number_objection(im, &l, reason);
	if (why == NULL) {
		rc = state_claim(im->s->state, &l, im->number, reason, e);
		if (rc == 1 && l.what == IDS_NUMBER &&
		    is_far(im->s, l.number) &&
		    state_put_far(im->s->state, l.number, e) == -1)
			rc = -1;
		if (rc == -1)
			return -1;
		why = rc == 0 ? reason : NULL;
	}
	put_line(im, n, text, len, why);
	return 0;
}

static int
on_groupless(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
    uint32_t gid, struct error *e)
{
	struct import *im = arg;
	char why[API_WHY_SIZE];

	(void)e;
	(void)kind;
	(void)number;
	snprintf(why, sizeof(why),
	    "no group of the ledger or of this file "
	    "has the gid %u",
	    gid);
	put_line(im, 0, key, strlen(key), why);
	return 0;
}

static int
take_lines(struct import *im, const char *p, size_t size, struct error *e)
{
	const char *end = p + size;

	for (unsigned int n = 1; p < end; n++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop != NULL ? stop : end) - p);

		if (take_line(im, n, p, len, e) == -1)
			return -1;
		p += len + 1;
	}
	return state_each_groupless(
	    im->s->state, im->number, on_groupless, im, e);
}

/* All lines or none. */
static int
import(struct sync *s, int in, FILE *out, int is_dry, struct error *e)
{
	struct import im = {.s = s, .out = out, .number = time(NULL)};
	struct stat st;
	char *p = NULL;
	int rc = -1;

	if (fstat(in, &st) == -1)
		return error_errno(e, "the file");
	if (st.st_size < 1 || st.st_size > IDS_FILE_MAX)
		return error_set(e, ERROR_CONFIG,
		    "the file is empty, or larger than %d MiB",
		    IDS_FILE_MAX >> 20);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
	if (p == MAP_FAILED)
		return error_errno(e, "the file");
	rc = local_subordinate(&s->local, &im.spans, e);
	/* Numbers of imports rise, so that twice in one second is two. */
	if (rc == 0 && (rc = state_begin(s->state, e)) == 0) {
		int64_t last;

		rc = state_get(s->state, "last_import", &last, e);
		if (im.number <= last)
			im.number = last + 1;
		if (rc == 0)
			rc = take_lines(&im, p, (size_t)st.st_size, e);
		if (rc == 0)
			rc = state_set(s->state, "last_import", im.number, e);
		if (rc == 0 && im.refused == 0 && !is_dry)
			rc = state_commit(s->state, e);
		state_rollback(s->state);
	}
	(void)munmap(p, (size_t)st.st_size);
	local_spans_clear(&im.spans);
	if (rc == -1)
		return -1;
	if (im.refused > 0)
		return error_set(e, ERROR_CONFIG,
		    "%u of %u lines are refused, so none is taken in",
		    im.refused, im.refused + im.taken);
	if (!is_dry) {
		log_event(
		    LOG_NOTICE, "ids_import", log_number("lines", im.taken));
		s->next_full = 0;
		objection_forgive(s);
	}
	return 0;
}

/* --- the request --- */

static int
answer(struct sync *s, const uint8_t id[WIRE_ID_SIZE], const struct error *own,
    struct error *e)
{
	uint8_t frame[1024];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_SYNC_DONE, id);
	wire_put_str(
	    &o, STATUS_RESULT, own->kind == ERROR_NONE ? "ok" : "failed");
	if (own->kind != ERROR_NONE)
		wire_put_str(&o, TAG_ERROR, own->text);
	if (wire_end(&o) != OKTA_OK ||
	    wire_send(s->link, o.buf, o.len, wire_now_ms() + SYNC_SEND_MS) !=
		OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "link to oktad: an answer could not be sent");
	return 0;
}

static void
run(struct sync *s, struct sync_ids *q, struct error *own)
{
	FILE *out = fdopen(q->out, "w");
	int rc;

	if (out == NULL) {
		error_errno(own, "the answer");
		return;
	}
	q->out = -1;
	if (!s->has_conf)
		rc = error_set(own, ERROR_SYSTEM, "no configuration yet");
	else if (q->mode == IDS_LIST)
		rc = list(s, out, own);
	else
		rc = import(s, q->in, out, q->mode == IDS_DRY_RUN, own);
	/* What has been taken in stays so. */
	if (fclose(out) != 0 && rc == 0)
		error_errno(own, "the answer");
}

void
ids_clear(struct sync_ids *q)
{
	if (q->in != -1)
		(void)close(q->in);
	if (q->out != -1)
		(void)close(q->out);
	*q = (struct sync_ids){.in = -1, .out = -1};
}

int
ids_run(struct sync *s, struct error *e)
{
	struct error own = {.kind = ERROR_NONE};
	uint8_t id[WIRE_ID_SIZE];

	memcpy(id, s->ids.id, sizeof(id));
	run(s, &s->ids, &own);
	ids_clear(&s->ids);
	return answer(s, id, &own, e);
}

int
ids_take(struct sync *s, struct wire_in *in, int fds[2], struct error *e)
{
	struct sync_ids q = {.in = fds[1], .out = fds[0]};
	struct error own = {.kind = ERROR_NONE};
	struct wire_field f;
	uint32_t mode = 0;

	fds[0] = fds[1] = -1;
	memcpy(q.id, in->id, sizeof(q.id));
	while (wire_next(in, &f) == 1)
		if (f.tag == TAG_IDS_MODE)
			(void)wire_u32(&f, &mode);
	q.mode = (enum ids_mode)mode;
	if (q.out == -1 || mode < IDS_LIST || mode > IDS_DRY_RUN ||
	    (mode != IDS_LIST && q.in == -1))
		error_set(&own, ERROR_PROTOCOL, "not a question about ids");
	else if (q.mode == IDS_LIST)
		/* Reads only, so a pass under way does not matter. */
		run(s, &q, &own);
	else if (s->ids.out != -1)
		error_set(&own, ERROR_SYSTEM, "another import is under way");
	else {
		s->ids = q;
		return 0;
	}
	ids_clear(&q);
	return answer(s, in->id, &own, e);
}
