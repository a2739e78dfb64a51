/*
 * usage: login_bench SERVICE NAME PASSWORD N [RHOST [PAUSE_MS]]
 *
 * Logs NAME in N times through libpam, as a program that already has the
 * password: pam_start() to pam_end() in nanoseconds, one per line. With
 * PAUSE_MS, as a person who takes so long to type it: from the answer on, and
 * behind that, from pam_start() to the question. Exit status 1 where a login
 * was refused.
 */
#include <err.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <security/pam_appl.h>

static unsigned int pause_ms;
static uint64_t asked, answered; /* when; answered after a pause */

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int
answer(int n, const struct pam_message **m, struct pam_response **reply,
    void *password)
{
	(void)m;
	*reply = calloc((size_t)n, sizeof(**reply));
	if (*reply == NULL)
		return PAM_BUF_ERR;
	asked = now_ns();
	usleep(pause_ms * 1000);
	answered = now_ns();
	for (int i = 0; i < n; i++)
		(*reply)[i].resp = strdup(password);
	return PAM_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct pam_conv conv = {answer, NULL};
	pam_handle_t *pamh;
	int rc = 0;

	if (argc < 5 || argc > 7)
		errx(2,
		    "usage: login_bench SERVICE NAME PASSWORD N "
		    "[RHOST [PAUSE_MS]]");
	if (argc == 7)
		pause_ms = (unsigned int)atoi(argv[6]);
	conv.appdata_ptr = argv[3];
	for (int n = atoi(argv[4]); n > 0; n--) {
		uint64_t start = now_ns();
		int r = pam_start(argv[1], argv[2], &conv, &pamh);

		if (r == PAM_SUCCESS && argc > 5)
			r = pam_set_item(pamh, PAM_RHOST, argv[5]);
		if (r == PAM_SUCCESS)
			r = pam_authenticate(pamh, 0);
		if (r != PAM_SUCCESS) {
			warnx("%s: %s", argv[2], pam_strerror(pamh, r));
			rc = 1;
		}
		pam_end(pamh, r);
		if (pause_ms > 0)
			printf("%" PRIu64 " %" PRIu64 "\n", now_ns() - answered,
			    asked - start);
		else
			printf("%" PRIu64 "\n", now_ns() - start);
	}
	return rc;
}
