/*
 * Reader, check and the NSS module's copying over foreign bytes. The first byte
 * chooses the kind and how far the rest is mended, so that mutations reach what
 * lies behind the checksums: magic, version and size; both checksums.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fill.h"
#include "replay.h"
#include "snapshot.h"

static volatile size_t sink;

/* Into a buffer that has just the room: not a byte behind it is written, and
 * every string lies inside. */
static void
copy_user(const struct directory_user *u)
{
	size_t size = u->strings_len + 2;
	char *buf = malloc(size);
	struct passwd pw;

	if (fill_passwd(&pw, u, buf, size - 1) != OKTA_SMALL ||
	    fill_passwd(&pw, u, buf, size) != OKTA_OK ||
	    strcmp(pw.pw_passwd, "*") != 0)
		abort();
	sink += strlen(pw.pw_name) + strlen(pw.pw_dir) + strlen(pw.pw_shell);
	free(buf);
}

static void
copy_group(const struct directory_group *g)
{
	size_t size = (g->nmembers + 1ULL) * sizeof(char *) + g->name_len + 3 +
	    g->members_len;
	char *buf = malloc(size);
	struct group gr;
	uint32_t n;

	if (fill_group(&gr, g, buf, size - 1) != OKTA_SMALL)
		abort();
	if (fill_group(&gr, g, buf, size) == OKTA_OK) {
		for (n = 0; gr.gr_mem[n] != NULL; n++)
			sink += strlen(gr.gr_mem[n]);
		if (n != g->nmembers)
			abort();
	}
	free(buf);
}

static void
use_keys(const struct directory_keys *k)
{
	for (size_t i = 0; i < k->len; i++)
		sink += (uint8_t)k->text[i];
}

static void
read_keys(const struct directory *d)
{
	const struct dir_local_group *local;
	struct directory_keys k, again;
	const char *name;
	uint64_t offset = 0;
	uint32_t cursor = 0, n;

	while (directory_next_keys(d, &cursor, &k) == OKTA_OK) {
		use_keys(&k);
		sink += directory_keys_by_uid(d, k.uid, &again) == 0;
	}
	while (directory_next_account(d, &offset, &name, &k) == OKTA_OK) {
		use_keys(&k);
		sink += strlen(name);
	}
	for (cursor = 0; cursor < 8; cursor++)
		if (directory_local_groups(
			d, DIR_ID_FLOOR + cursor, &local, &n) == OKTA_OK)
			for (uint32_t i = 0; i < n; i++)
				sink += local[i].gid;
}

static void
use_person(const struct directory *d, const struct directory_person *p)
{
	static const uint8_t address[16] = {0};
	struct directory_person again;
	uint32_t source;

	sink += strlen(p->id) + strlen(p->login) + strlen(p->name) +
	    directory_person_flags(d, p);
	sink += directory_person_by_uid(d, p->uid, &again) == 0;
	sink += directory_person_by_name(d, p->name, &again) == 0;
	sink += directory_person_by_id(d, p->id, &again) == 0;
	for (source = 0; source < 4; source++) {
		sink += directory_belongs(d, p->uid, source) == 0;
		sink += directory_has_address(d, source, address) == 0;
	}
	sink += directory_source_by_id(d, p->id, &source) == 0;
}

static void
read_people(const struct directory *d)
{
	struct directory_person p;
	struct directory_team t;
	uint64_t offset = 0;
	uint32_t cursor = 0;

	while (directory_next_person(d, &cursor, &p) == OKTA_OK)
		use_person(d, &p);
	while (directory_walk_people(d, &offset, &p) == OKTA_OK)
		use_person(d, &p);
	for (cursor = 0; directory_next_team(d, &cursor, &t) == OKTA_OK;) {
		if ((unsigned int)t.type >= TEAM_TYPES)
			abort();
		sink +=
		    strlen(t.id) + (directory_team_by_gid(d, t.gid, &t) == 0);
	}
}

static void
read_public(const struct directory *d)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault f;
	struct directory_user u;
	struct directory_group g;
	uint32_t cursor, n;

	for (cursor = 0; directory_next_user(d, &cursor, &u) == OKTA_OK;) {
		if (!directory_is_id(d, u.uid) || !directory_is_id(d, u.gid))
			abort();
		sink += strlen(u.name) + strlen(u.gecos) + strlen(u.home) +
		    strlen(u.shell) + (uint8_t)u.strings[u.strings_len - 1];
		copy_user(&u);
		for (n = 0; n < u.ngids; n++)
			sink += directory_group_by_gid(d, u.gids[n], &g) == 0;
		sink += directory_user_by_name(d, u.name, &u) == 0;
	}
	for (cursor = 0; directory_next_group(d, &cursor, &g) == OKTA_OK;) {
		if (!directory_is_id(d, g.gid))
			abort();
		copy_group(&g);
		sink += directory_group_by_name(d, g.name, &g) == 0;
	}
	read_keys(d);
	(void)directory_check(d, &rules, &f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory d;
	struct directory_fault f;
	struct dir_header *h;
	uint64_t magic;

	if (size < 1 + sizeof(*h))
		return 0;
	magic = data[0] & 1 ? DIR_MAGIC_PEOPLE : DIR_MAGIC_PUBLIC;
	h = malloc(size - 1);
	memcpy(h, data + 1, size - 1);
	if (data[0] & 2) {
		h->magic = magic;
		h->major = DIR_MAJOR;
		h->file_size = size - 1;
	}
	if (data[0] & 4)
		directory_stamp(h, size - 1, 0, 0);
	if (directory_view(&d, h, size - 1, magic) == OKTA_OK) {
		if (magic == DIR_MAGIC_PUBLIC)
			read_public(&d);
		else {
			read_people(&d);
			(void)directory_check_people(&d, &d, &f);
		}
	}
	free(h);
	return 0;
}
