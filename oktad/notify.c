#include "config.h"

#include "notify.h"

#ifdef HAVE_LIBSYSTEMD
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

static char *notify_socket;

void
notify_keep(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path != NULL)
		notify_socket = strdup(path);
}

void
notify_send(const char *state)
{
	if (notify_socket == NULL)
		return;
	/* In the environment for this call only. */
	setenv("NOTIFY_SOCKET", notify_socket, 1);
	sd_notify(1, state);
}
#else
void
notify_keep(void)
{
}

void
notify_send(const char *state)
{
	(void)state;
}
#endif
