/* Files that we believe, files that others believe, and what holds bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"
#include "folder.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct folder here;

/* One system call of the replacement is made to fail. */
enum call {
	CALL_NONE,
	CALL_FCHOWN,
	CALL_FCHMOD,
	CALL_FALLOCATE,
	CALL_WRITE,
	CALL_FSYNC,
	CALL_RENAME,
	CALL_RANDOM
};

static enum call failing;
static char seen_name[NAME_MAX + 1]; /* of the temporary at first write */
static struct stat seen;

int __real_fchown(int fd, uid_t u, gid_t g);
int __wrap_fchown(int fd, uid_t u, gid_t g);
int __real_fchmod(int fd, mode_t m);
int __wrap_fchmod(int fd, mode_t m);
int __real_posix_fallocate(int fd, off_t a, off_t b);
int __wrap_posix_fallocate(int fd, off_t a, off_t b);
ssize_t __real_write(int fd, const void *p, size_t len);
ssize_t __wrap_write(int fd, const void *p, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int a, const char *b, int c, const char *d);
int __wrap_renameat(int a, const char *b, int c, const char *d);
ssize_t __real_getrandom(void *buf, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned int flags);

static int
must_fail(enum call call, int code)
{
	if (failing == call)
		errno = code;
	return failing == call;
}

int
__wrap_fchown(int fd, uid_t u, gid_t g)
{
	return must_fail(CALL_FCHOWN, EPERM) ? -1 : __real_fchown(fd, u, g);
}

int
__wrap_fchmod(int fd, mode_t m)
{
	return must_fail(CALL_FCHMOD, EPERM) ? -1 : __real_fchmod(fd, m);
}

int
__wrap_posix_fallocate(int fd, off_t a, off_t b)
{
	return failing == CALL_FALLOCATE ? ENOSPC
					 : __real_posix_fallocate(fd, a, b);
}

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
	char link[64];
	char path[512];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (strncmp(path, here.path, strlen(here.path)) != 0)
		return __real_write(fd, p, len);
	if (seen_name[0] == '\0') {
		snprintf(
		    seen_name, sizeof(seen_name), "%s", strrchr(path, '/') + 1);
		fstat(fd, &seen);
	}
	if (must_fail(CALL_WRITE, ENOSPC))
		return -1;
	/* Short writes and interruptions are normal. */
	if (len > 1 && rand() % 4 == 0) {
		errno = EINTR;
		return -1;
	}
	return __real_write(fd, p, len > 3 ? len / 2 : len);
}

int
__wrap_fsync(int fd)
{
	return must_fail(CALL_FSYNC, EIO) ? -1 : __real_fsync(fd);
}

int
__wrap_renameat(int a, const char *b, int c, const char *d)
{
	return must_fail(CALL_RENAME, EXDEV) ? -1 : __real_renameat(a, b, c, d);
}

ssize_t
__wrap_getrandom(void *buf, size_t len, unsigned int flags)
{
	return must_fail(CALL_RANDOM, ENOSYS)
	    ? -1
	    : __real_getrandom(buf, len, flags);
}

static int
set_up(void **state)
{
	(void)state;
	folder_make(&here);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(&here);
	return 0;
}

static int
is_believed(const char *path, uid_t owner)
{
	struct secret text = {0};
	struct error e = {0};
	int r = file_read_trusted(path, owner, 100, &text, &e);

	if (r != 0) {
		assert_null(text.bytes);
		assert_int_equal(e.kind, ERROR_CONFIG);
		/* The message names the file. */
		assert_non_null(strstr(e.text, path));
	}
	secret_clear(&text);
	return r == 0;
}

static void
test_only_0600_and_0400_are_believed_T111(void **state)
{
	static const struct {
		mode_t mode;
		int is_good;
	} rows[] = {
	    {0600, 1},
	    {0400, 1},
	    {0700, 0},
	    {0500, 0},
	    {0601, 0},
	    {0602, 0},
	    {0604, 0},
	    {0610, 0},
	    {0620, 0},
	    {0640, 0},
	    {0644, 0},
	    {0660, 0},
	    {0666, 0},
	    {0777, 0},
	    {0440, 0},
	    {0444, 0},
	    {0404, 0},
	    {01600, 0},
	    {04600, 0},
	    {02600, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		folder_write(&here, "secret", "x", 0600);
		assert_int_equal(
		    chmod(folder_at(&here, "secret"), rows[i].mode), 0);
		if (is_believed(folder_at(&here, "secret"), geteuid()) !=
		    rows[i].is_good)
			fail_msg("mode %04o", (unsigned int)rows[i].mode);
	}
	/* The owner's own strictness: root's file is nobody else's. */
	folder_write(&here, "secret", "x", 0600);
	assert_false(is_believed(folder_at(&here, "secret"), geteuid() + 1));
}

static void
test_other_kinds_of_files_are_not_believed_T111(void **state)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd;

	(void)state;
	folder_write(&here, "target", "x", 0600);
	assert_int_equal(symlink("target", folder_at(&here, "link")), 0);
	assert_false(is_believed(folder_at(&here, "link"), geteuid()));
	/* Nobody writes into it: an open that waits would hang here. */
	assert_int_equal(mkfifo(folder_at(&here, "fifo"), 0600), 0);
	assert_false(is_believed(folder_at(&here, "fifo"), geteuid()));
	assert_int_equal(mkdir(folder_at(&here, "folder"), 0600), 0);
	assert_false(is_believed(folder_at(&here, "folder"), geteuid()));
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/socket", here.path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
	assert_false(is_believed(folder_at(&here, "socket"), geteuid()));
	assert_false(is_believed("/dev/null", 0));
	assert_false(is_believed(folder_at(&here, "absent"), geteuid()));
}

static void
test_reading_has_a_ceiling(void **state)
{
	struct secret text = {0};
	struct error e = {0};

	(void)state;
	folder_write(&here, "long", "0123456789", 0600);
	assert_int_equal(file_read_trusted(folder_at(&here, "long"), geteuid(),
			     10, &text, &e),
	    0);
	assert_string_equal(text.bytes, "0123456789");
	assert_int_equal(file_read_trusted(
			     folder_at(&here, "long"), geteuid(), 9, &text, &e),
	    -1);
	assert_null(text.bytes);
	assert_non_null(strstr(e.text, "longer than 9 bytes"));
	folder_write(&here, "long", "", 0600);
	assert_int_equal(file_read_trusted(
			     folder_at(&here, "long"), geteuid(), 9, &text, &e),
	    0);
	assert_string_equal(text.bytes, "");
	secret_clear(&text);
}

static void
test_public_files_must_not_be_writable_by_others_T111(void **state)
{
	struct secret text = {0};
	struct error e = {0};

	(void)state;
	folder_write(&here, "ca", "x", 0644);
	assert_int_equal(symlink("ca", folder_at(&here, "ca.link")), 0);
	assert_int_equal(file_read_public(folder_at(&here, "ca.link"),
			     geteuid(), 9, &text, &e),
	    0);
	assert_int_equal(chmod(folder_at(&here, "ca"), 0664), 0);
	assert_int_equal(
	    file_read_public(folder_at(&here, "ca"), geteuid(), 9, &text, &e),
	    -1);
	assert_null(text.bytes);
	secret_clear(&text);
}

static const char *
content(const char *name)
{
	static char text[64];
	FILE *f = fopen(folder_at(&here, name), "r");

	text[0] = '\0';
	assert_non_null(f);
	assert_true(fgets(text, sizeof(text), f) != NULL);
	fclose(f);
	return text;
}

/* Names in the folder that begin like a temporary. */
static unsigned int
leftovers(void)
{
	DIR *d = opendir(here.path);
	const struct dirent *entry;
	unsigned int n = 0;

	while ((entry = readdir(d)) != NULL)
		n += strncmp(entry->d_name, ".target.", 8) == 0;
	closedir(d);
	return n;
}

static void
test_replacement_is_old_or_new_if_a_call_fails_T112(void **state)
{
	struct error e = {0};

	(void)state;
	folder_write(&here, "target", "old", 0600);
	for (enum call call = CALL_FCHOWN; call <= CALL_RANDOM; call++) {
		struct file_new n;
		int r;

		failing = call;
		r = file_new_begin(&n, folder_at(&here, "target"), geteuid(),
			getegid(), 0600, 100, &e) != 0 ||
		    file_new_write(&n, "never seen", 10, &e) != 0 ||
		    file_new_commit(&n, &e) != 0;
		file_new_drop(&n);
		failing = CALL_NONE;
		if (!r)
			fail_msg("call %d did not fail", call);
		assert_int_equal(e.kind, ERROR_SYSTEM);
		assert_string_equal(content("target"), "old");
		assert_int_equal(leftovers(), 0);
	}
	assert_int_equal(file_replace(folder_at(&here, "target"), "new", 3,
			     geteuid(), getegid(), 0640, &e),
	    0);
	assert_string_equal(content("target"), "new");
	assert_int_equal(leftovers(), 0);
}

static void
test_owner_and_mode_stand_before_the_first_byte_T111(void **state)
{
	struct error e = {0};
	mode_t old = umask(0);

	(void)state;
	seen_name[0] = '\0';
	assert_int_equal(file_replace(folder_at(&here, "fresh"), "secret", 6,
			     geteuid(), getegid(), 0400, &e),
	    0);
	umask(old);
	assert_int_equal(strncmp(seen_name, ".fresh.", 7), 0);
	assert_int_equal(seen.st_mode & 07777, 0400);
	assert_int_equal(seen.st_uid, geteuid());
	assert_int_equal(seen.st_size, 0);
	assert_string_equal(content("fresh"), "secret");
}

static void
test_unusable_targets_are_refused(void **state)
{
	char longest[NAME_MAX + 1];
	struct error e = {0};

	(void)state;
	memset(longest, 'a', NAME_MAX);
	longest[NAME_MAX] = '\0';
	assert_int_equal(file_replace(folder_at(&here, longest), "", 0,
			     geteuid(), getegid(), 0600, &e),
	    -1);
	assert_int_equal(file_replace(folder_at(&here, "no/where"), "", 0,
			     geteuid(), getegid(), 0600, &e),
	    -1);
	assert_int_equal(file_replace(folder_at(&here, ""), "", 0, geteuid(),
			     getegid(), 0600, &e),
	    -1);
}

static void
test_secrets_move_and_leave_nothing(void **state)
{
	struct secret a = {0}, b = {0};
	char *bytes;

	(void)state;
	assert_int_equal(secret_set(&a, "canary", 6), 0);
	bytes = a.bytes;
	assert_int_equal(secret_set(&b, "old", 3), 0);
	secret_move(&b, &a);
	assert_null(a.bytes);
	assert_int_equal(a.len, 0);
	assert_ptr_equal(b.bytes, bytes);
	assert_int_equal(b.len, 6);
	secret_clear(&b);
	secret_clear(&b);
	assert_null(b.bytes);
}

static void
test_buffer_stops_at_its_ceiling(void **state)
{
	struct buf b;
	char *text;

	(void)state;
	buf_init(&b, 1000);
	for (int i = 0; i < 100; i++)
		assert_int_equal(buf_put(&b, "0123456789", 10), 0);
	assert_int_equal(b.len, 1000);
	assert_int_equal(buf_put(&b, "", 0), 0);
	assert_int_equal(buf_put(&b, "x", 1), -1);
	/* Once failed always failed: half a text is never handed over. */
	assert_int_equal(buf_put(&b, "", 0), -1);
	assert_null(buf_take(&b));
	assert_int_equal(buf_printf(&b, "%d-%s", 7, "x"), 0);
	text = buf_take(&b);
	assert_string_equal(text, "7-x");
	free(text);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(buf_put(&b, "", SIZE_MAX), -1);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_only_0600_and_0400_are_believed_T111),
	    cmocka_unit_test(test_other_kinds_of_files_are_not_believed_T111),
	    cmocka_unit_test(test_reading_has_a_ceiling),
	    cmocka_unit_test(
		test_public_files_must_not_be_writable_by_others_T111),
	    cmocka_unit_test(
		test_replacement_is_old_or_new_if_a_call_fails_T112),
	    cmocka_unit_test(
		test_owner_and_mode_stand_before_the_first_byte_T111),
	    cmocka_unit_test(test_unusable_targets_are_refused),
	    cmocka_unit_test(test_secrets_move_and_leave_nothing),
	    cmocka_unit_test(test_buffer_stops_at_its_ceiling),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
