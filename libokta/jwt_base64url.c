/* Apart from jwt.c, so that who only reads tokens links no key. */
#include <stdint.h>
#include <string.h>

#include "jwt.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789-_";

size_t
jwt_base64url(char *dst, const void *p, size_t len)
{
	const unsigned char *s = p;
	size_t out = 0;
	uint32_t bits = 0;
	unsigned int have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | s[i];
		for (have += 8; have >= 6; have -= 6)
			dst[out++] = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		dst[out++] = alphabet[bits << (6 - have) & 63];
	dst[out] = '\0';
	return out;
}

int
jwt_base64url_decode(
    unsigned char *dst, size_t cap, const char *text, size_t len)
{
	size_t out = 0;
	uint32_t bits = 0;
	unsigned int have = 0;
	const char *at;

	for (size_t i = 0; i < len; i++) {
		at = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;
		if (at == NULL)
			return -1;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			if (out == cap)
				return -1;
			dst[out++] = (unsigned char)(bits >> have);
		}
	}
	/* A single character left over, or bits that say nothing. */
	if (have >= 6 || (bits & ((1u << have) - 1)) != 0)
		return -1;
	return (int)out;
}
