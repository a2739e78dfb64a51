#include "login_qr.h"

#include <string.h>

#include <qrencode.h>

enum { MARGIN = 2, BLOCK = 3 /* bytes of a drawn one */ };

/* Outside of the code it is light, and so are its light squares. */
static int
is_light(const QRcode *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return 1;
	return (qr->data[y * qr->width + x] & 1) == 0;
}

/* By upper * 2 + lower. */
static const char *const blocks[] = {
    " ", "\xe2\x96\x84", "\xe2\x96\x80", "\xe2\x96\x88"};

int
login_qr(const char *text, char *dst, size_t cap)
{
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	size_t side, lines, len = 0;

	dst[0] = '\0';
	if (qr == NULL)
		return -1;
	side = (size_t)qr->width + (size_t)2 * MARGIN;
	lines = (side + 1) / 2;
	if (lines * (side * BLOCK + 1) + 1 > cap) {
		QRcode_free(qr);
		return -1;
	}
	for (int y = -MARGIN; y < qr->width + MARGIN; y += 2) {
		for (int x = -MARGIN; x < qr->width + MARGIN; x++) {
			const char *s = blocks[is_light(qr, x, y) * 2 +
			    is_light(qr, x, y + 1)];

			memcpy(dst + len, s, strlen(s));
			len += strlen(s);
		}
		dst[len++] = '\n';
	}
	dst[len] = '\0';
	QRcode_free(qr);
	return 0;
}
