/*
 * Foreign text that a person will read: what may stand in it. The modules use
 * this without the rules of names (name.c).
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "name.h"

/* Length of the UTF-8 sequence at s, and its code point; 0 where there is
 * none (RFC 3629, section 4: no overlong forms, no surrogates). */
static size_t
utf8_next(const unsigned char *s, size_t len, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n, i;
	uint32_t c = s[0];

	if (c < 0x80)
		n = 1;
	else if (c >= 0xc2 && c <= 0xdf)
		n = 2, c &= 0x1f;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3, c &= 0x0f;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4, c &= 0x07;
	else
		return 0;
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*point = c;
	return n;
}

/* Characters that draw nothing, move the cursor or turn the text around. */
static int
is_harmful(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
	    {0x0000, 0x001f}, /* C0 */
	    {0x007f, 0x009f}, /* DEL and C1 */
	    {0x00ad, 0x00ad}, /* soft hyphen */
	    {0x034f, 0x034f}, /* combining grapheme joiner */
	    {0x061c, 0x061c}, /* Arabic letter mark */
	    {0x115f, 0x1160}, /* Hangul fillers */
	    {0x17b4, 0x17b5}, /* Khmer inherent vowels */
	    {0x180b, 0x180f}, /* Mongolian selectors and separator */
	    {0x200b, 0x200f}, /* zero width, left-to-right marks */
	    {0x2028, 0x202e}, /* separators, embeddings, overrides */
	    {0x2060, 0x206f}, /* word joiner, invisible, isolates */
	    {0x3164, 0x3164}, /* Hangul filler */
	    {0xfdd0, 0xfdef}, /* noncharacters */
	    {0xfe00, 0xfe0f}, /* variation selectors */
	    {0xfeff, 0xfeff}, /* byte order mark */
	    {0xffa0, 0xffa0}, /* halfwidth Hangul filler */
	    {0xfff0, 0xfffb}, /* specials */
	    {0x1bca0, 0x1bca3}, /* shorthand format controls */
	    {0x1d173, 0x1d17a}, /* musical format controls */
	    {0xe0000, 0xe0fff}, /* tags, more variation selectors */
	};
	size_t i;

	if ((c & 0xfffe) == 0xfffe)
		return 1;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return 1;
	return 0;
}

size_t
name_next_char(const char *s, size_t len, int *is_fit)
{
	uint32_t c;
	size_t n = utf8_next((const unsigned char *)s, len, &c);

	*is_fit = n > 0 && !is_harmful(c);
	return n;
}

int
name_is_utf8(const char *s, size_t len)
{
	int is_fit;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = name_next_char(s, len, &is_fit);
		if (n == 0)
			return 0;
	}
	return 1;
}

void
name_filter_but(char *dst, size_t cap, const char *src, size_t len, char but)
{
	int is_fit;
	size_t n, keep;

	for (; len > 0; src += n, len -= n) {
		n = name_next_char(src, len, &is_fit);
		is_fit |= n == 1 && *src == but;
		keep = is_fit ? n : 1;
		if (keep >= cap)
			break;
		memcpy(dst, is_fit ? src : "?", keep);
		if (n == 0)
			n = 1;
		dst += keep;
		cap -= keep;
	}
	*dst = '\0';
}
