/*
 * How old the directory is: the reader of `confirmed`.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory_file.h"
#include "wire.h"

int
directory_boot_id(uint8_t id[16])
{
	char text[37] = ""; /* RFC 4122, section 3: 8-4-4-4-12 hex digits */
	const char *p = text;
	ssize_t got;
	int fd;

	memset(id, 0, 16);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return OKTA_SYSTEM;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got != (ssize_t)sizeof(text) - 1)
		return OKTA_SYSTEM;
	for (size_t i = 0; i < 16; i++, p += 2) {
		p += *p == '-';
		if (sscanf(p, "%2hhx", &id[i]) != 1)
			return OKTA_SYSTEM;
	}
	return OKTA_OK;
}

static int
confirmed_read(const char *path, struct dir_confirmed *c)
{
	struct stat st;
	ssize_t got;
	int fd, r;

	if ((r = directory_open_fd(path, &fd, &st)) != OKTA_OK)
		return r;
	got = st.st_size == sizeof(*c) ? read(fd, c, sizeof(*c)) : 0;
	close(fd);
	if (got != sizeof(*c) || c->magic != DIR_MAGIC_CONFIRMED ||
	    c->checksum !=
		directory_checksum(c, offsetof(struct dir_confirmed, checksum)))
		return OKTA_BAD;
	return OKTA_OK;
}

int
directory_age(const char *path, uint64_t *age_s)
{
	struct dir_confirmed c;
	uint8_t boot[16];
	uint64_t boot_ms, now_s;
	int r;

	*age_s = UINT64_MAX;
	if ((r = confirmed_read(path, &c)) != OKTA_OK)
		return r;
	boot_ms = wire_now_ms();
	/* A boot clock behind the confirmation is another time namespace. */
	if (directory_boot_id(boot) == OKTA_OK &&
	    memcmp(boot, c.boot_id, sizeof(boot)) == 0 &&
	    boot_ms >= c.boot_ms) {
		*age_s = (boot_ms - c.boot_ms) / 1000;
		return OKTA_OK;
	}
	now_s = (uint64_t)time(NULL);
	if (now_s < c.high_water_s)
		now_s = c.high_water_s;
	*age_s = now_s > c.wall_s ? now_s - c.wall_s : 0;
	return OKTA_OK;
}
