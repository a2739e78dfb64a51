/*
 * The arguments of a line in pam.d. See pam_okta(8).
 */
#ifndef OKTA_ARGS_H
#define OKTA_ARGS_H

struct args {
	int is_debug;
	int has_try_first_pass;
	int has_use_first_pass;
	int is_second_factor;
	int is_after_stack; /* only with is_second_factor */
	unsigned int deadline_s;
	const char *refused; /* the first argument we can not obey, or NULL */
};

enum { ARGS_DEADLINE_S = 75, ARGS_DEADLINE_MAX_S = 3600 };

/* Fills *a, which points into argv. */
void args_parse(struct args *a, int argc, const char **argv);

#endif
