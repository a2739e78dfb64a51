#include <stdlib.h>
#include <string.h>

#include "pam_known.h"

enum {
	PAM_ANYTHING = PAM_YES | PAM_NO | PAM_PASS,
	LOCAL = 16, /* yes to local people alone */
	SYSTEM_END = 1000 /* no number below is ever given to ours */
};

/* What they can answer about one of ours, to a caller who is not root. A
 * module that is not here may say anything, and its yes is a proof. */
static const struct {
	const char *module;
	unsigned int may;
} known[] = {
    {"pam_deny.so", PAM_NO},
    {"pam_permit.so", PAM_YES},
    {"pam_unix.so", LOCAL | PAM_PROOF},
    {"pam_localuser.so", LOCAL},
    {"pam_rootok.so", PAM_NO},
    {"pam_access.so", PAM_ANYTHING},
    {"pam_cap.so", PAM_ANYTHING},
    {"pam_debug.so", PAM_ANYTHING},
    {"pam_echo.so", PAM_PASS},
    {"pam_env.so", PAM_ANYTHING},
    {"pam_exec.so", PAM_ANYTHING},
    {"pam_faildelay.so", PAM_YES | PAM_PASS},
    {"pam_faillock.so", PAM_ANYTHING},
    {"pam_group.so", PAM_ANYTHING},
    {"pam_issue.so", PAM_PASS},
    {"pam_keyinit.so", PAM_ANYTHING},
    {"pam_lastlog.so", PAM_ANYTHING},
    {"pam_listfile.so", PAM_ANYTHING},
    {"pam_mail.so", PAM_ANYTHING},
    {"pam_motd.so", PAM_PASS},
    {"pam_nologin.so", PAM_ANYTHING},
    {"pam_securetty.so", PAM_ANYTHING},
    {"pam_sepermit.so", PAM_ANYTHING},
    {"pam_shells.so", PAM_ANYTHING},
    {"pam_succeed_if.so", PAM_ANYTHING},
    {"pam_time.so", PAM_ANYTHING},
    {"pam_tty_audit.so", PAM_ANYTHING},
    {"pam_umask.so", PAM_ANYTHING},
    {"pam_usertype.so", PAM_ANYTHING},
    {"pam_warn.so", PAM_PASS},
    {"pam_wheel.so", PAM_ANYTHING},
};

int
pam_line_has(const struct pam_line *l, const char *arg)
{
	const size_t len = strlen(arg);

	for (const char *p = l->args; (p = strstr(p, arg)) != NULL; p += len) {
		if ((p == l->args || p[-1] == ' ' || p[-1] == '\t') &&
		    strchr(" \t", p[len]) != NULL)
			return 1;
	}
	return 0;
}

/* Is "uid < N" demanded, with N at most limit? */
static int
is_below(const struct pam_line *l, unsigned long limit)
{
	static const char words[] = "uid < ";
	const char *p = strstr(l->args, words);

	return p != NULL && (p == l->args || p[-1] == ' ' || p[-1] == '\t') &&
	    strtoul(p + sizeof(words) - 1, NULL, 10) <= limit;
}

unsigned int
pam_known_answers(const struct pam_line *l, int is_local)
{
	const char *module = pam_line_module(l);
	unsigned int may = PAM_ANYTHING | PAM_PROOF;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].module, module) == 0)
			may = known[i].may;
	}
	/* Nobody of ours has a local password, but an account in order. */
	if (!l->is_auth && strcmp(module, "pam_unix.so") == 0)
		may = PAM_ANYTHING;
	/* Our numbers are above those of system accounts; the caller's
	 * (use_uid) need not be. */
	if (!is_local && !pam_line_has(l, "use_uid")) {
		if (strcmp(module, "pam_succeed_if.so") == 0 &&
		    is_below(l, SYSTEM_END))
			may = PAM_NO;
		if (strcmp(module, "pam_usertype.so") == 0)
			may = pam_line_has(l, "issystem") ? PAM_NO : PAM_YES;
	}
	if (may & LOCAL)
		may |= is_local ? PAM_YES : PAM_NO;
	return may;
}
