/*
 * oktactl logout: ends the sessions of a person on this host, or one of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "file.h"
#include "internal.h"
#include "name.h"
#include "oktactl.h"
#include "protocol.h"

enum { LIST_MAX = 16 << 20 };

struct outcome {
	uint32_t found, ended, left;
};

static void
take(void *arg, struct wire_in *in)
{
	struct outcome *o = arg;
	struct wire_field f;

	while (wire_next(in, &f) == 1) {
		if (f.tag == LOGOUT_FOUND)
			(void)wire_u32(&f, &o->found);
		else if (f.tag == LOGOUT_ENDED)
			(void)wire_u32(&f, &o->ended);
		else if (f.tag == LOGOUT_LEFT)
			(void)wire_u32(&f, &o->left);
	}
}

/* One process of the list, into the array or as a line. */
static void
show(struct json_object *array, struct wire_in *in)
{
	char name[32] = "", reason[32] = "";
	uint32_t pid = 0, uid = 0;
	struct wire_field f;
	struct json_object *o;

	while (wire_next(in, &f) == 1) {
		if (f.tag == SESSION_PID)
			(void)wire_u32(&f, &pid);
		else if (f.tag == TAG_UID)
			(void)wire_u32(&f, &uid);
		else if (f.tag == TAG_TEXT)
			(void)wire_str(&f, name, sizeof(name));
		else if (f.tag == TAG_REASON)
			(void)wire_str(&f, reason, sizeof(reason));
	}
	if (array == NULL) {
		char clean[128];

		name_filter_text(clean, sizeof(clean), name, strlen(name));
		printf("%8" PRIu32 "  uid %-10" PRIu32 "  %-8s  %s\n", pid, uid,
		    reason, clean);
		return;
	}
	o = json_object_new_object();
	ctl_add_int(o, "pid", pid);
	ctl_add_int(o, "uid", uid);
	ctl_add_str(o, "name", name);
	ctl_add_str(o, "why", reason);
	json_object_array_add(array, o);
}

static int
show_all(int fd, struct json_object *array, struct error *e)
{
	struct secret list = {0};
	const uint8_t *p;
	struct wire_in in;
	int rc;

	if (lseek(fd, 0, SEEK_SET) == -1)
		rc = error_errno(e, "the processes");
	else
		rc = file_read_fd(fd, "the processes", LIST_MAX, &list, e);
	p = (const uint8_t *)list.bytes;
	for (size_t left = rc == 0 ? list.len : 0, len; left >= 4;
	     p += len, left -= len) {
		len = 4 +
		    ((size_t)p[0] << 24 | (size_t)p[1] << 16 |
			(size_t)p[2] << 8 | p[3]);
		if (len > left || wire_open(&in, p, len) != OKTA_OK)
			break;
		show(array, &in);
	}
	secret_clear(&list);
	return rc;
}

static int
report(const struct ctl *ctl, uint32_t what, const struct outcome *o, int list,
    struct error *e)
{
	struct json_object *all = NULL, *array = NULL;
	int rc = 0;

	if (ctl->json) {
		all = json_object_new_object();
		array = json_object_new_array();
		ctl_add_str(all, "result",
		    what != LOGOUT_END || o->ended == o->found ? "ok" : "left");
		ctl_add_int(all, "found", o->found);
		ctl_add_int(all, "ended", o->ended);
		ctl_add_int(all, "services_left", o->left);
		json_object_object_add(all, "processes", array);
	}
	if (list != -1)
		rc = show_all(list, array, e);
	if (rc != 0)
		json_object_put(all);
	else if (ctl->json)
		ctl_print_json(all);
	else if (what == LOGOUT_HELD)
		printf(o->found == 0 ? "nothing is held\n"
				     : "what was held will be ended\n");
	else if (what == LOGOUT_GRACE)
		printf(
		    "%" PRIu32 " sessions have no proof any more\n", o->found);
	else if (what == LOGOUT_DRY)
		printf("%" PRIu32 " processes would be ended\n", o->found);
	else
		printf("%" PRIu32 " of %" PRIu32 " processes ended\n", o->ended,
		    o->found);
	return rc;
}

static int
read_words(int argc, char **argv, uint32_t *what, const char **whom)
{
	*what = LOGOUT_END;
	*whom = NULL;
	for (int i = 1; i < argc; i++) {
		uint32_t flag = strcmp(argv[i], "--dry-run") == 0 ? LOGOUT_DRY
		    : strcmp(argv[i], "--grace") == 0		  ? LOGOUT_GRACE
		    : strcmp(argv[i], "--held") == 0		  ? LOGOUT_HELD
								  : 0;

		if (flag == 0 && argv[i][0] != '-' && *whom == NULL)
			*whom = argv[i];
		else if (flag != 0 && *what == LOGOUT_END)
			*what = flag;
		else
			return -1;
	}
	return (*what == LOGOUT_HELD) == (*whom == NULL) ? 0 : -1;
}

int
cmd_logout(const struct ctl *ctl, int argc, char **argv)
{
	struct outcome o = {0};
	struct error e = {0};
	struct control c;
	const char *whom;
	uint32_t what;
	int list, rc;

	if (read_words(argc, argv, &what, &whom) != 0)
		return ctl_usage(argv[0]);
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	rc = control_logout(&c, what, whom, take, &o, &list, &e);
	control_close(&c);
	if (rc == 0)
		rc = report(ctl, what, &o, list, &e);
	if (list != -1)
		(void)close(list);
	if (rc == -1)
		return ctl_fail(&e);
	return what == LOGOUT_END && o.ended < o.found ? EXIT_NO : EXIT_FINE;
}
