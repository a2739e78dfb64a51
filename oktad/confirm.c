#include "confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "directory.h"
#include "file.h"
#include "wire.h"

static uint64_t
wall_s(void)
{
	time_t now = time(NULL);

	return now > 0 ? (uint64_t)now : 0;
}

static int
replace(const char *path, struct dir_confirmed *c, struct error *e)
{
	c->checksum =
	    directory_checksum(c, offsetof(struct dir_confirmed, checksum));
	return file_replace(path, c, sizeof(*c), geteuid(), getegid(), 0644, e);
}

int
confirm_write(const char *path, uint64_t generation, struct error *e)
{
	struct dir_confirmed c = {
	    .magic = DIR_MAGIC_CONFIRMED,
	    .boot_ms = wire_now_ms(),
	    .wall_s = wall_s(),
	    .high_water_s = wall_s(),
	    .generation = generation,
	};

	/* Without /proc the id stays zero, and readers use the wall clock. */
	directory_boot_id(c.boot_id);
	return replace(path, &c, e);
}

int
confirm_ratchet(const char *path, struct error *e)
{
	struct dir_confirmed c;
	struct stat st;
	uint64_t now = wall_s();
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(e, "%s", path);
	ssize_t n =
	    fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid()
	    ? read(fd, &c, sizeof(c))
	    : -1;

	close(fd);
	if (n != (ssize_t)sizeof(c) || c.magic != DIR_MAGIC_CONFIRMED ||
	    c.checksum !=
		directory_checksum(
		    &c, offsetof(struct dir_confirmed, checksum)) ||
	    now <= c.high_water_s)
		return 0;
	c.high_water_s = now;
	return replace(path, &c, e);
}
