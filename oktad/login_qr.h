/*
 * A QR code as text for a terminal: two rows of squares in a line, light ones
 * drawn, so that it reads on a dark background; phones read it inverted, too.
 */
#ifndef OKTAD_LOGIN_QR_H
#define OKTAD_LOGIN_QR_H

#include <stddef.h>

/* Lines parted by \n, in UTF-8. 0; -1 and dst "" where text has no code, or
 * the code has not enough room. */
int login_qr(const char *text, char *dst, size_t cap);

#endif
