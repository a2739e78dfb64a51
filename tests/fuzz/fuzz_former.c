/*
 * Any bytes as the file of former: refused whole, or every record up to the
 * last mark is good, and a pair of files can be held against it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_write.h"
#include "former_match.h"
#include "replay.h"

/* A pair of one person and one group, whose numbers and names the file's first
 * records speak of, where they may. */
static void
make_pair(const struct former_record *r, size_t n, int fds[2])
{
	const struct image_params params = {
	    .id_min = DIR_ID_FLOOR, .id_max = DIR_ID_CEILING};
	struct image_user u = {.uid = 10001,
	    .gid = 10001,
	    .name = "alice",
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/sh",
	    .id = "00uA",
	    .login = "alice",
	    .status = STATUS_ACTIVE};
	struct image_group g = {.gid = 10002, .name = "dev", .id = "00gA"};
	struct error e;
	struct image *i = image_new(&params, &e);

	if (i == NULL)
		abort();
	for (size_t k = 0; k < n; k++) {
		if (r[k].what != FORMER_HELD)
			continue;
		if (r[k].kind == IDMAP_USER) {
			u.uid = u.gid = r[k].number;
			u.id = r[k].id;
		} else {
			g.gid = r[k].number;
			g.name = r[k].name;
		}
	}
	if (image_add_user(i, &u, &e) != 0) {
		u.uid = u.gid = 10001;
		if (image_add_user(i, &u, &e) != 0)
			abort();
	}
	(void)image_add_group(i, &g, &e);
	if (image_finish(i, &fds[0], &fds[1], &e) != 0)
		fds[0] = fds[1] = -1;
	image_free(i);
}

static int
look(void *arg, const struct former_one *one, struct error *e)
{
	(void)arg;
	(void)e;
	(void)former_match_is_new(one);
	(void)former_match_is_granted(one);
	return 0;
}

static void
hold(const struct former_record *r, size_t n, int fds[2])
{
	void *file[2] = {MAP_FAILED, MAP_FAILED};
	struct directory d, people;
	struct former_match m;
	struct stat st[2];
	struct error e;

	for (int i = 0; i < 2; i++) {
		if (fstat(fds[i], &st[i]) != 0)
			abort();
		file[i] = mmap(NULL, (size_t)st[i].st_size, PROT_READ,
		    MAP_PRIVATE, fds[i], 0);
	}
	if (directory_view(&d, file[0], (size_t)st[0].st_size,
		DIR_MAGIC_PUBLIC) != OKTA_OK ||
	    directory_view(&people, file[1], (size_t)st[1].st_size,
		DIR_MAGIC_PEOPLE) != OKTA_OK ||
	    former_match_new(&m, d.size, people.size, d.header->groups, &e) !=
		0)
		abort();
	former_match_begin(&m, &d, &people);
	for (size_t i = n; i-- > 0;) {
		former_match_speak(&m, &r[i]);
		former_match_take(&m, &r[i]);
	}
	if (former_match_each(&m, look, NULL, &e) != 0 ||
	    m.nclashes > m.nrefused)
		abort();
	former_match_free(&m);
	for (int i = 0; i < 2; i++)
		munmap(file[i], (size_t)st[i].st_size);
}

static void
look_up(const struct former_record *r, size_t n)
{
	int fds[2];

	for (size_t i = 0; i < n; i++)
		if (r[i].what != FORMER_MARK &&
		    (memchr(r[i].name, 0, sizeof(r[i].name)) == NULL ||
			!(directory_is_okta_id(r[i].id) ||
			    r[i].what == FORMER_GRANTED)))
			abort();
	make_pair(r, n, fds);
	if (fds[0] == -1)
		return;
	hold(r, n, fds);
	close(fds[0]);
	close(fds[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct former_record *r = malloc(size + sizeof(*r));
	struct error e;
	size_t n;

	if (r == NULL)
		return 0;
	memcpy(r, data, size);
	if (former_scan("former", r, size, &n, &e) == 0) {
		if (n == 0 || n > size / sizeof(*r) ||
		    r[n - 1].what != FORMER_MARK)
			abort();
		look_up(r, n);
	}
	/* The same with right checksums and marks, so that what is behind
	 * them is reached. */
	for (size_t i = 0; i < size / sizeof(*r); i++) {
		enum former_what what = (enum former_what)r[i].what;

		r[i].name[sizeof(r[i].name) - 1] = '\0';
		r[i].id[sizeof(r[i].id) - 1] = '\0';
		struct former_record was = r[i];

		if (i == 0)
			what = FORMER_MARK;
		former_make(&r[i], what, (enum idmap_kind)was.kind,
		    what == FORMER_MARK ? (uint32_t)i : was.number, was.name,
		    was.id);
	}
	if (former_scan("former", r, size, &n, &e) == 0)
		look_up(r, n);
	free(r);
	return 0;
}
