#include "audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
audit_origin(char origin[PROTOCOL_TICKET_SIZE + 1], int is_told)
{
	static const char *const paths[] = {
	    "/proc/self/sessionid", "/proc/self/loginuid"};
	unsigned int n[] = {~0U, ~0U};

	for (int i = 0; i < 2 && is_told; i++) {
		char text[16] = "";
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
			n[i] = (unsigned int)strtoul(text, NULL, 10);
		if (fd >= 0)
			close(fd);
	}
	snprintf(
	    origin, PROTOCOL_TICKET_SIZE + 1, "%08x%08x%016x", n[0], n[1], 0U);
}
