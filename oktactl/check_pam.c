/*
 * The stacks of the services that let people in. For our people the auth line
 * must be final either way, and the account line must be reached and heard:
 * key logins, sudo without password and cron meet nothing but the account phase
 * (threats T24, T26).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "check.h"
#include "pam_stack.h"
#include "paths.h"

#define PAM_DIR "/etc/pam.d"
#define PROFILE "/usr/share/pam-configs/okta"
#define SSHD_CONFIG "/etc/ssh/sshd_config"

static const char *const services[] = {"sshd", "login", "sudo", "su"};

static const char *
remedy(void)
{
	return access(PROFILE, R_OK) == 0
	    ? "pam-auth-update --enable okta --force"
	    : "copy the lines of the shipped pam.d examples, pam_okta(8)";
}

static int
is_okta(const struct pam_line *l)
{
	const char *slash = strrchr(l->module, '/');

	return strcmp(slash != NULL ? slash + 1 : l->module, "pam_okta.so") ==
	    0;
}

static size_t
find_okta(const struct pam_stack *s)
{
	size_t i = 0;

	while (i < s->n && !is_okta(&s->lines[i]))
		i++;
	return i;
}

static int
is_action(const struct pam_line *l, const char *value, const char *wanted)
{
	char buf[32];

	return strcmp(pam_line_action(l, value, buf, sizeof(buf)), wanted) ==
	    0;
}

static void
check_auth(struct findings *all, const char *service,
    const struct pam_stack *s)
{
	size_t at = find_okta(s);
	const struct pam_line *l = &s->lines[at];
	char buf[32];

	if (at == s->n) {
		findings_add(all, "pam-auth", SEVERITY_ERROR, PAM_DIR, 0,
		    "%s: auth does not ask pam_okta, so nobody from Okta can "
		    "give a password|%s",
		    service, remedy());
		return;
	}
	if (!is_action(l, "auth_err", "die") ||
	    !is_action(l, "authinfo_unavail", "die"))
		findings_add(all, "pam-auth-falls-through", SEVERITY_ERROR,
		    l->file, l->line,
		    "%s: a denial by pam_okta is \"%s\", not \"die\": the "
		    "next module is asked|%s",
		    service,
		    pam_line_action(l, "auth_err", buf, sizeof(buf)),
		    remedy());
	if (!is_action(l, "ignore", "ignore") ||
	    !is_action(l, "user_unknown", "ignore"))
		findings_add(all, "pam-auth-local", SEVERITY_ERROR, l->file,
		    l->line,
		    "%s: local people do not get past pam_okta (ignore and "
		    "user_unknown must be \"ignore\")|%s",
		    service, remedy());
}

/* Does a success of an earlier account line end the stack or jump over ours? */
static int
is_skipped(const struct pam_stack *s, size_t at, size_t *by)
{
	char buf[32];

	for (size_t i = 0; i < at; i++) {
		const char *action = pam_line_action(&s->lines[i], "success",
		    buf, sizeof(buf));

		*by = i;
		if (strcmp(action, "done") == 0 && !s->lines[i].is_substack)
			return 1;
		if (i + strtoul(action, NULL, 10) >= at)
			return 1;
	}
	return 0;
}

static void
check_account(struct findings *all, const char *service,
    const struct pam_stack *s)
{
	size_t at = find_okta(s), by = 0;
	const struct pam_line *l = &s->lines[at];
	char buf[32];
	const char *action;

	if (at == s->n) {
		findings_add(all, "pam-account", SEVERITY_ERROR, PAM_DIR, 0,
		    "%s: account does not ask pam_okta, so a suspended person "
		    "still gets in with an ssh key|%s",
		    service, remedy());
		return;
	}
	action = pam_line_action(l, "acct_expired", buf, sizeof(buf));
	if (strcmp(action, "bad") != 0 && strcmp(action, "die") != 0)
		findings_add(all, "pam-account-ignored", SEVERITY_ERROR,
		    l->file, l->line,
		    "%s: a denial by pam_okta in account is \"%s\", not "
		    "\"bad\"|%s",
		    service, action, remedy());
	if (is_skipped(s, at, &by))
		findings_add(all, "pam-account-skipped", SEVERITY_ERROR,
		    s->lines[by].file, s->lines[by].line,
		    "%s: a success of %s skips pam_okta in account|sed -i -e "
		    "'%u{h;d}' -e '$G' %s",
		    service, s->lines[by].module, s->lines[by].line,
		    s->lines[by].file);
}

/* sshd without UsePAM knows neither our passwords nor our account phase. */
static void
check_sshd(struct findings *all)
{
	char *line = NULL, word[64], value[64];
	size_t cap = 0;
	unsigned int number = 0;
	FILE *f = fopen(SSHD_CONFIG, "re");

	if (f == NULL)
		return;
	while (getline(&line, &cap, f) != -1) {
		number++;
		if (sscanf(line, " %63[A-Za-z]%*[ \t=]%63s", word, value) != 2)
			continue;
		if (strcasecmp(word, "UsePAM") == 0 &&
		    strcasecmp(value, "no") == 0)
			findings_add(all, "sshd-usepam", SEVERITY_ERROR,
			    SSHD_CONFIG, number,
			    "sshd does not use PAM: suspended people get in "
			    "with a key|sed -i 's/^[[:space:]]*UsePAM.*/UsePAM "
			    "yes/' " SSHD_CONFIG
			    " && systemctl reload ssh");
	}
	free(line);
	fclose(f);
}

void
check_pam(struct findings *all)
{
	static struct pam_stack stack;

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (pam_stack_read(&stack, PAM_DIR, services[i], "auth") == 0)
			check_auth(all, services[i], &stack);
		if (pam_stack_read(&stack, PAM_DIR, services[i], "account") ==
		    0)
			check_account(all, services[i], &stack);
	}
	check_sshd(all);
}
