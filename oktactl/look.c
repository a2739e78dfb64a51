#include "look.h"

#include <string.h>
#include <unistd.h>

#include "wire.h"

int
look_open(struct look *l)
{
	struct error e = {0};

	memset(&l->api, 0, sizeof(l->api));
	l->api.channel = -1;
	l->api.deadline = wire_now_ms() + LOOK_S * 1000ULL;
	if (control_open(&l->control, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	l->api.channel = control_channel(&l->control, &e);
	if (l->api.channel != -1)
		return 0;
	look_close(l);
	return ctl_fail(&e);
}

void
look_close(struct look *l)
{
	if (l->api.channel != -1)
		close(l->api.channel);
	control_close(&l->control);
}
