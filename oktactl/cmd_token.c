/*
 * oktactl token reset: oktad forgets its access token; the next request to
 * Okta mints another.
 */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "internal.h"
#include "oktactl.h"

int
cmd_token(const struct ctl *ctl, int argc, char **argv)
{
	struct control c;
	struct error e = {0};
	struct json_object *o;
	int ok;

	if (argc != 2 || strcmp(argv[1], "reset") != 0)
		return ctl_usage(argv[0]);
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	ok = control_ask(&c, CTL_TOKEN_RESET, 0, UINT32_MAX, 10000, NULL, NULL,
		 &e) == 0;
	control_close(&c);
	if (!ok)
		return ctl_fail(&e);
	if (ctl->json) {
		o = json_object_new_object();
		ctl_add_str(o, "result", "ok");
		ctl_print_json(o);
	} else {
		printf("token dropped; the next request to Okta mints "
		       "another\n");
	}
	return EXIT_FINE;
}
