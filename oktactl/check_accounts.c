/*
 * Local accounts that people of Okta are behind ([local_accounts]): that there
 * is one, that nothing of this host opens it past Okta, and that a session to
 * it can be refused.
 */
#include <shadow.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check.h"
#include "directory.h"
#include "local_account.h"
#include "pam_stack.h"
#include "paths.h"
#include "rules_write.h"

#define SHADOW_FILE "/etc/shadow"

static int
is_locked(const char *hash)
{
	return hash[0] == '!' || hash[0] == '*';
}

/* The hash of passwd(5) counts where it is not "x", else that of shadow(5). */
static int
is_password_locked(const char *name)
{
	FILE *f = fopen(local_files_here.passwd, "re");
	int is_shadow = 0, locked = 1;
	struct passwd *pw;
	struct spwd *sp;

	while (f != NULL && (pw = fgetpwent(f)) != NULL)
		if (strcmp(pw->pw_name, name) == 0) {
			is_shadow = strcmp(pw->pw_passwd, "x") == 0;
			locked &= is_shadow || is_locked(pw->pw_passwd);
		}
	if (f != NULL)
		fclose(f);
	f = is_shadow ? fopen(SHADOW_FILE, "re") : NULL;
	while (f != NULL && (sp = fgetspent(f)) != NULL)
		if (strcmp(sp->sp_namp, name) == 0)
			locked &= is_locked(sp->sp_pwdp);
	if (f != NULL)
		fclose(f);
	return locked;
}

static int
is_published(const char *name)
{
	struct directory_user u;
	struct directory d;
	int r = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);

	if (r == OKTA_OK)
		r = directory_user_by_name(&d, name, &u);
	directory_close(&d);
	return r == OKTA_OK;
}

static void
check_account(struct findings *all, const struct conf *conf, const char *name)
{
	struct conf_place at = conf_where(conf, "local_accounts", name);
	uint32_t uid;

	if (local_account(&local_files_here, name, conf->id_min, conf->id_max,
		&uid) == ACCOUNT_MISSING) {
		findings_add(all, "local-account-missing", SEVERITY_WARNING,
		    at.file, at.line,
		    "there is no local account %s, so nobody is behind it|"
		    "useradd -m -s /bin/bash %s",
		    name, name);
		return;
	}
	if (!is_password_locked(name))
		findings_add(all, "local-account-password", SEVERITY_ERROR,
		    SHADOW_FILE, 0,
		    "%s has a password of its own, which opens it past Okta "
		    "wherever pam_unix is asked|usermod -L %s",
		    name, name);
	if (is_published(name))
		findings_add(all, "local-account-published", SEVERITY_ERROR,
		    at.file, at.line,
		    "%s is a local account, and is still published as a person "
		    "of Okta|oktactl sync",
		    name);
}

/* A key that is nobody's is refused in the session phase: where its line hears
 * no, it is let in. */
static void
check_session(struct findings *all, const struct conf *conf)
{
	static struct pam_stack stack;
	const char *action = "no such line";
	char buf[32];
	size_t i = 0;

	if (pam_stack_read(&stack, "/etc/pam.d", "sshd", "session") != 0) {
		check_pam_unread(
		    all, SEVERITY_ERROR, "sshd", "session", &stack);
		return;
	}
	while (i < stack.n &&
	    strcmp(pam_line_module(&stack.lines[i]), "pam_okta.so") != 0)
		i++;
	if (i < stack.n)
		action = pam_line_action(
		    &stack.lines[i], "perm_denied", buf, sizeof(buf));
	if (strcmp(action, "bad") == 0 || strcmp(action, "die") == 0)
		return;
	findings_add(all, "local-account-session", SEVERITY_ERROR,
	    i < stack.n ? stack.lines[i].file : "/etc/pam.d/sshd",
	    i < stack.n ? stack.lines[i].line : 0,
	    "sshd: a denial by pam_okta in session is \"%s\", not \"bad\": an "
	    "ssh key that is nobody's of Okta opens %.*s|%s",
	    action, (int)strcspn(conf->local_accounts[0], " "),
	    conf->local_accounts[0], check_pam_remedy());
}

/* Whoever comes with a password is asked for a name first, and the password
 * method of sshd has no room for a second question. */
static void
check_question(struct findings *all, const char *name)
{
	/* The other two are what older versions call it (servconf.c). */
	static const char *const words[] = {"KbdInteractiveAuthentication",
	    "ChallengeResponseAuthentication", "SkeyAuthentication", NULL};
	struct sshd_line l;

	if (!check_sshd_find(words, &l) || strcasecmp(l.value, "no") != 0)
		return;
	findings_add(all, "local-account-question", SEVERITY_WARNING, l.file,
	    l.line,
	    "sshd can not ask who somebody is, so nobody gets into %s with a "
	    "password|sed -i 's/^[[:space:]]*%s.*/KbdInteractiveAuthentication "
	    "yes/' %s && systemctl reload ssh",
	    name, l.word, l.file);
}

void
check_accounts(struct findings *all, const struct conf *conf)
{
	char name[DIR_NAME_MAX + 1], last[DIR_NAME_MAX + 1] = "";
	char shared[DIR_NAME_MAX + 1] = "";

	if (conf == NULL || conf->local_accounts == NULL ||
	    conf->local_accounts[0] == NULL)
		return;
	for (char **p = conf->local_accounts; *p != NULL; p++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*p, " "), *p);
		if (strcmp(name, last) != 0)
			check_account(all, conf, name);
		if (!rules_is_own(conf->local_accounts,
			(size_t)(p - conf->local_accounts)))
			strcpy(shared, name);
		strcpy(last, name);
	}
	if (shared[0] != '\0')
		check_question(all, shared);
	check_session(all, conf);
}
