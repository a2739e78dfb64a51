/*
 * The writer's part for access rules: sources, who belongs to them, networks.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "directory_image.h"

int
image_add_source(struct image *i, const char *id, struct error *e)
{
	struct dir_source *s;

	if (!directory_is_okta_id(id) ||
	    (i->nsources > 0 &&
		strcmp(i->sources[i->nsources - 1].id, id) >= 0))
		return error_set(e, ERROR_PROTOCOL,
		    "a source of access rules is no Okta id, or out of order");
	if (image_grow(
		&i->sources, i->nsources, &i->sources_cap, sizeof(*s), e) == -1)
		return -1;
	s = &i->sources[i->nsources++];
	memset(s, 0, sizeof(*s));
	memcpy(s->id, id, strlen(id));
	return 0;
}

static int
compare_id(const void *key, const void *source)
{
	return strcmp(key, ((const struct dir_source *)source)->id);
}

static int
find_source(
    const struct image *i, const char *id, uint32_t *source, struct error *e)
{
	const struct dir_source *s = i->nsources == 0
	    ? NULL
	    : bsearch(id, i->sources, i->nsources, sizeof(*s), compare_id);

	*source = 0;
	if (s == NULL)
		return error_set(
		    e, ERROR_PROTOCOL, "a source of access rules is not there");
	*source = (uint32_t)(s - i->sources);
	return 0;
}

int
image_add_belongs(
    struct image *i, uint32_t uid, const char *id, struct error *e)
{
	struct dir_belongs b = {.uid = uid};

	if (find_source(i, id, &b.source, e) == -1 ||
	    image_grow(
		&i->belongs, i->nbelongs, &i->belongs_cap, sizeof(b), e) == -1)
		return -1;
	i->belongs[i->nbelongs++] = b;
	return 0;
}

int
image_add_net(struct image *i, const char *id, const char *net, struct error *e)
{
	struct address_net a;
	struct dir_net n = {0};

	if (address_parse_net(net, &a) != 0)
		return error_set(e, ERROR_PROTOCOL, "zone %s: not a network",
		    directory_is_okta_id(id) ? id : "?");
	n.bits = a.bits;
	memcpy(n.bytes, a.bytes, sizeof(n.bytes));
	if (find_source(i, id, &n.source, e) == -1 ||
	    image_grow(&i->nets, i->nnets, &i->nets_cap, sizeof(n), e) == -1)
		return -1;
	i->nets[i->nnets++] = n;
	return 0;
}

int
image_add_local(struct image *i, uint32_t uid, uint32_t gid, struct error *e)
{
	if (image_grow(&i->locals, i->nlocals, &i->locals_cap,
		sizeof(*i->locals), e) == -1)
		return -1;
	i->locals[i->nlocals++] = (struct dir_local_group){uid, gid};
	return 0;
}

static int
order_locals(const void *a, const void *b)
{
	const struct dir_local_group *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return (x->gid > y->gid) - (x->gid < y->gid);
}

static int
order_belongs(const void *a, const void *b)
{
	const struct dir_belongs *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return (x->source > y->source) - (x->source < y->source);
}

static int
order_nets(const void *a, const void *b)
{
	const struct dir_net *x = a, *y = b;
	int order;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));
	return order != 0 ? order : (x->bits > y->bits) - (x->bits < y->bits);
}

/* Sorted, none twice. */
static size_t
settle(void *array, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	char *list = array;
	size_t kept = 0;

	if (n == 0)
		return 0;
	qsort(list, n, size, compare);
	for (size_t k = 1; k < n; k++)
		if (compare(list + k * size, list + kept * size) != 0) {
			kept++;
			memmove(list + kept * size, list + k * size, size);
		}
	return kept + 1;
}

int
image_settle_rules(struct image *i, struct error *e)
{
	size_t p = 0;

	i->nbelongs =
	    settle(i->belongs, i->nbelongs, sizeof(*i->belongs), order_belongs);
	i->nlocals =
	    settle(i->locals, i->nlocals, sizeof(*i->locals), order_locals);
	i->naccounts = settle(i->accounts, i->naccounts, sizeof(*i->accounts),
	    image_order_accounts);
	i->nnets = settle(i->nets, i->nnets, sizeof(*i->nets), order_nets);
	/* Both rise: one walk sees that everybody is there. */
	for (size_t k = 0; k < i->nbelongs; k++) {
		while (p < i->npeople && i->people[p].uid < i->belongs[k].uid)
			p++;
		if (p == i->npeople || i->people[p].uid != i->belongs[k].uid)
			return error_set(e, ERROR_PROTOCOL,
			    "user %u belongs to a source and is not there",
			    i->belongs[k].uid);
	}
	return 0;
}
