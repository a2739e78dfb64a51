#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_lex.h"
#include "json_slim.h"

enum {
	FEW = 64, /* keys of an object that are compared one by one */
	KEYS_MAX = 16384 /* of all objects that are open */
};

static const char unexpected[] = "unexpected character";

struct key {
	const unsigned char *p;
	uint32_t len;
	uint32_t look; /* equal keys look equal */
};

struct slim {
	struct lex l;
	const char *const *keep;
	struct json_texts *out;
	size_t cuts; /* room in out->cut */
	unsigned int depth;
	unsigned int dropping; /* members around here that are left out */
	int is_odd; /* see *is_done */
	/* Of the objects that are open, the innermost last. */
	struct key *keys;
	size_t nkeys, cap;
};

static const char *slim_value(struct slim *s);

static void
put(struct slim *s, const unsigned char *p, size_t len)
{
	if (s->dropping > 0)
		return;
	memcpy(s->out->text + s->out->len, p, len);
	s->out->len += len;
}

static void
put_char(struct slim *s, char c)
{
	if (s->dropping == 0)
		s->out->text[s->out->len++] = c;
}

static int
is_kept(const struct slim *s, const struct key *k)
{
	for (const char *const *name = s->keep; *name != NULL; name++)
		if ((unsigned char)**name == *k->p &&
		    strncmp(*name, (const char *)k->p, k->len) == 0 &&
		    (*name)[k->len] == '\0')
			return 1;
	return 0;
}

static int
order(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->p, y->p, x->len);
}

/* Is a key there twice among those from first on? */
static int
has_twins(struct slim *s, size_t first)
{
	struct key *keys = s->keys + first;
	size_t n = s->nkeys - first;

	if (n <= FEW) {
		for (size_t i = 1; i < n; i++)
			for (size_t k = 0; k < i; k++)
				if (keys[i].look == keys[k].look &&
				    order(&keys[i], &keys[k]) == 0)
					return 1;
		return 0;
	}
	qsort(keys, n, sizeof(*keys), order);
	for (size_t i = 1; i < n; i++)
		if (order(&keys[i], &keys[i - 1]) == 0)
			return 1;
	return 0;
}

/* Notes the key that ends before the closing quote at l.p - 1. */
static void
note_key(struct slim *s, const unsigned char *p)
{
	struct key k = {.p = p, .len = (uint32_t)(s->l.p - p - 1)};

	if (s->nkeys == s->cap) {
		size_t more = s->cap == 0 ? 256 : s->cap * 2;
		void *keys = reallocarray(s->keys, more, sizeof(*s->keys));

		if (keys == NULL) {
			s->is_odd = 1;
			return;
		}
		s->keys = keys;
		s->cap = more;
	}
	if (k.len > 0)
		k.look = k.len ^ (uint32_t)p[0] << 8 ^
		    (uint32_t)p[k.len / 2] << 16 ^ (uint32_t)p[k.len - 1] << 24;
	s->is_odd |= memchr(p, '\\', k.len) != NULL;
	s->keys[s->nkeys++] = k;
}

/* A key, its colon and value; *n counts those that are kept. */
static const char *
slim_member(struct slim *s, size_t *n)
{
	const unsigned char *start;
	const char *wrong;
	int has_nul, dropped;

	lex_space(&s->l);
	start = s->l.p;
	if (!lex_skip(&s->l, '"'))
		return unexpected;
	wrong = lex_string(&s->l, &has_nul);
	if (wrong != NULL)
		return wrong;
	if (s->nkeys == KEYS_MAX)
		return "too many members of one object";
	note_key(s, start + 1);
	if (s->is_odd)
		return NULL;
	dropped = s->dropping > 0 || !is_kept(s, &s->keys[s->nkeys - 1]);
	if (!dropped && (*n)++ > 0)
		put_char(s, ',');
	s->dropping += (unsigned int)dropped;
	put(s, start, (size_t)(s->l.p - start));
	lex_space(&s->l);
	if (!lex_skip(&s->l, ':'))
		return unexpected;
	put_char(s, ':');
	wrong = slim_value(s);
	s->dropping -= (unsigned int)dropped;
	return wrong;
}

/* An element of the outermost list begins here in the copy. */
static void
cut(struct slim *s)
{
	struct json_texts *t = s->out;

	if (t->n == s->cuts) {
		size_t more = s->cuts == 0 ? 256 : s->cuts * 2;
		void *p = reallocarray(t->cut, more, sizeof(*t->cut));

		if (p == NULL) {
			s->is_odd = 1;
			return;
		}
		t->cut = p;
		s->cuts = more;
	}
	t->cut[t->n++].at = (uint32_t)t->len;
}

/* A value of a list. */
static const char *
slim_element(struct slim *s)
{
	const char *wrong;

	if (s->depth > 1)
		return slim_value(s);
	cut(s);
	if (s->is_odd)
		return NULL;
	wrong = slim_value(s);
	s->out->cut[s->out->n - 1].len =
	    (uint32_t)s->out->len - s->out->cut[s->out->n - 1].at;
	return wrong;
}

/* After the opening brace or bracket. */
static const char *
slim_items(struct slim *s, int is_object)
{
	const char close = is_object ? '}' : ']', *wrong;
	size_t first = s->nkeys, n = 0;

	lex_space(&s->l);
	if (lex_skip(&s->l, close)) {
		put_char(s, close);
		return NULL;
	}
	for (;;) {
		wrong = is_object ? slim_member(s, &n) : slim_element(s);
		if (wrong != NULL || s->is_odd)
			return wrong;
		lex_space(&s->l);
		if (!lex_skip(&s->l, ','))
			break;
		if (!is_object)
			put_char(s, ',');
	}
	if (!lex_skip(&s->l, close))
		return unexpected;
	put_char(s, close);
	if (has_twins(s, first))
		return "one key twice in an object";
	s->nkeys = first;
	return NULL;
}

static const char *
slim_value(struct slim *s)
{
	const unsigned char *start;
	const char *wrong;
	int has_nul;

	lex_space(&s->l);
	start = s->l.p;
	if (start == s->l.end)
		return "ends too early";
	if (*start == '{' || *start == '[') {
		if (s->depth == JSON_DEPTH)
			return "nested too deep";
		s->depth++;
		s->l.p++;
		put_char(s, (char)*start);
		wrong = slim_items(s, *start == '{');
		s->depth--;
		return wrong;
	}
	if (lex_skip(&s->l, '"'))
		wrong = lex_string(&s->l, &has_nul);
	else if (*start == '-' || (*start >= '0' && *start <= '9'))
		wrong = lex_number(&s->l);
	else
		wrong = lex_word(&s->l);
	put(s, start, (size_t)(s->l.p - start));
	return wrong;
}

const char *
json_slim(const char *p, size_t len, const char *const *keep,
    struct json_texts *out, int *is_done, size_t *at)
{
	struct slim s = {
	    .l = {(const unsigned char *)p, (const unsigned char *)p + len},
	    .keep = keep,
	    .out = out,
	};
	const char *wrong = slim_value(&s);

	lex_space(&s.l);
	if (wrong == NULL && !s.is_odd && s.l.p != s.l.end)
		wrong = unexpected;
	free(s.keys);
	*is_done = !s.is_odd;
	*at = (size_t)(s.l.p - (const unsigned char *)p);
	return wrong;
}
