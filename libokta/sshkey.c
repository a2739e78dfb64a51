#include "sshkey.h"

#include <stdint.h>
#include <string.h>

enum { BASE64_MAX = 2900, RSA_BITS_MIN = 2048 };

/* Bytes first to end of what the base64 text says. */
struct blob {
	const char *base64;
	size_t at, end;
};

/* What stands in a key behind its type. */
static const struct kind {
	const char *type, *curve; /* curve NULL: none */
	size_t point; /* bytes of the public value; 0: RSA */
	int has_application;
} kinds[] = {
    {"ssh-ed25519", NULL, 32, 0},
    {"sk-ssh-ed25519@openssh.com", NULL, 32, 1},
    {"ecdsa-sha2-nistp256", "nistp256", 65, 0},
    {"ecdsa-sha2-nistp384", "nistp384", 97, 0},
    {"ecdsa-sha2-nistp521", "nistp521", 133, 0},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", 65, 1},
    {"ssh-rsa", NULL, 0, 0},
};

static const struct kind *
find_kind(const char *type, size_t len)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].type) == len &&
		    memcmp(kinds[i].type, type, len) == 0)
			return &kinds[i];
	return NULL;
}

static int
digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 4648, 4: whole groups, and nothing that the padding cuts off, so that a
 * key has one spelling. 1, or 0. */
static int
open_blob(struct blob *b, const char *s, size_t len)
{
	size_t pad = 0;

	if (len < 4 || len % 4 != 0 || len > BASE64_MAX)
		return 0;
	while (pad < 2 && s[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++)
		if (digit(s[i]) < 0)
			return 0;
	if ((pad == 1 && digit(s[len - 2]) % 4 != 0) ||
	    (pad == 2 && digit(s[len - 3]) % 16 != 0))
		return 0;
	*b = (struct blob){s, 0, len / 4 * 3 - pad};
	return 1;
}

static uint8_t
byte(const struct blob *b, size_t i)
{
	size_t at = b->at + i;
	const char *group = b->base64 + at / 3 * 4;
	uint32_t word = 0;

	for (size_t k = 0; k < 4; k++)
		word = word << 6 |
		    (group[k] == '=' ? 0 : (uint32_t)digit(group[k]));
	return (uint8_t)(word >> (16 - 8 * (at % 3)));
}

static size_t
left(const struct blob *b)
{
	return b->end - b->at;
}

/* A string of RFC 4251, 5. 0 or -1. */
static int
next(struct blob *b, struct blob *field)
{
	uint32_t len = 0;

	if (left(b) < 4)
		return -1;
	for (size_t i = 0; i < 4; i++)
		len = len << 8 | byte(b, i);
	if (len > left(b) - 4)
		return -1;
	*field = (struct blob){b->base64, b->at + 4, b->at + 4 + len};
	b->at += 4 + len;
	return 0;
}

static int
is_text(const struct blob *b, const char *text)
{
	size_t i = 0;

	while (i < left(b) && text[i] != '\0' && byte(b, i) == (uint8_t)text[i])
		i++;
	return i == left(b) && text[i] == '\0';
}

/* e and n: positive numbers without a needless 0 in front. */
static int
is_rsa(struct blob *b)
{
	struct blob e, n;
	size_t bits;
	int sign;

	if (next(b, &e) != 0 || next(b, &n) != 0 || left(&e) == 0 ||
	    left(&e) > 8 || left(&n) < 2 || (byte(&e, 0) & 0x80) ||
	    (byte(&n, 0) & 0x80))
		return 0;
	sign = byte(&n, 0) == 0;
	if (sign && !(byte(&n, 1) & 0x80))
		return 0;
	bits = (left(&n) - (size_t)sign) * 8;
	for (int top = byte(&n, (size_t)sign); top < 0x80; top *= 2)
		bits--;
	return bits >= RSA_BITS_MIN;
}

static int
is_key(const struct kind *k, struct blob b)
{
	struct blob f;

	if (next(&b, &f) != 0 || !is_text(&f, k->type))
		return 0;
	if (k->curve != NULL && (next(&b, &f) != 0 || !is_text(&f, k->curve)))
		return 0;
	if (k->point == 0)
		return is_rsa(&b) && left(&b) == 0;
	if (next(&b, &f) != 0 || left(&f) != k->point ||
	    (k->curve != NULL && byte(&f, 0) != 4))
		return 0;
	if (k->has_application && (next(&b, &f) != 0 || left(&f) == 0))
		return 0;
	return left(&b) == 0;
}

/* NULL, or what is wrong with "TYPE BASE64". */
static const char *
judge(const char *type, size_t type_len, const char *base64, size_t len)
{
	const struct kind *k = find_kind(type, type_len);
	struct blob b;

	if (k == NULL)
		return "ssh key begins with no type that is taken: options, "
		       "certificates and DSA are not";
	if (!open_blob(&b, base64, len))
		return "ssh key is no base64, or too long";
	if (!is_key(k, b))
		return "ssh key is damaged, not of its type, or RSA below 2048 "
		       "bits";
	return NULL;
}

const char *
sshkey_take(const char *text, char dst[SSHKEY_SIZE])
{
	size_t type_len = strcspn(text, " \t"), len;
	const char *base64 = text + type_len + strspn(text + type_len, " \t");
	const char *why;

	dst[0] = '\0';
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return "ssh key has a newline or a control character";
	len = strcspn(base64, " \t");
	why = judge(text, type_len, base64, len);
	if (why != NULL)
		return why;
	if (type_len + 1 + len >= SSHKEY_SIZE)
		return "ssh key is too long";
	memcpy(dst, text, type_len);
	dst[type_len] = ' ';
	memcpy(dst + type_len + 1, base64, len);
	dst[type_len + 1 + len] = '\0';
	return NULL;
}

int
sshkey_are_keys(const char *text, size_t len, unsigned int *count)
{
	const char *end = text + len, *p = text;

	*count = 0;
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *blank;

		if (stop == NULL)
			return 0;
		blank = memchr(p, ' ', (size_t)(stop - p));
		if (blank == NULL ||
		    judge(p, (size_t)(blank - p), blank + 1,
			(size_t)(stop - blank - 1)) != NULL)
			return 0;
		for (const char *q = text; q < p;
		     q = (const char *)memchr(q, '\n', len) + 1)
			if (memcmp(q, p, (size_t)(stop - p) + 1) == 0)
				return 0;
		++*count;
		p = stop + 1;
	}
	return *count > 0 && *count <= SSHKEY_MAX && len < SSHKEY_TEXT_SIZE;
}
