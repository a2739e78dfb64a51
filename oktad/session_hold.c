#include "session_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "file.h"
#include "proc.h"
#include "publish_check.h"

int
session_hold_read(const char *path, uint32_t *baseline)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	uint32_t n;

	*baseline = 0;
	/* One that can not be read holds, too. */
	if (fd < 0)
		return errno != ENOENT;
	if (read(fd, text, sizeof(text) - 1) > 0 &&
	    (n = proc_parse_number(text)) != PROC_UNSET)
		*baseline = n;
	close(fd);
	return 1;
}

int
session_hold_write(const char *path, uint32_t baseline, struct error *e)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%u\n", (unsigned int)baseline);

	return file_replace(
	    path, text, (size_t)len, geteuid(), getegid(), 0600, e);
}

void
session_hold_keep(const char *people, const char *before)
{
	(void)unlink(before);
	/* Without it only root's word lifts a hold. */
	if (link(people, before) != 0)
		return;
}

void
session_hold_take(const char *before, const char *held_people)
{
	(void)unlink(held_people);
	(void)rename(before, held_people);
}

int
session_hold_compare(
    const char *held_people, const char *people, struct publish_loss *loss)
{
	struct directory held = {0}, now = {0};
	int rc = -1;

	if (directory_open(&held, held_people, DIR_MAGIC_PEOPLE) == OKTA_OK &&
	    directory_open(&now, people, DIR_MAGIC_PEOPLE) == OKTA_OK) {
		publish_count_lost(&held, &now, loss);
		rc = 0;
	}
	directory_close(&held);
	directory_close(&now);
	return rc;
}

int
session_hold_remove(const char *path, struct error *e)
{
	return unlink(path) == 0 || errno == ENOENT
	    ? 0
	    : error_errno(e, "%s", path);
}

uint32_t
session_hold_people(const char *path)
{
	struct directory people;
	struct directory_person p;
	uint32_t cursor = 0, n = 0;

	if (directory_open(&people, path, DIR_MAGIC_PEOPLE) != OKTA_OK)
		return 0;
	while (directory_next_person(&people, &cursor, &p) == OKTA_OK)
		n += p.why == WHY_NONE;
	directory_close(&people);
	return n;
}
