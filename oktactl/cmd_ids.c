/*
 * oktactl ids: the ledger of numbers and names, and root's word about it. The
 * file of an import is copied into memory that nobody can change any more, so
 * that oktad-sync reads what was checked; the answer comes back in another.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "ids_file.h"
#include "ids_report.h"
#include "internal.h"
#include "name.h"
#include "oktactl.h"

enum { ANSWER_MAX = 512 << 20, IDS_MS = 600 * 1000 };

struct request {
	enum ids_mode mode;
	int is_export;
	const char *file;
};

static int
usage_of(int argc, char **argv, struct request *r)
{
	int is_dry = 0;

	*r = (struct request){.mode = IDS_LIST};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--export") == 0)
			r->is_export = 1;
		else if (strcmp(argv[i], "--dry-run") == 0)
			is_dry = 1;
		else if (strcmp(argv[i], "--import") == 0 && i + 1 < argc &&
		    r->file == NULL)
			r->file = argv[++i];
		else
			return -1;
	}
	if ((is_dry && r->file == NULL) || (r->is_export && r->file != NULL))
		return -1;
	if (r->file != NULL)
		r->mode = is_dry ? IDS_DRY_RUN : IDS_IMPORT;
	return 0;
}

static int
copy(int from, int to, const char *path, struct error *e)
{
	char block[65536];
	off_t total = 0;
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0) {
		total += n;
		if (total > IDS_FILE_MAX)
			return error_set(e, ERROR_CONFIG,
			    "%s: larger than %d MiB", path, IDS_FILE_MAX >> 20);
		for (ssize_t at = 0; at < n;) {
			ssize_t done = write(to, block + at, (size_t)(n - at));

			if (done == -1)
				return error_errno(e, "memory");
			at += done;
		}
	}
	return n == -1 ? error_errno(e, "%s", path) : 0;
}

/* The file, or standard input for "-", as sealed memory; -1. */
static int
take_file(const char *path, struct error *e)
{
	const int seals =
	    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	int from = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					  : open(path, O_RDONLY | O_CLOEXEC);
	int to = -1;

	if (from == -1) {
		error_errno(e, "%s", path);
		e->kind = ERROR_CONFIG;
		return -1;
	}
	to = memfd_create("okta-ids", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to == -1)
		error_errno(e, "memory");
	else if (copy(from, to, path, e) == -1 ||
	    (fcntl(to, F_ADD_SEALS, seals) == -1 &&
		error_errno(e, "memory") == -1)) {
		close(to);
		to = -1;
	}
	close(from);
	return to;
}

/* oktad-sync's answer as text; NULL. It is not trusted: a process that reads
 * the internet wrote it. */
static char *
read_answer(int fd, struct error *e)
{
	struct stat st;
	char *text;
	size_t have = 0;

	if (fstat(fd, &st) == -1 || st.st_size < 0 || st.st_size > ANSWER_MAX) {
		error_set(e, ERROR_PROTOCOL,
		    "oktad-sync's answer is longer than %d MiB",
		    ANSWER_MAX >> 20);
		return NULL;
	}
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL) {
		error_errno(e, "the answer");
		return NULL;
	}
	while (have < (size_t)st.st_size) {
		ssize_t n = pread(
		    fd, text + have, (size_t)st.st_size - have, (off_t)have);

		if (n <= 0)
			break;
		have += (size_t)n;
	}
	text[have] = '\0';
	return text;
}

static void
take(void *arg, struct wire_in *in)
{
	struct error *e = arg;
	struct wire_field f;
	char text[512];

	while (wire_next(in, &f) == 1)
		if (f.tag == TAG_ERROR &&
		    wire_str(&f, text, sizeof(text)) == OKTA_OK)
			error_set(e, ERROR_CONFIG, "%s", text);
}

/* 0 and the answer, with *refusal filled where sync refused; -1. */
static int
ask(struct control *c, const struct request *r, char **answer,
    struct error *refusal, struct error *e)
{
	int fds[2] = {-1, -1}, rc = -1;
	size_t nfds = 1;

	fds[0] = memfd_create("okta-ids-answer", MFD_CLOEXEC);
	if (fds[0] == -1)
		return error_errno(e, "memory");
	if (r->file != NULL) {
		fds[1] = take_file(r->file, e);
		if (fds[1] == -1)
			goto out;
		nfds = 2;
	}
	if (control_ask_ids(c, r->mode, fds, nfds, IDS_MS, take, refusal, e) ==
	    -1)
		goto out;
	*answer = read_answer(fds[0], e);
	rc = *answer != NULL ? 0 : -1;
out:
	if (fds[1] != -1)
		close(fds[1]);
	close(fds[0]);
	return rc;
}

int
cmd_ids(const struct ctl *ctl, int argc, char **argv)
{
	struct error e = {0}, refusal = {0};
	struct request r;
	struct control c;
	char *answer = NULL;
	int code = EXIT_FINE;

	if (argc > 1 && strcmp(argv[1], "forget") == 0)
		return cmd_ids_forget(ctl, argc, argv);
	if (usage_of(argc, argv, &r) == -1)
		return ctl_usage(argv[0]);
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	if (ask(&c, &r, &answer, &refusal, &e) == -1) {
		code = ctl_fail(&e);
	} else {
		if (ctl->json)
			ids_report_json(answer, r.mode,
			    refusal.text[0] != '\0' ? refusal.text : NULL);
		else if (r.is_export)
			ids_report_export(answer);
		else
			ids_report_text(answer, r.mode);
		if (refusal.text[0] != '\0') {
			fprintf(stderr, "oktactl: %s\n", refusal.text);
			code = EXIT_NO;
		}
	}
	free(answer);
	control_close(&c);
	return code;
}
