/* Any bytes as /etc/passwd: the same answer whatever follows, no byte over. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "local.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];
	uint32_t id;

	if (fd < 0) {
		fd = memfd_create("passwd", MFD_CLOEXEC);
		if (fd < 0)
			abort();
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (local_has_user(path, "alice", &id) == 0 && id != UINT32_MAX)
		abort();
	if (local_has_user(path, "alice", &id) == 1 && id != UINT32_MAX &&
	    local_has_uid(path, id) != 1)
		abort();
	if (local_has_group(path, "", NULL) != 0)
		abort();
	return 0;
}
