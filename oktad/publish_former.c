/*
 * What was ever published, and an image. Part of the check: no system call but
 * for writing former.
 */
#include "conf_range.h"
#include "publish_check.h"

/* So many words before one is looked at, what it needs is fetched. */
enum { AHEAD = 16 };

static struct former_record
record_of(const struct former_one *one)
{
	struct former_record r;

	former_make(
	    &r, FORMER_HELD, one->kind, one->number, one->name, one->id);
	return r;
}

/* Whoever is published, is in former. Where it has been removed, or an old copy
 * was put back, the published pair fills it up: these words are newer than all
 * that it has. */
static int
take_published(void *arg, const struct former_one *one, struct error *e)
{
	struct publish_work *w = arg;
	struct former_record r;

	(void)e;
	if (!former_match_is_unspoken(one))
		return 0;
	w->nfound++;
	r = record_of(one);
	if (w->image.d != NULL)
		former_match_take(&w->image, &r);
	return 0;
}

static int
write_published(void *arg, const struct former_one *one, struct error *e)
{
	struct publish_work *w = arg;
	struct former_record r;

	if (!former_match_is_unspoken(one))
		return 0;
	r = record_of(one);
	return former_write(&w->writer, &r, e);
}

static int
write_new(void *arg, const struct former_one *one, struct error *e)
{
	struct publish_work *w = arg;
	struct former_record r;

	if (!former_match_is_new(one))
		return 0;
	r = record_of(one);
	return former_write(&w->writer, &r, e);
}

int
publish_learn(struct publish_work *w, size_t *before, struct error *e)
{
	const struct former_record *r = w->former;

	if (former_scan(w->where->former, r, w->former_size, before, e) != 0)
		return -1;
	if (w->current.map == NULL)
		return 0;
	former_match_begin(&w->current, &w->old, &w->old_people);
	for (size_t i = 0; i < *before; i++) {
		if (*before - i > AHEAD)
			former_match_fetch(&w->current, &r[i + AHEAD]);
		former_match_speak(&w->current, &r[i]);
	}
	return former_match_each(&w->current, take_published, w, e);
}

/* Numbers outside of id_range are there by root's word alone, one by one: an
 * import (oktactl ids) of what accounts had before; and none that a local user
 * may take on, as a subordinate id, in a user namespace. */
struct bounds {
	struct publish_work *w;
	uint32_t min, max;
};

static int
take_bounds(void *arg, const struct former_one *one, struct error *e)
{
	struct bounds *b = arg;
	const struct publish_rules *r = &b->w->rules;
	const char *who;

	(void)e;
	b->w->nnew += (size_t)former_match_is_new(one);
	if (one->number >= r->id_min && one->number <= r->id_max)
		return 0;
	if (!conf_range_may_bring(one->number) ||
	    !former_match_is_granted(one)) {
		former_match_refuse(&b->w->image, one, CLASH_RANGE,
		    "the number %u of %s (%s) is out of id_range, and no "
		    "import by root (oktactl ids) names it",
		    (unsigned int)one->number, one->name, one->id);
		return 0;
	}
	who = local_span_of(&b->w->spans, one->number);
	if (who != NULL) {
		former_match_refuse(&b->w->image, one, CLASH_RANGE,
		    "the number %u of %s (%s) lies in the subordinate ids of "
		    "%s: a local user could take it on",
		    (unsigned int)one->number, one->name, one->id, who);
		return 0;
	}
	if (one->number < b->min)
		b->min = one->number;
	if (one->number > b->max)
		b->max = one->number;
	return 0;
}

static int
check_range(struct publish_work *w, struct error *e)
{
	struct bounds b = {w, w->rules.id_min, w->rules.id_max};
	const struct dir_header *h = w->directory.view.header;

	if (former_match_each(&w->image, take_bounds, &b, e) != 0)
		return -1;
	if (w->image.nrefused == 0 && (h->id_min < b.min || h->id_max > b.max))
		return error_set(e, ERROR_PROTOCOL,
		    "directory: the id range %u-%u is wider than %u-%u",
		    (unsigned int)h->id_min, (unsigned int)h->id_max,
		    (unsigned int)b.min, (unsigned int)b.max);
	return 0;
}

int
publish_hold(struct publish_work *w, size_t before, struct error *e)
{
	const struct former_record *r = w->former;

	former_match_begin(&w->image, &w->directory.view, &w->people.view);
	/* The newest words first; most often the published are no news. */
	if (w->nfound > 0) {
		w->nfound = 0;
		if (former_match_each(&w->current, take_published, w, e) != 0)
			return -1;
	}
	for (size_t i = before; i-- > 0;) {
		if (i >= AHEAD)
			former_match_fetch(&w->image, &r[i - AHEAD]);
		former_match_take(&w->image, &r[i]);
	}
	if (check_range(w, e) != 0)
		return -1;
	if (w->image.nrefused == 0)
		return 0;
	*e = w->image.first;
	return -1;
}

int
publish_note(struct publish_work *w, size_t before, struct error *e)
{
	if (w->nfound + w->nnew == 0)
		return 0;
	if (former_write_begin(
		&w->writer, w->former_fd, before, w->where->former, e) != 0 ||
	    (w->nfound > 0 &&
		former_match_each(&w->current, write_published, w, e) != 0) ||
	    (w->nnew > 0 && former_match_each(&w->image, write_new, w, e) != 0))
		return -1;
	return former_write_end(&w->writer, e);
}
