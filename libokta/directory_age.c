/*
 * How old the directory is: the reader of `confirmed`.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory_file.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int
directory_boot_id(uint8_t id[16])
{
	char text[36]; /* RFC 4122, section 3: 8-4-4-4-12 hex digits */
	size_t i, n = 0;
	ssize_t got;
	int fd;

	memset(id, 0, 16);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return OKTA_SYSTEM;
	got = read(fd, text, sizeof(text));
	close(fd);
	if (got != (ssize_t)sizeof(text))
		return OKTA_SYSTEM;
	for (i = 0; i < sizeof(text) && n < 32; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			continue;
		id[n / 2] = (uint8_t)(id[n / 2] << 4 | digit);
		n++;
	}
	return n == 32 ? OKTA_OK : OKTA_SYSTEM;
}

static int
clock_read(clockid_t clock, uint64_t *ms)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1 || ts.tv_sec < 0)
		return OKTA_SYSTEM;
	*ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
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
	    c->checksum != directory_checksum(c,
		offsetof(struct dir_confirmed, checksum)))
		return OKTA_BAD;
	return OKTA_OK;
}

int
directory_age(const char *path, uint64_t *age_s)
{
	struct dir_confirmed c;
	uint8_t boot[16];
	uint64_t boot_ms, now_ms, now_s;
	int r;

	*age_s = UINT64_MAX;
	if ((r = confirmed_read(path, &c)) != OKTA_OK ||
	    (r = clock_read(CLOCK_BOOTTIME, &boot_ms)) != OKTA_OK ||
	    (r = clock_read(CLOCK_REALTIME, &now_ms)) != OKTA_OK)
		return r;
	/* A boot clock behind the confirmation is another time namespace. */
	if (directory_boot_id(boot) == OKTA_OK &&
	    memcmp(boot, c.boot_id, sizeof(boot)) == 0 &&
	    boot_ms >= c.boot_ms) {
		*age_s = (boot_ms - c.boot_ms) / 1000;
		return OKTA_OK;
	}
	now_s = now_ms / 1000;
	if (now_s < c.high_water_s)
		now_s = c.high_water_s;
	*age_s = now_s > c.wall_s ? now_s - c.wall_s : 0;
	return OKTA_OK;
}
