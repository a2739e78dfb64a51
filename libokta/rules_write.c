#include "rules_write.h"

#include <string.h>

#include "directory_check.h"
#include "rules.h"

enum { RULES_MAX = 1 << 20 }; /* bytes */

static void
put_bytes(struct buf *b, char kind, const void *bytes, size_t len)
{
	char head[2] = {(char)(len + 2), kind};

	/* What okta.conf may hold is shorter. */
	b->failed |= len + 2 > UINT8_MAX;
	buf_put(b, head, sizeof(head));
	buf_put(b, bytes, len);
	buf_put(b, "", 1);
}

static void
put_word(struct buf *b, char kind, const char *text)
{
	put_bytes(b, kind, text, strlen(text));
}

static void
put_list(struct buf *b, char kind, char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		put_word(b, kind, *list);
}

static void
put_net(struct buf *b, const char *text)
{
	struct address_net net;
	uint8_t bytes[17];

	(void)address_parse_net(text, &net); /* conf.h says that it is one */
	memcpy(bytes, net.bytes, sizeof(net.bytes));
	bytes[16] = (uint8_t)net.bits;
	put_bytes(b, 'n', bytes, sizeof(bytes));
}

static void
put_from(struct buf *b, char *const *from)
{
	static const char zone[] = "zone:";

	for (; *from != NULL; from++) {
		if (strncmp(*from, zone, sizeof(zone) - 1) == 0)
			put_word(b, 'z', *from + sizeof(zone) - 1);
		else
			put_net(b, *from);
	}
}

/* Each list of a service by itself: its own, else that of default. Groups and
 * apps are one list: there is one as soon as either is written. */
static void
put_service(struct buf *b, const struct conf_service *row,
    const struct conf_service *fallback)
{
	const struct conf_service *rows[] = {row, fallback}, *r;

	put_word(b, 's', row->name);
	for (int i = 0; i < 2 && (r = rows[i]) != NULL; i++) {
		if (r->deny_groups == NULL && r->deny_apps == NULL)
			continue;
		put_word(b, 'D', r->name);
		put_list(b, 'd', r->deny_groups);
		put_list(b, 'd', r->deny_apps);
		break;
	}
	for (int i = 0; i < 2 && (r = rows[i]) != NULL; i++) {
		if (r->allow_groups == NULL && r->allow_apps == NULL)
			continue;
		put_word(b, 'A', r->name);
		put_list(b, 'a', r->allow_groups);
		put_list(b, 'a', r->allow_apps);
		break;
	}
	for (int i = 0; i < 2 && (r = rows[i]) != NULL; i++) {
		if (r->from == NULL)
			continue;
		put_word(b, 'F', r->name);
		put_from(b, r->from);
		break;
	}
}

static int
is_person(const char *id)
{
	return strncmp(id, "00u", 3) == 0;
}

int
rules_is_own(char *const *pairs, size_t i)
{
	size_t len = strcspn(pairs[i], " ") + 1;

	return is_person(pairs[i] + len) &&
	    (i == 0 || strncmp(pairs[i - 1], pairs[i], len) != 0) &&
	    (pairs[i + 1] == NULL || strncmp(pairs[i + 1], pairs[i], len) != 0);
}

/* Those of an account stand together. */
static void
put_accounts(struct buf *b, char *const *pairs)
{
	while (pairs != NULL && *pairs != NULL) {
		const char *name = *pairs;
		size_t len = strcspn(name, " ") + 1, n = 1;

		while (pairs[n] != NULL && strncmp(pairs[n], name, len) == 0)
			n++;
		put_bytes(b, rules_is_own(pairs, 0) ? 'L' : 'M', name, len - 1);
		for (; n > 0; n--, pairs++)
			put_word(b, is_person(*pairs + len) ? 'p' : 'a',
			    *pairs + len);
	}
}

int
rules_build(const struct conf *c, struct buf *b, struct error *e)
{
	struct dir_header h = {
	    .magic = DIR_MAGIC_RULES,
	    .major = DIR_MAJOR,
	    .minor = DIR_MINOR,
	    .sections = 1,
	    .id_min = c->id_min,
	    .id_max = c->id_max,
	};
	struct dir_section s = {
	    .type = DIR_RULES, .offset = sizeof(h) + sizeof(s)};

	const struct conf_service *fallback = NULL;

	buf_init(b, RULES_MAX);
	buf_put(b, &h, sizeof(h));
	buf_put(b, &s, sizeof(s));
	put_accounts(b, c->local_accounts);
	for (size_t i = 0; i < c->nservices; i++)
		if (strcmp(c->services[i].name, "default") == 0)
			fallback = &c->services[i];
	for (size_t i = 0; i < c->nservices; i++)
		put_service(b, &c->services[i], fallback);
	if (b->failed) {
		buf_clear(b);
		return error_set(e, ERROR_SYSTEM,
		    "access rules: out of memory, or more than %d bytes",
		    RULES_MAX);
	}
	s.size = b->len - s.offset;
	s.count = (uint32_t)s.size;
	h.file_size = b->len;
	memcpy(b->bytes, &h, sizeof(h));
	memcpy(b->bytes + sizeof(h), &s, sizeof(s));
	directory_stamp(b->bytes, b->len, 0, 0);
	return 0;
}
