/*
 * The stacks of the services that let people in, walked through with every
 * answer that pam_okta may give: its no must be final, its yes must get in,
 * local people must get past it, and the account line must be reached and
 * heard: key logins, sudo without password and cron meet nothing but the
 * account phase (threats T24, T26).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "pam_walk.h"
#include "paths.h"

#define PAM_DIR "/etc/pam.d"
#define PROFILE "/usr/share/pam-configs/okta"

const char *
check_pam_remedy(void)
{
	return access(PROFILE, R_OK) == 0
	    ? "pam-auth-update --enable okta --force"
	    : "copy the lines of the shipped pam.d examples, pam_okta(8)";
}

static size_t
find_okta(const struct pam_stack *s)
{
	size_t i = 0;

	while (i < s->n &&
	    strcmp(pam_line_module(&s->lines[i]), "pam_okta.so") != 0)
		i++;
	return i;
}

static int
is_action(const struct pam_line *l, const char *value, const char *wanted)
{
	char buf[32];

	return strcmp(pam_line_action(l, value, buf, sizeof(buf)), wanted) == 0;
}

/* The values that pam_okta denies with, by pam_okta(8). */
static const char *const auth_noes[] = {
    "auth_err", "authinfo_unavail", "maxtries"};
static const char *const account_noes[] = {
    "acct_expired", "perm_denied", "auth_err", "authinfo_unavail"};
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The worst that may come out of the stack, whichever pam_okta says. */
static struct pam_outcome
walk(const struct pam_stack *s, const char *const values[], size_t n,
    int is_local)
{
	struct pam_outcome worst = {
	    .past = PAM_NOWHERE, .unproven = PAM_NOWHERE};
	struct pam_outcome o;

	for (size_t i = 0; i < n; i++) {
		const struct pam_question q = {values[i], is_local};

		if (pam_walk(s, &q, &o) != 0)
			continue;
		worst.is_open |= o.is_open;
		if (o.is_open_unasked && !worst.is_open_unasked)
			worst.past = o.past;
		worst.is_open_unasked |= o.is_open_unasked;
		if (o.unproven != PAM_NOWHERE)
			worst.unproven = o.unproven;
	}
	return worst;
}

static int
is_entered(const struct pam_stack *s, const char *value, int is_local)
{
	const struct pam_outcome o = walk(s, &value, 1, is_local);

	return o.is_open || o.is_open_unasked;
}

static void
check_refusal(
    struct findings *all, const char *service, const struct pam_stack *s)
{
	const struct pam_line *l = &s->lines[find_okta(s)];
	const struct pam_outcome o = walk(s, auth_noes, COUNT(auth_noes), 0);
	char buf[32];

	if (o.is_open || !is_action(l, "auth_err", "die") ||
	    !is_action(l, "authinfo_unavail", "die"))
		findings_add(all, "pam-auth-falls-through", SEVERITY_ERROR,
		    l->file, l->line,
		    "%s: a denial by pam_okta is \"%s\" here, %s|%s", service,
		    pam_line_action(l, "auth_err", buf, sizeof(buf)),
		    o.is_open ? "and another module can let the person in"
			      : "not \"die\": the next module is asked",
		    check_pam_remedy());
	if (o.past != PAM_NOWHERE)
		findings_add(all, "pam-auth-bypassed", SEVERITY_WARNING,
		    s->lines[o.past].file, s->lines[o.past].line,
		    "%s: a success of %s lets people of Okta in without "
		    "asking pam_okta|sed -i -e '%u{h;d}' -e '$G' %s",
		    service, s->lines[o.past].module, s->lines[o.past].line,
		    s->lines[o.past].file);
	if (o.unproven != PAM_NOWHERE)
		findings_add(all, "pam-second-unproven", SEVERITY_ERROR,
		    s->lines[o.unproven].file, s->lines[o.unproven].line,
		    "%s: second_factor after=stack is reached without a "
		    "success before it: the line above it must be "
		    "[success=ok default=die]|sed -i '%us/ after=stack//' %s",
		    service, s->lines[o.unproven].line,
		    s->lines[o.unproven].file);
}

static void
check_auth(struct findings *all, const char *service, const struct pam_stack *s,
    int is_main)
{
	const size_t at = find_okta(s);
	const struct pam_line *l = &s->lines[at];

	if (at == s->n) {
		if (is_main)
			findings_add(all, "pam-auth", SEVERITY_ERROR, PAM_DIR,
			    0,
			    "%s: auth does not ask pam_okta, so nobody from "
			    "Okta can give a password|%s",
			    service, check_pam_remedy());
		return;
	}
	check_refusal(all, service, s);
	if (!is_entered(s, "success", 0))
		findings_add(all, "pam-auth-closed", SEVERITY_ERROR, l->file,
		    l->line,
		    "%s: a success of pam_okta does not let the person in: "
		    "does it jump too far or not far enough?|%s",
		    service, check_pam_remedy());
	if (!is_action(l, "ignore", "ignore") ||
	    !is_action(l, "user_unknown", "ignore") ||
	    !is_entered(s, "ignore", 1))
		findings_add(all, "pam-auth-local", SEVERITY_ERROR, l->file,
		    l->line,
		    "%s: local people do not get past pam_okta (ignore and "
		    "user_unknown must be \"ignore\", and pam_unix come "
		    "after it)|%s",
		    service, check_pam_remedy());
}

static void
check_account(struct findings *all, const char *service,
    const struct pam_stack *s, int is_main)
{
	const size_t at = find_okta(s);
	const struct pam_line *l = &s->lines[at];
	const struct pam_outcome o =
	    walk(s, account_noes, COUNT(account_noes), 0);
	char buf[32];

	if (at == s->n) {
		if (o.is_open_unasked)
			findings_add(all, "pam-account",
			    is_main ? SEVERITY_ERROR : SEVERITY_WARNING,
			    PAM_DIR, 0,
			    "%s: account does not ask pam_okta, so a suspended "
			    "person still gets in without a password|%s",
			    service, check_pam_remedy());
		return;
	}
	if (o.is_open)
		findings_add(all, "pam-account-ignored", SEVERITY_ERROR,
		    l->file, l->line,
		    "%s: a denial by pam_okta in account is \"%s\", not "
		    "\"bad\", and the stack goes on to let in|%s",
		    service,
		    pam_line_action(l, "acct_expired", buf, sizeof(buf)),
		    check_pam_remedy());
	if (o.past != PAM_NOWHERE)
		findings_add(all, "pam-account-skipped", SEVERITY_ERROR,
		    s->lines[o.past].file, s->lines[o.past].line,
		    "%s: a success of %s skips pam_okta in account|sed -i -e "
		    "'%u{h;d}' -e '$G' %s",
		    service, s->lines[o.past].module, s->lines[o.past].line,
		    s->lines[o.past].file);
}

/* Files that others include are judged through those, left-overs of packages
 * not at all. */
static int
is_service(const char *name)
{
	static const char *const parts[] = {"common-", "system-auth",
	    "password-auth", "postlogin", "fingerprint-auth", "smartcard-auth"};

	for (size_t i = 0; i < COUNT(parts); i++) {
		if (strncmp(name, parts[i], strlen(parts[i])) == 0)
			return 0;
	}
	return name[strcspn(name, ".~")] == '\0';
}

/* libpam refuses the service too, or knows more of it than we do: whether its
 * stack holds is then not known, which is no reason to be silent. */
void
check_pam_unread(struct findings *all, enum severity severity,
    const char *service, const char *type, const struct pam_stack *s)
{
	findings_add(all, "pam-unread", severity, s->file, s->line,
	    "%s: %s can not be followed, so nobody knows whether it keeps out "
	    "whom it should: %s (at most %d lines, and %d files deep)|mend or "
	    "shorten that file, or what includes it, and look again: oktactl "
	    "check",
	    service, type, s->wrong, PAM_LINES_MAX, PAM_DEPTH_MAX);
}

static void
check_service(struct findings *all, const char *service)
{
	static const char *const mains[] = {"sshd", "login", "sudo", "su"};
	static struct pam_stack stack;
	enum severity severity;
	int is_main = 0;

	for (size_t i = 0; i < COUNT(mains); i++)
		is_main |= strcmp(service, mains[i]) == 0;
	severity = is_main ? SEVERITY_ERROR : SEVERITY_WARNING;
	if (pam_stack_read(&stack, PAM_DIR, service, "auth") == 0)
		check_auth(all, service, &stack, is_main);
	else
		check_pam_unread(all, severity, service, "auth", &stack);
	if (pam_stack_read(&stack, PAM_DIR, service, "account") == 0)
		check_account(all, service, &stack, is_main);
	else
		check_pam_unread(all, severity, service, "account", &stack);
}

static void
check_folder(struct findings *all, const char *folder)
{
	struct dirent **names = NULL;
	const int n = scandir(folder, &names, NULL, alphasort);
	char path[512];

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		/* The admin's file stands for the vendor's. */
		snprintf(path, sizeof(path), PAM_DIR "/%s", name);
		if (is_service(name) &&
		    (strcmp(folder, PAM_DIR) == 0 || access(path, F_OK) != 0))
			check_service(all, name);
		free(names[i]);
	}
	free(names);
}

void
check_pam(struct findings *all)
{
	check_folder(all, PAM_DIR);
	check_folder(all, PAM_VENDOR_DIR);
}
