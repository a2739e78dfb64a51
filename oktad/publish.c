#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "confirm.h"
#include "directory.h"
#include "log.h"
#include "paths.h"
#include "publish_check.h"
#include "sandbox.h"

const struct publish_place publish_here = {
    OKTA_DIRECTORY_PATH,
    OKTA_PEOPLE_PATH,
    OKTA_CONFIRMED_PATH,
    OKTA_FORMER_PATH,
    "/etc/passwd",
    "/etc/group",
    "/etc",
};

/* Only a memfd that nobody can change any more is read: it can be neither torn
 * nor cut short under us. The header, the first thing looked at, must know its
 * size. */
static int
file_take(struct publish_file *f, int fd, uint64_t magic, const char *what,
    struct error *e)
{
	const int seals =
	    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	int has = fcntl(fd, F_GET_SEALS);
	struct dir_header h;
	struct stat st;
	void *p;

	if (has < 0 || (has & seals) != seals)
		return error_set(e, ERROR_PROTOCOL, "%s: is not sealed", what);
	if (fstat(fd, &st) != 0)
		return error_errno(e, "%s", what);
	if (st.st_size < (off_t)sizeof(h) || st.st_size > PUBLISH_MAX)
		return error_set(e, ERROR_PROTOCOL,
		    "%s: %lld bytes are too few or too many", what,
		    (long long)st.st_size);
	if (pread(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h))
		return error_errno(e, "%s: read", what);
	if (h.magic != magic || h.major != DIR_MAJOR ||
	    h.file_size != (uint64_t)st.st_size)
		return error_set(e, ERROR_PROTOCOL, "%s: bad header", what);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return error_errno(e, "%s: map", what);
	f->bytes = p;
	f->size = (size_t)st.st_size;
	return 0;
}

static void
file_drop(struct publish_file *f)
{
	if (f->bytes != NULL)
		munmap((void *)(uintptr_t)f->bytes, f->size);
}

static int
former_take(struct publish_work *w, struct error *e)
{
	struct stat st;
	void *p;

	if (former_open(
		w->where->former, &w->former_fd, &w->is_former_new, e) != 0)
		return -1;
	if (fstat(w->former_fd, &st) != 0)
		return error_errno(e, "%s", w->where->former);
	if (st.st_size == 0)
		return 0;
	p = mmap(
	    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, w->former_fd, 0);
	if (p == MAP_FAILED)
		return error_errno(e, "%s: map", w->where->former);
	w->former = p;
	w->former_size = (size_t)st.st_size;
	return 0;
}

/* All that the check looks at. A published pair that is missing or bad does not
 * hold a good one up. */
static int
work_open(
    struct publish_work *w, int directory_fd, int people_fd, struct error *e)
{
	if (directory_open(&w->old, w->where->directory, DIR_MAGIC_PUBLIC) ==
	    OKTA_OK)
		w->generation = w->old.header->generation;
	directory_open(&w->old_people, w->where->people, DIR_MAGIC_PEOPLE);
	if (file_take(&w->directory, directory_fd, DIR_MAGIC_PUBLIC,
		"directory", e) != 0 ||
	    file_take(&w->people, people_fd, DIR_MAGIC_PEOPLE, "people", e) !=
		0)
		return -1;
	return former_take(w, e);
}

static void
work_close(struct publish_work *w)
{
	file_drop(&w->directory);
	file_drop(&w->people);
	directory_close(&w->old);
	directory_close(&w->old_people);
	if (w->former != NULL)
		munmap((void *)(uintptr_t)w->former, w->former_size);
	if (w->former_fd >= 0)
		close(w->former_fd);
}

static int
compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Closes every descriptor but these; sorts them. */
static int
keep_only(int *fds, size_t n)
{
	unsigned int from = 0;

	qsort(fds, n, sizeof(*fds), compare);
	for (size_t i = 0; i < n; i++) {
		unsigned int fd = (unsigned int)fds[i];

		if (fd > from && close_range(from, fd - 1, 0) != 0)
			return -1;
		from = fd + 1;
	}
	return close_range(from, ~0U, 0);
}

/* In the process of the check: no way out from here on but a verdict. */
static void
check(struct publish_work *w, int pipe, struct publish_verdict *v)
{
	int keep[] = {pipe, w->former_fd, w->directory.out, w->people.out};
	struct error e = {0};

	if (keep_only(keep, sizeof(keep) / sizeof(keep[0])) != 0)
		strcpy(v->text, "the check could not be closed in");
	else if (sandbox_enter(SANDBOX_CHECK, &e) != 0)
		memcpy(v->text, e.text, sizeof(v->text));
	else
		publish_decide(w, v);
}

/* Waits for the disk: what has been renamed stays so. What is published for
 * this host's own sake, as after a useradd, is not younger for it. */
static int
settle(const struct publish_job *j, struct error *e)
{
	if ((j->people.dir_fd >= 0 && fsync(j->people.dir_fd) != 0) ||
	    (j->directory.dir_fd >= 0 && fsync(j->directory.dir_fd) != 0))
		return error_errno(e, "fsync of the folders of %s and %s",
		    j->where->people, j->where->directory);
	return j->is_fresh
	    ? confirm_write(j->where->confirmed, j->generation, e)
	    : 0;
}

static void __attribute__((noreturn))
work(struct publish_job *j, struct publish_work *w, int pipe, pid_t parent)
{
	struct publish_verdict v = {.kind = ERROR_SYSTEM};
	struct error e = {0};
	int rc;

	/* oktad may be gone already: then nobody renames what is written. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	rc = w != NULL ? publish_prepare(w, &e) : 0;
	j->shed(j->arg);
	if (rc == 0 && w != NULL)
		check(w, pipe, &v);
	else if (rc == 0 && settle(j, &e) == 0)
		v.answer = PUBLISH_WRITTEN;
	else
		memcpy(v.text, e.text, sizeof(v.text));
	_exit(write(pipe, &v, sizeof(v)) == (ssize_t)sizeof(v) ? EXIT_SUCCESS
							       : EXIT_FAILURE);
}

/* Starts the check of w, or where that is NULL the settling. */
static int
start(struct publish_job *j, struct publish_work *w, struct error *e)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(e, "pipe");
	j->pid = fork();
	if (j->pid == 0)
		work(j, w, ends[1], parent);
	close(ends[1]);
	j->fd = ends[0];
	j->is_settling = w == NULL;
	return j->pid > 0 ? 0 : error_errno(e, "fork");
}

static void
drop(struct publish_job *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	file_new_drop(&j->people);
	file_new_drop(&j->directory);
}

static void
job_init(struct publish_job *j, const struct publish_place *where,
    void (*shed)(void *arg), void *arg)
{
	*j = (struct publish_job){.where = where,
	    .fd = -1,
	    .directory = {.fd = -1, .dir_fd = -1},
	    .people = {.fd = -1, .dir_fd = -1},
	    .shed = shed,
	    .arg = arg};
}

int
publish_begin(struct publish_job *j, const struct publish_place *where,
    const struct publish_rules *rules, int directory_fd, int people_fd,
    void (*shed)(void *arg), void *arg, struct error *e)
{
	struct publish_work w = {
	    .where = where, .rules = *rules, .former_fd = -1};
	time_t now = time(NULL);
	int rc = -1;

	job_init(j, where, shed, arg);
	/* The temporaries are empty until the check has said yes. */
	if (work_open(&w, directory_fd, people_fd, e) == 0 &&
	    file_new_begin(&j->people, where->people, geteuid(), getegid(),
		0600, 0, e) == 0 &&
	    file_new_begin(&j->directory, where->directory, geteuid(),
		getegid(), 0644, 0, e) == 0) {
		j->generation = w.generation++;
		j->is_former_new = w.is_former_new;
		j->is_fresh = rules->is_fresh;
		w.published = now > 0 ? (uint64_t)now : 0;
		w.directory.out = j->directory.fd;
		w.people.out = j->people.fd;
		rc = start(j, &w, e);
	}
	work_close(&w);
	if (rc != 0)
		drop(j);
	return rc;
}

void
publish_cancel(struct publish_job *j)
{
	if (j->fd < 0)
		return;
	if (j->pid > 0)
		kill(j->pid, SIGKILL);
	drop(j);
}

/* The last word of the process. */
static int
hear(struct publish_job *j, struct publish_verdict *v, struct error *e)
{
	ssize_t n;

	do
		n = read(j->fd, v, sizeof(*v));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*v))
		return error_set(
		    e, ERROR_SYSTEM, "the check of the image broke off");
	v->text[sizeof(v->text) - 1] = '\0';
	if (v->nclashes <= INT_CLASHES_MAX)
		j->nclashes = v->nclashes;
	memcpy(j->clashes, v->clashes, sizeof(j->clashes));
	if (v->answer != PUBLISH_SAME && v->answer != PUBLISH_WRITTEN)
		return error_set(e,
		    v->kind == ERROR_SYSTEM	  ? ERROR_SYSTEM
			: v->kind == ERROR_DENIED ? ERROR_DENIED
						  : ERROR_PROTOCOL,
		    "%s", v->text);
	return 0;
}

/* What the check has found of former. */
static void
tell_former(const struct publish_job *j, const struct publish_verdict *v)
{
	if (v->found > 0)
		log_event(LOG_WARNING, "former_filled_up",
		    log_text("path", j->where->former),
		    log_text("why",
			j->is_former_new ? "it was not there"
					 : "it did not know all of them"),
		    log_number("from_the_published", v->found));
	if (v->answer == PUBLISH_SAME && v->text[0] != '\0')
		log_event(LOG_ERR, "former_bad", log_text("error", v->text));
}

/* The renames of what has been checked and is on disk: people first, which says
 * from then on who may log in. */
static int
place_pair(struct publish_job *j, struct error *e)
{
	if (file_new_place(&j->people, e) != 0)
		return -1;
	j->is_changed = 1;
	if (file_new_place(&j->directory, e) != 0)
		return -1;
	j->generation++;
	return 0;
}

int
publish_next(struct publish_job *j, struct error *e)
{
	struct publish_verdict v;
	int rc = hear(j, &v, e);

	close(j->fd);
	j->fd = -1;
	if (rc == 0 && !j->is_settling) {
		tell_former(j, &v);
		if (v.answer == PUBLISH_WRITTEN) {
			j->loss = v.loss;
			rc = place_pair(j, e);
		}
		if (rc == 0)
			rc = start(j, NULL, e);
		if (rc == 0)
			return 1;
	}
	drop(j);
	return rc;
}

static int
is_good(const char *path, uint64_t magic, uint64_t *generation, struct error *e)
{
	struct directory d;

	if (directory_open(&d, path, magic) != OKTA_OK)
		return error_set(
		    e, ERROR_SYSTEM, "%s: nothing good is published", path);
	*generation = d.header->generation;
	directory_close(&d);
	return 0;
}

int
publish_confirm(struct publish_job *j, const struct publish_place *where,
    void (*shed)(void *arg), void *arg, struct error *e)
{
	uint64_t same;

	job_init(j, where, shed, arg);
	j->is_fresh = 1;
	if (is_good(where->people, DIR_MAGIC_PEOPLE, &same, e) != 0 ||
	    is_good(where->directory, DIR_MAGIC_PUBLIC, &j->generation, e) != 0)
		return -1;
	if (access(where->former, F_OK) != 0)
		return error_errno(e, "%s", where->former);
	if (start(j, NULL, e) == 0)
		return 0;
	drop(j);
	return -1;
}
