/*
 * Inside of the reader: hashes, the checks of a mapping, records and slots.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

enum { MAX_SECTIONS = 64, MAX_GAP = 7, CACHE_LINE = 64 };

uint64_t
directory_checksum(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint64_t sum = 0xcbf29ce484222325ULL;

	while (len-- > 0)
		sum = (sum ^ *b++) * 0x100000001b3ULL;
	return sum;
}

/* The finaliser of MurmurHash3: every bit of x moves every bit of the
 * result. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* By words of eight bytes; the last one overlaps the one before it, so that
 * no tail is read byte by byte. */
uint64_t
directory_hash_name(uint32_t seed, const char *name, size_t len)
{
	uint64_t h = (seed + 1ULL) * 0x9e3779b97f4a7c15ULL ^ len;
	uint64_t word = 0;
	size_t i;

	if (len < sizeof(word)) {
		for (i = 0; i < len; i++)
			word = word << 8 | (uint8_t)name[i];
		return mix(h ^ word);
	}
	for (i = 0; i < len - sizeof(word); i += sizeof(word)) {
		memcpy(&word, name + i, sizeof(word));
		h = (h ^ word) * 0x9fb21c651e98df25ULL;
		h ^= h >> 32;
	}
	memcpy(&word, name + len - sizeof(word), sizeof(word));
	return mix(h ^ word);
}

uint64_t
directory_hash_id(uint32_t seed, uint32_t id)
{
	return mix((uint64_t)seed << 32 | id);
}

int
directory_is_hash(uint32_t type)
{
	static const uint32_t hashes = 1U << DIR_USER_NAMES |
	    1U << DIR_USER_UIDS | 1U << DIR_GROUP_NAMES | 1U << DIR_GROUP_GIDS |
	    1U << DIR_PEOPLE_UIDS | 1U << DIR_PEOPLE_NAMES |
	    1U << DIR_PEOPLE_IDS | 1U << DIR_TEAM_GIDS | 1U << DIR_SSH_KEY_UIDS;

	return type < DIR_SECTION_TYPES && (hashes >> type & 1U);
}

static int
is_header_good(const struct dir_header *h, size_t size)
{
	return h->header_checksum ==
	    directory_checksum(
		h, offsetof(struct dir_header, header_checksum)) &&
	    h->file_size == size && h->sections <= MAX_SECTIONS &&
	    (size - sizeof(*h)) / sizeof(struct dir_section) >= h->sections &&
	    h->id_min >= DIR_ID_FLOOR && h->id_min <= h->id_max &&
	    h->id_max <= DIR_ID_CEILING;
}

/* Takes a section that must begin at most MAX_GAP bytes after *end. */
static int
take_section(struct directory *d, const struct dir_section *s, uint64_t *end)
{
	if (s->offset % 8 != 0 || s->offset < *end ||
	    s->offset - *end > MAX_GAP || s->offset > d->size ||
	    s->size > d->size - s->offset)
		return OKTA_BAD;
	*end = s->offset + s->size;
	if (s->type == 0 || s->type >= DIR_SECTION_TYPES)
		return OKTA_OK;
	if (d->section[s->type].type != 0 ||
	    (directory_is_hash(s->type) &&
		((s->count & (s->count - 1)) != 0 ||
		    s->size / sizeof(struct dir_slot) != s->count)))
		return OKTA_BAD;
	d->section[s->type] = *s;
	return OKTA_OK;
}

int
directory_view(
    struct directory *d, const void *bytes, size_t size, uint64_t magic)
{
	const struct dir_header *h = bytes;
	const struct dir_section *table = (const void *)(h + 1);
	uint64_t end;
	uint32_t i;

	memset(d, 0, sizeof(*d));
	if (size < sizeof(*h) || h->magic != magic)
		return OKTA_BAD;
	if (h->major != DIR_MAJOR)
		return OKTA_VERSION;
	if (!is_header_good(h, size))
		return OKTA_BAD;
	d->base = bytes;
	d->size = size;
	d->header = h;
	end = sizeof(*h) + h->sections * sizeof(*table);
	for (i = 0; i < h->sections; i++)
		if (take_section(d, &table[i], &end) != OKTA_OK)
			break;
	if (i < h->sections || size - end > MAX_GAP) {
		memset(d, 0, sizeof(*d));
		return OKTA_BAD;
	}
	return OKTA_OK;
}

int
directory_is_id(const struct directory *d, uint32_t id)
{
	return id >= d->header->id_min && id <= d->header->id_max &&
	    id != 65534 && id != 65535;
}

const void *
format_record(
    const struct directory *d, uint32_t type, uint64_t offset, size_t fixed)
{
	const struct dir_section *s = &d->section[type];
	const struct dir_record *r;

	if (offset > s->size || s->size - offset < fixed)
		return NULL;
	r = (const void *)(d->base + s->offset + offset);
	/* Most records are two or three cache lines long: have them all come at
	 * once, and not one after the other as they are read. */
	__builtin_prefetch((const uint8_t *)r + CACHE_LINE);
	__builtin_prefetch((const uint8_t *)r + 2 * CACHE_LINE);
	if (r->size < fixed || r->size % 8 != 0 || r->size > s->size - offset ||
	    !directory_is_id(d, r->number))
		return NULL;
	return r;
}

int
format_probe_next(struct format_probe *p, const struct directory *d,
    uint32_t type, uint64_t *offset)
{
	const struct dir_section *s = &d->section[type];
	const struct dir_slot *slots = (const void *)(d->base + s->offset);

	if (s->count == 0)
		return OKTA_ABSENT;
	while (p->step < DIR_PROBE_MAX) {
		const struct dir_slot *slot =
		    &slots[(p->hash + p->step++) & (s->count - 1)];

		if (slot->ref == 0)
			return OKTA_ABSENT;
		if (slot->tag == p->tag) {
			*offset = (slot->ref - 1ULL) * 8;
			return OKTA_OK;
		}
	}
	return OKTA_BAD;
}

int
format_probe_name(struct format_probe *p, const struct directory *d,
    const char *name, size_t max)
{
	p->step = 0;
	p->len = strnlen(name, max + 1);
	if (p->len == 0 || p->len > max)
		return OKTA_ABSENT;
	p->hash = directory_hash_name(d->header->hash_seed, name, p->len);
	p->tag = (uint32_t)(p->hash >> 32);
	return OKTA_OK;
}

int
format_find_id(
    const struct directory *d, uint32_t type, uint32_t id, uint64_t *offset)
{
	struct format_probe p = {
	    .tag = id, .hash = directory_hash_id(d->header->hash_seed, id)};

	return format_probe_next(&p, d, type, offset);
}
