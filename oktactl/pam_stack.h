/*
 * The stack of a PAM service as libpam would build it from /etc/pam.d: one
 * flat list, includes followed (pam.conf(5)).
 */
#ifndef OKTACTL_PAM_STACK_H
#define OKTACTL_PAM_STACK_H

#include <stddef.h>

enum {
	PAM_LINES_MAX = 128, /* of one stack */
	PAM_DEPTH_MAX = 8    /* of includes */
};

struct pam_line {
	char file[512];
	unsigned int line;
	char control[256]; /* "required" or "[…]" */
	char module[256];  /* as written */
	int is_substack;   /* stands in a substack: done and die end only it */
};

struct pam_stack {
	struct pam_line lines[PAM_LINES_MAX];
	size_t n;
};

/* Reads the lines of type ("auth", "account" …). 0, or -1 where the service
 * has no file or an include goes too deep. */
int pam_stack_read(struct pam_stack *s, const char *dir, const char *service,
    const char *type);
/* The action for a return value word ("success", "ignore", "default" …):
 * "ok", "done", "ignore", "bad", "die", "reset" or a decimal number of lines to
 * skip. Old words (required …) are translated as pam.conf(5) says. */
const char *pam_line_action(const struct pam_line *l, const char *value,
    char *buf, size_t cap);

#endif
