/*
 * The stack of a PAM service as libpam would build it from /etc/pam.d: one
 * flat list, includes followed (pam.conf(5)).
 */
#ifndef OKTACTL_PAM_STACK_H
#define OKTACTL_PAM_STACK_H

#include <stddef.h>

enum {
	PAM_LINES_MAX = 128, /* of one stack */
	PAM_DEPTH_MAX = 8 /* of includes */
};

/* A line that begins a substack has no module; its lines follow, one level
 * deeper. To a jump of the level above it counts as one. */
struct pam_line {
	char file[512];
	unsigned int line;
	char control[256]; /* "required" or "[…]"; "substack" */
	char module[256]; /* as written; "" where a substack begins */
	char args[256]; /* as written, cut where they are longer */
	int level; /* of substacks around it */
	int is_auth; /* its type is "auth" */
};

struct pam_stack {
	struct pam_line lines[PAM_LINES_MAX];
	size_t n;
	/* Where it could not be read. */
	const char *wrong; /* NULL: it was */
	char file[512];
	unsigned int line; /* 0: the file itself */
};

/* Where libpam looks for what is not in /etc/pam.d (--enable-vendordir). */
#define PAM_VENDOR_DIR "/usr/lib/pam.d"

/* Reads the lines of type ("auth", "account" …). 0, or -1 and wrong, file and
 * line: a file that is not there or can not be read, an include that goes too
 * deep, too long a line or too many of them. A service without a line of that
 * type has those of the service "other", as for libpam. */
int pam_stack_read(struct pam_stack *s, const char *dir, const char *service,
    const char *type);

/* The name of a line's module without its folder. */
const char *pam_line_module(const struct pam_line *l);

/* What the line does when its module answers value ("success", "auth_err"
 * …): "ok", "done", "ignore", "bad", "die", "reset" or a decimal number of
 * lines to skip. Old words (required …) are translated as pam.conf(5) says. */
const char *pam_line_action(
    const struct pam_line *l, const char *value, char *buf, size_t cap);

#endif
