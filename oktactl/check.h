/*
 * oktactl check: findings, and the checks that make them. Every finding has
 * a stable id, a place where there is one, and the remedy: a command where one
 * command mends it.
 */
#ifndef OKTACTL_CHECK_H
#define OKTACTL_CHECK_H

#include <stddef.h>

#include "conf.h"

enum severity {
	SEVERITY_WARNING, /* works, but look at it */
	SEVERITY_ERROR /* something does not work, or is open */
};

struct finding {
	const char *id;
	enum severity severity;
	char *file; /* NULL: none */
	unsigned int line;
	char *text, *fix;
};

struct findings {
	struct finding *list;
	size_t n;
};

/* Adds a finding; file may be NULL. text is in printf form and ends with "|"
 * and the remedy: "what is wrong|what to do". */
void findings_add(struct findings *all, const char *id, enum severity severity,
    const char *file, unsigned int line, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void findings_free(struct findings *all);

/* check_conf.c: loads the configuration; NULL where it is refused. */
struct conf *check_conf(struct findings *all, const char *path);
/* check_files.c: folders, published files, modules. */
void check_files(struct findings *all, const struct conf *conf);
/* check_daemon.c: processes, credential, scopes, clock, last sync. */
void check_daemon(
    struct findings *all, const struct conf *conf, const char *conf_path);
/* check_okta.c: names in Okta; over a channel to Okta that works. And factors,
 * by the org's pipeline ("idx", "v1", or "" where it is not known). */
void check_pipeline(
    struct findings *all, const struct conf *conf, const char *pipeline);
void check_okta(struct findings *all, const struct conf *conf, int channel);
/* check_grace.c: does the kernel tell logins apart? conf may be NULL. */
void check_grace(struct findings *all, const struct conf *conf);
/* check_groups.c: sshd's rules that turn members of a group away. */
void check_groups(struct findings *all);
/* check_nsswitch.c */
void check_nsswitch(struct findings *all);
/* check_pam.c: the stacks under /etc/pam.d. */
void check_pam(struct findings *all);
/* A stack of pam_stack_read() that could not be read. */
struct pam_stack;
void check_pam_unread(struct findings *all, enum severity severity,
    const char *service, const char *type, const struct pam_stack *s);
/* The command or the words that put the shipped lines in place. */
const char *check_pam_remedy(void);
/* check_accounts.c: [local_accounts]. conf may be NULL. */
void check_accounts(struct findings *all, const struct conf *conf);
/* check_keys.c: AuthorizedKeysCommand. conf may be NULL. */
void check_keys(struct findings *all, const struct conf *conf);
/* check_sshd.c: UsePAM. */
void check_sshd(struct findings *all);
/* The line by which sshd_config decides about a keyword of these, the first one
 * outside of Match, included files in their place. 1, or 0: there is none. */
struct sshd_line {
	char file[256], word[64], value[64];
	unsigned int line;
};
int check_sshd_find(const char *const *words, struct sshd_line *found);

#endif
