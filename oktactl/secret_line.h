/*
 * One line of standard input that must not be seen: not echoed where that is a
 * terminal, and in no buffer afterwards.
 */
#ifndef OKTACTL_SECRET_LINE_H
#define OKTACTL_SECRET_LINE_H

#include "error.h"
#include "secret.h"

enum { SECRET_LINE_MAX = 512 }; /* bytes without the end of the line */

/* Reads it, after prompt on a terminal. 0; -1 and *e where it is empty, too
 * long or none. A signal that ends the process takes effect once the terminal
 * is as it was. */
int secret_line_read(const char *prompt, struct secret *s, struct error *e);

#endif
