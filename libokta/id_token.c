#include "id_token.h"

#include <string.h>

#include "jwt.h"
#include "name.h"
#include "secret.h"

enum { PARTS = 3 };

/* One part of the compact form, decoded and parsed as an object. */
static int
open_part(const char *text, size_t len, const char *what,
    struct json_object **doc, struct error *e)
{
	unsigned char bytes[ID_TOKEN_MAX];
	int n = len <= ID_TOKEN_MAX
	    ? jwt_base64url_decode(bytes, sizeof(bytes), text, len)
	    : -1;
	int rc = -1;

	*doc = NULL;
	if (n <= 0)
		error_set(e, ERROR_PROTOCOL, "%s: not base64url", what);
	else if (json_parse((char *)bytes, (size_t)n, what, doc, e) == 0) {
		if (json_object_is_type(*doc, json_type_object))
			rc = 0;
		else
			error_set(e, ERROR_PROTOCOL, "%s: no object", what);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

static int
wrong(struct error *e, const char *claim, const char *why)
{
	return error_set(
	    e, ERROR_PROTOCOL, "ID token: %s %s; not accepted", claim, why);
}

/* The algorithm is fixed, although the signature is not looked at: a token with
 * another one is not one of Okta's (RFC 8725, 3.1). */
static int
check_header(const struct json_object *header, struct error *e)
{
	struct json_object *v = NULL;
	char alg[16];

	if (json_get_string(header, "alg", alg, sizeof(alg)) != 1 ||
	    strcmp(alg, "RS256") != 0)
		return wrong(e, "alg", "is not RS256");
	if (json_get(header, "crit", &v) != 0)
		return wrong(e, "crit", "demands what is not understood");
	return 0;
}

/* One string, or a list of nothing but that string: an audience that we do not
 * know is one that we do not trust (3.1.3.7, item 3). */
static int
is_audience(const struct json_object *claims, const char *client_id)
{
	struct json_object *v = NULL;

	if (json_get(claims, "aud", &v) != 1)
		return 0;
	if (json_object_is_type(v, json_type_array)) {
		if (json_object_array_length(v) != 1)
			return 0;
		v = json_object_array_get_idx(v, 0);
	}
	return json_object_is_type(v, json_type_string) &&
	    (size_t)json_object_get_string_len(v) == strlen(client_id) &&
	    strcmp(json_object_get_string(v), client_id) == 0;
}

/* The member is that text; is_optional: or it is not there. */
static int
is_text(const struct json_object *claims, const char *key, const char *wanted,
    int is_optional)
{
	struct json_object *v = NULL;

	if (json_get(claims, key, &v) == 0)
		return is_optional;
	return json_object_is_type(v, json_type_string) &&
	    (size_t)json_object_get_string_len(v) == strlen(wanted) &&
	    strcmp(json_object_get_string(v), wanted) == 0;
}

static int
check_times(const struct json_object *claims, int64_t now, struct error *e)
{
	int64_t expires, issued, begins;
	int r;

	if (json_get_i64(claims, "exp", 1, INT64_MAX, &expires) != 1)
		return wrong(e, "exp", "is missing or no number");
	if (expires <= now)
		return wrong(e, "exp", "has passed");
	if (json_get_i64(claims, "iat", 1, INT64_MAX, &issued) != 1)
		return wrong(e, "iat", "is missing or no number");
	/* Made for this very request, so neither old nor of the future. */
	if (issued > now + ID_TOKEN_LEEWAY_S ||
	    issued < now - ID_TOKEN_LEEWAY_S)
		return wrong(e, "iat", "is not of now");
	r = json_get_i64(claims, "nbf", 0, INT64_MAX, &begins);
	if (r < 0 || (r == 1 && begins > now + ID_TOKEN_LEEWAY_S))
		return wrong(e, "nbf", "is not of now");
	return 0;
}

static unsigned int
class_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned int class;
	} words[] = {{"pwd", AMR_KNOWN}, {"pin", AMR_KNOWN}, {"kba", AMR_KNOWN},
	    {"otp", AMR_HELD}, {"sms", AMR_HELD}, {"tel", AMR_HELD},
	    {"hwk", AMR_HELD}, {"swk", AMR_HELD}, {"pop", AMR_HELD},
	    {"sc", AMR_HELD}, {"fpt", AMR_BODY}, {"face", AMR_BODY},
	    {"iris", AMR_BODY}, {"retina", AMR_BODY}, {"vbm", AMR_BODY},
	    {"mfa", AMR_SEVERAL}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].class;
	return 0;
}

static int
take_amr(const struct json_object *claims, unsigned int *amr, struct error *e)
{
	struct json_object *list = NULL;
	int r = json_get_array(claims, "amr", &list);

	*amr = 0;
	if (r < 0)
		return wrong(e, "amr", "is no list");
	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);

		if (!json_object_is_type(v, json_type_string))
			return wrong(e, "amr", "holds what is no text");
		*amr |= class_of(json_object_get_string(v));
	}
	return 0;
}

static int
check_claims(const struct json_object *claims, const struct id_token_wanted *w,
    struct id_token *t, struct error *e)
{
	struct json_object *v = NULL;

	if (!is_text(claims, "iss", w->issuer, 0))
		return error_set(e, ERROR_PROTOCOL,
		    "ID token: iss is not %s (oidc_issuer); not accepted",
		    w->issuer);
	if (!is_audience(claims, w->client_id))
		return wrong(e, "aud", "is not this client and nobody else");
	if (!is_text(claims, "azp", w->client_id, 1))
		return wrong(e, "azp", "is another client");
	if (w->nonce != NULL ? !is_text(claims, "nonce", w->nonce, 0)
			     : json_get(claims, "nonce", &v) != 0)
		return wrong(e, "nonce", "is not the one that was sent");
	if (check_times(claims, w->now, e) != 0 ||
	    take_amr(claims, &t->amr, e) != 0)
		return -1;
	if (json_get_id(claims, "sub", t->subject) != 1)
		return wrong(e, "sub", "is missing or no user id");
	return 0;
}

int
id_token_read(const char *text, size_t len,
    const struct id_token_wanted *wanted, struct id_token *t, struct error *e)
{
	struct json_object *header = NULL, *claims = NULL;
	const char *part[PARTS] = {0}, *end = text + len;
	size_t size[PARTS] = {0};
	int n = 0, rc = -1;

	*t = (struct id_token){0};
	for (const char *p = text; n < PARTS; n++) {
		const char *dot = memchr(p, '.', (size_t)(end - p));

		part[n] = p;
		size[n] = (size_t)((dot != NULL ? dot : end) - p);
		if (dot == NULL) {
			n++;
			break;
		}
		p = dot + 1;
	}
	/* The last part must be the rest: a signature, read by nobody. */
	if (len > ID_TOKEN_MAX || n != PARTS || size[2] == 0 ||
	    part[2] + size[2] != end)
		return error_set(
		    e, ERROR_PROTOCOL, "ID token: not a signed JWT");
	if (open_part(part[0], size[0], "ID token header", &header, e) == 0 &&
	    open_part(part[1], size[1], "ID token", &claims, e) == 0 &&
	    check_header(header, e) == 0)
		rc = check_claims(claims, wanted, t, e);
	json_free(header);
	json_free(claims);
	if (rc != 0)
		*t = (struct id_token){0};
	return rc;
}

int
id_token_shows_two(unsigned int amr)
{
	unsigned int kinds = amr & (AMR_KNOWN | AMR_HELD | AMR_BODY);

	/* More than one bit. */
	return (amr & AMR_SEVERAL) != 0 || (kinds & (kinds - 1)) != 0;
}
