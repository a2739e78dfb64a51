/*
 * oktactl ids forget: an admin's word that a name or a number that was
 * published once may go to somebody else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "directory.h"
#include "internal.h"
#include "name.h"
#include "oktactl.h"
#include "protocol.h"

struct holder {
	char name[DIR_NAME_MAX + 1];
	char id[DIR_OKTA_ID_MAX + 1];
	uint32_t number;
};

static void
take(void *arg, struct wire_in *in)
{
	struct holder *h = arg;
	struct wire_field f;

	while (wire_next(in, &f) == 1) {
		if (f.tag == TAG_USER)
			(void)wire_str(&f, h->name, sizeof(h->name));
		else if (f.tag == TAG_OKTA_ID)
			(void)wire_str(&f, h->id, sizeof(h->id));
		else if (f.tag == TAG_UID)
			(void)wire_u32(&f, &h->number);
	}
}

/* 1 and the number, or 0: it is a name, which never begins with a digit. */
static int
is_number(const char *s, uint32_t *number)
{
	char *end;
	unsigned long n;

	*number = 0;
	if (s[0] < '0' || s[0] > '9')
		return 0;
	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno == 0 && *end == '\0' && n < UINT32_MAX)
		*number = (uint32_t)n;
	return 1;
}

static void
report(const struct ctl *ctl, const char *what, const struct holder *h)
{
	if (ctl->json) {
		struct json_object *o = json_object_new_object();

		ctl_add_str(o, "result", "ok");
		ctl_add_str(o, "id", h->id[0] != '\0' ? h->id : NULL);
		ctl_print_json(o);
	} else if (h->id[0] == '\0') {
		printf("%s was free already\n", what);
	} else {
		printf("%s is free; it was that of %s, %s (%u)\n", what, h->id,
		    h->name, (unsigned int)h->number);
	}
}

int
cmd_ids_forget(const struct ctl *ctl, int argc, char **argv)
{
	struct holder h = {.number = 0};
	struct error e = {0};
	struct control c;
	uint32_t number;
	int is_no_name, ok;

	if (argc != 3 || strcmp(argv[1], "forget") != 0)
		return ctl_usage(argv[0]);
	is_no_name = is_number(argv[2], &number);
	if (is_no_name ? number == 0
		       : !name_is_valid(argv[2], strlen(argv[2]))) {
		fprintf(stderr, "oktactl: neither a name nor a number: %s\n",
		    argv[2]);
		return EXIT_USAGE;
	}
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	ok = control_forget(
		 &c, is_no_name ? NULL : argv[2], number, take, &h, &e) == 0;
	control_close(&c);
	if (!ok)
		return ctl_fail(&e);
	report(ctl, argv[2], &h);
	return EXIT_FINE;
}
