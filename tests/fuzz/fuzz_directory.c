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
		else
			(void)directory_check_people(&d, &d, &f);
	}
	free(h);
	return 0;
}
