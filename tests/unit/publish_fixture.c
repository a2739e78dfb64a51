#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "publish_fixture.h"

struct folder folder;
struct publish_place place;
struct publish_rules rules;
struct error error;
uint64_t generation;
struct former_clash clashes[INT_CLASHES_MAX];
size_t nclashes;
struct publish_loss loss;
int is_changed;

int
begin(void **state)
{
	static char sh[] = "/bin/sh", *const shells[] = {sh, NULL};
	static char paths[6][128];

	(void)state;
	folder_make(&folder);
	snprintf(paths[0], 128, "%s/directory", folder.path);
	snprintf(paths[1], 128, "%s/people", folder.path);
	snprintf(paths[2], 128, "%s/confirmed", folder.path);
	snprintf(paths[3], 128, "%s/passwd", folder.path);
	snprintf(paths[4], 128, "%s/group", folder.path);
	snprintf(paths[5], 128, "%s/former", folder.path);
	place = (struct publish_place){paths[0], paths[1], paths[2], paths[5],
	    paths[3], paths[4], folder.path};
	rules = (struct publish_rules){.is_fresh = 1,
	    .id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE,
	    .shell = "/bin/bash",
	    .shells = shells};
	folder_write(&folder, "passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
	folder_write(&folder, "group", "root:x:0:\nusers:x:100:\n", 0644);
	return 0;
}

int
end(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

int
make_memfd(const void *bytes, size_t size, int seals)
{
	int fd = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
count(void *arg)
{
	++*(int *)arg;
}

/* As the loop of oktad does it, but waiting. */
static int
finish(struct publish_job *job)
{
	int r;

	do {
		pid_t pid = job->pid;

		r = publish_next(job, &error);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	} while (r == 1);
	assert_int_equal(job->fd, -1);
	generation = r == 0 ? job->generation : 0;
	nclashes = job->nclashes;
	loss = job->loss;
	is_changed = job->is_changed;
	memcpy(clashes, job->clashes, sizeof(clashes));
	return r;
}

int
publish_fds(uint32_t id_min, int d, int p)
{
	struct publish_job job;
	int in_the_other_process = 0;

	error = (struct error){0};
	generation = 0;
	rules.id_min = id_min;
	if (publish_begin(&job, &place, &rules, d, p, count,
		&in_the_other_process, &error) != 0)
		return -1;
	assert_int_equal(in_the_other_process, 0);
	return finish(&job);
}

int
confirm(void)
{
	struct publish_job job;
	int in_the_other_process = 0;

	error = (struct error){0};
	return publish_confirm(
		   &job, &place, count, &in_the_other_process, &error) == 0
	    ? finish(&job)
	    : -1;
}

int
publish(const struct snapshot *s)
{
	int d = make_memfd(s->bytes, s->size, SEALS);
	int p = make_memfd(s->people_bytes, s->people_size, SEALS);
	int r = publish_fds(SNAPSHOT_ID_MIN, d, p);

	close(d);
	close(p);
	return r;
}

int
publish_users(uint32_t users)
{
	struct snapshot s;

	snapshot_make(&s, users, 2, 1);
	int r = publish(&s);

	snapshot_free(&s);
	return r;
}

uint32_t
published_users(uint64_t *gen)
{
	struct directory d, people;
	uint32_t n;

	assert_int_equal(
	    directory_open(&d, place.directory, DIR_MAGIC_PUBLIC), OKTA_OK);
	assert_int_equal(
	    directory_open(&people, place.people, DIR_MAGIC_PEOPLE), OKTA_OK);
	n = d.header->users;
	*gen = d.header->generation;
	directory_close(&d);
	directory_close(&people);
	return n;
}

void
refused(struct snapshot *s, const char *word)
{
	uint64_t gen, before;
	uint32_t users = published_users(&before);

	assert_int_equal(publish(s), -1);
	if (strstr(error.text, word) == NULL)
		fail_msg("'%s' says nothing of '%s'", error.text, word);
	assert_int_equal(generation, 0);
	assert_int_equal(published_users(&gen), users);
	assert_int_equal(gen, before);
	snapshot_free(s);
}
