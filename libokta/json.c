#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "json.h"
#include "json_lex.h"
#include "json_slim.h"
#include "name.h"

/* Members of all objects of a document. */
static size_t
count_members(const struct json_object *v)
{
	size_t n = 0;

	if (json_object_is_type(v, json_type_array))
		for (size_t i = 0; i < json_object_array_length(v); i++)
			n += count_members(json_object_array_get_idx(v, i));
	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, key, value)
		{
			(void)key;
			n += 1 + count_members(value);
		}
	}
	return n;
}

static int
parse_words(const char *p, size_t len, const char *what,
    struct json_object **out, struct error *e)
{
	struct json_tokener *tok;
	enum json_tokener_error code;
	size_t end;

	/* One level more than allowed: json-c counts the innermost scalar. */
	tok = json_tokener_new_ex(JSON_DEPTH + 1);
	if (tok == NULL)
		return error_set(e, ERROR_SYSTEM, "%s: out of memory", what);
	json_tokener_set_flags(
	    tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*out = json_tokener_parse_ex(tok, p, (int)len);
	code = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	if (code == json_tokener_continue) {
		/* A bare number or word ends only at the byte after it. */
		*out = json_tokener_parse_ex(tok, "\n", 1);
		code = json_tokener_get_error(tok);
		end = len;
	}
	json_tokener_free(tok);
	while (end < len && strchr(" \t\r\n", p[end]) != NULL && p[end] != '\0')
		end++;
	if (code == json_tokener_success && end == len && *out != NULL)
		return 0;
	json_free(*out);
	*out = NULL;
	return error_set(e, ERROR_PROTOCOL, "%s: not JSON: %s at byte %zu",
	    what,
	    code != json_tokener_success ? json_tokener_error_desc(code)
					 : "not one value",
	    end);
}

int
json_parse(const char *p, size_t len, const char *what,
    struct json_object **out, struct error *e)
{
	struct lex_counts n;
	const char *wrong;
	size_t at;

	*out = NULL;
	if (len == 0 || len >= INT_MAX)
		return error_set(
		    e, ERROR_PROTOCOL, "%s: %zu bytes are no JSON", what, len);
	wrong = json_lex(p, len, &n, &at);
	if (wrong != NULL)
		return error_set(e, ERROR_PROTOCOL,
		    "%s: not JSON: %s at byte "
		    "%zu",
		    what, wrong, at);
	if (n.depth > JSON_DEPTH)
		return error_set(e, ERROR_PROTOCOL,
		    "%s: JSON nested deeper "
		    "than %d",
		    what, JSON_DEPTH);
	if (n.containers > JSON_CONTAINERS_MAX || n.tokens > JSON_TOKENS_MAX)
		return error_set(e, ERROR_PROTOCOL,
		    "%s: JSON of %zu values, more than any page of Okta has",
		    what, n.tokens);
	if (parse_words(p, len, what, out, e) != 0)
		return -1;
	/* json-c keeps the last of two equal keys and drops what the first one
	 * held, so fewer members are left than there were colons. */
	if (count_members(*out) != n.members) {
		json_free(*out);
		*out = NULL;
		return error_set(e, ERROR_PROTOCOL,
		    "%s: JSON with one key "
		    "twice in an object",
		    what);
	}
	return 0;
}

void
json_texts_free(struct json_texts *t)
{
	free(t->text);
	free(t->cut);
	memset(t, 0, sizeof(*t));
}

/* 1 and *out; 0 where memory or json_slim() can not; -1. */
static int
slim(const char *p, size_t len, const char *what, const char *const *keep,
    struct json_texts *out, struct error *e)
{
	const char *wrong;
	int is_done;
	size_t at;

	memset(out, 0, sizeof(*out));
	out->text = keep != NULL && len < INT_MAX ? malloc(len + 1) : NULL;
	if (out->text == NULL)
		return 0;
	wrong = json_slim(p, len, keep, out, &is_done, &at);
	if (wrong != NULL)
		error_set(e, ERROR_PROTOCOL, "%s: not JSON: %s at byte %zu",
		    what, wrong, at);
	if (wrong == NULL && is_done)
		return 1;
	json_texts_free(out);
	return wrong != NULL ? -1 : 0;
}

int
json_cut(const char *p, size_t len, const char *what, const char *const *keep,
    struct json_texts *out, struct error *e)
{
	int rc = slim(p, len, what, keep, out, e);

	if (rc != 1)
		return rc;
	if (out->text[0] != '[' || out->n > JSON_CONTAINERS_MAX) {
		json_texts_free(out);
		return 0;
	}
	return 1;
}

int
json_parse_members(const char *p, size_t len, const char *what,
    const char *const *keep, struct json_object **out, struct error *e)
{
	struct json_texts t;
	int rc;

	*out = NULL;
	rc = slim(p, len, what, keep, &t, e);
	if (rc == 1)
		rc = json_parse(t.text, t.len, what, out, e);
	else if (rc == 0)
		rc = json_parse(p, len, what, out, e);
	json_texts_free(&t);
	return rc;
}

void
json_free(struct json_object *doc)
{
	json_object_put(doc);
}

int
json_get(const struct json_object *o, const char *key, struct json_object **out)
{
	*out = NULL;
	if (!json_object_is_type(o, json_type_object))
		return -1;
	if (!json_object_object_get_ex(o, key, out) || *out == NULL)
		return 0;
	return 1;
}

static int
get_typed(const struct json_object *o, const char *key, enum json_type type,
    struct json_object **out)
{
	int r = json_get(o, key, out);

	if (r == 1 && !json_object_is_type(*out, type)) {
		*out = NULL;
		return -1;
	}
	return r;
}

int
json_get_object(
    const struct json_object *o, const char *key, struct json_object **out)
{
	return get_typed(o, key, json_type_object, out);
}

int
json_get_array(
    const struct json_object *o, const char *key, struct json_object **out)
{
	return get_typed(o, key, json_type_array, out);
}

/* Copies a value; absent or null is 0. */
static int
get_string(const struct json_object *v, char *dst, size_t cap)
{
	const char *s;
	size_t len;

	dst[0] = '\0';
	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_string))
		return -1;
	/* json-c's getters take no const, and change nothing of a string. */
	s = json_object_get_string((struct json_object *)(uintptr_t)v);
	len = (size_t)json_object_get_string_len(v);
	/* U+FFFD is what json-c puts in the place of half a surrogate pair:
	 * two strings would become one. */
	if (len >= cap || strlen(s) != len || strstr(s, "\xef\xbf\xbd") != NULL)
		return -1;
	memcpy(dst, s, len + 1);
	return 1;
}

static int
get_id(const struct json_object *v, char *dst)
{
	int r = get_string(v, dst, JSON_ID_MAX + 1);

	if (r == 1 && !json_is_id(dst, strlen(dst))) {
		dst[0] = '\0';
		return -1;
	}
	return r;
}

/* Decimal digits, no sign, no space, no leading zero; 10 digits hold any u32
 * and no 64-bit overflow. */
static int
decimal(const char *s, int64_t *out)
{
	size_t len = strlen(s);

	*out = 0;
	if (len == 0 || len > 10 || (s[0] == '0' && len > 1))
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		*out = *out * 10 + (*s - '0');
	}
	return 1;
}

static int
get_u32(const struct json_object *v, uint32_t min, uint32_t max, uint32_t *out)
{
	int64_t n = -1;
	char digits[16];
	double d;

	*out = 0;
	switch (v == NULL ? json_type_null : json_object_get_type(v)) {
	case json_type_null:
		return 0;
	case json_type_int:
		n = json_object_get_int64(v);
		break;
	case json_type_double:
		/* An attribute of Okta type number; Java prints large ones as
		 * 1.8790482E9. */
		d = json_object_get_double(v);
		if (d >= 1 && d <= UINT32_MAX && d == (double)(int64_t)d)
			n = (int64_t)d;
		break;
	case json_type_string:
		if (get_string(v, digits, sizeof(digits)) != 1 ||
		    decimal(digits, &n) != 1)
			return -1;
		break;
	default:
		return -1;
	}
	if (n < (int64_t)min || n > (int64_t)max)
		return -1;
	*out = (uint32_t)n;
	return 1;
}

int
json_get_string(
    const struct json_object *o, const char *key, char *dst, size_t cap)
{
	struct json_object *v;
	int r = json_get(o, key, &v);

	dst[0] = '\0';
	return r == 1 ? get_string(v, dst, cap) : r;
}

int
json_get_id(const struct json_object *o, const char *key, char *dst)
{
	struct json_object *v;
	int r = json_get(o, key, &v);

	dst[0] = '\0';
	return r == 1 ? get_id(v, dst) : r;
}

int
json_get_u32(const struct json_object *o, const char *key, uint32_t min,
    uint32_t max, uint32_t *out)
{
	struct json_object *v;
	int r = json_get(o, key, &v);

	*out = 0;
	return r == 1 ? get_u32(v, min, max, out) : r;
}

int
json_get_i64(const struct json_object *o, const char *key, int64_t min,
    int64_t max, int64_t *out)
{
	struct json_object *v;
	int r = get_typed(o, key, json_type_int, &v);
	int64_t n;

	*out = 0;
	if (r != 1)
		return r;
	n = json_object_get_int64(v);
	/* Both ends are also what json-c answers for numbers beyond them. */
	if (n == INT64_MAX || n == INT64_MIN || n < min || n > max)
		return -1;
	*out = n;
	return 1;
}

/* count digits as a number, or -1. */
static int
digits_at(const char *s, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	return n;
}

void
json_get_text(
    const struct json_object *o, const char *key, char *dst, size_t cap)
{
	struct json_object *v;

	dst[0] = '\0';
	if (json_get(o, key, &v) == 1 &&
	    json_object_is_type(v, json_type_string))
		name_filter_text(dst, cap, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
}

int
json_get_time(const struct json_object *o, const char *key, int64_t *out)
{
	char s[32];
	struct tm tm = {0}, back;
	int r = json_get_string(o, key, s, sizeof(s));
	time_t t;

	*out = 0;
	if (r != 1)
		return r;
	if (strlen(s) != strlen("2026-01-02T03:04:05.000Z") || s[4] != '-' ||
	    s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' ||
	    s[19] != '.' || s[23] != 'Z' || digits_at(s + 20, 3) < 0)
		return -1;
	tm.tm_year = digits_at(s, 4) - 1900;
	tm.tm_mon = digits_at(s + 5, 2) - 1;
	tm.tm_mday = digits_at(s + 8, 2);
	tm.tm_hour = digits_at(s + 11, 2);
	tm.tm_min = digits_at(s + 14, 2);
	tm.tm_sec = digits_at(s + 17, 2);
	back = tm;
	t = timegm(&back);
	/* timegm mends 31 February; we do not. */
	if (tm.tm_year < 70 || back.tm_mon != tm.tm_mon ||
	    back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return -1;
	*out = t;
	return 1;
}
