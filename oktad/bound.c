#include "bound.h"

#include <string.h>

#include "buf.h"

enum {
	TOKEN_MAX = 8192,
	TEXT_MAX = 32768,
	SENDS_MAX = 6 /* of one login: push requests, messages, calls */
};

/*
 * The forms. A path is the end of a route's. In a body $L is the login name,
 * $S, $M, $O and $D are the tokens, in the encoding of that body, and $* is
 * anything that stays inside its string or parameter.
 */
#define AUTHN_FIRST                                 \
	"{\"username\":\"$L\",\"password\":\"$*\"," \
	"\"options\":{\"warnBeforePasswordExpired\":true}"
#define STATE "{\"stateToken\":\"$S\""
#define GRANT(name) \
	"grant_type=urn%3Aokta%3Aparams%3Aoauth%3Agrant-type%3A" name
#define MFA_GRANT(name) \
	"grant_type=http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fmfa-" name
#define SCOPE "&scope=openid"

static const struct form {
	const char *path, *body;
	unsigned char most; /* times in one login; 0: as often as a channel's
			       requests last, to ask how something stands */
	enum does {
		GOES_ON,
		TAKES_CHARGE, /* takes what oktad has charged for */
		SENDS, /* has Okta send the person something */
		SENDS_OR_ASKS, /* or asks how what was sent stands */
		GOES_BACK /* what is asked for behind it, is sent anew */
	} does;
} forms[] = {
    {ROUTE_AUTHN, AUTHN_FIRST "}", 1, TAKES_CHARGE},
    {ROUTE_AUTHN, AUTHN_FIRST ",\"context\":{\"deviceToken\":\"$*\"}}", 1,
	TAKES_CHARGE},
    {"/authn/cancel", STATE "}", 2, GOES_ON},
    {"/authn/previous", STATE "}", 12, GOES_BACK},
    {"/authn/skip", STATE "}", 12, GOES_ON},
    {"/authn/credentials/change_password",
	STATE ",\"oldPassword\":\"$*\",\"newPassword\":\"$*\"}", 6, GOES_ON},
    {"/authn/factors/{id}/verify", STATE "}", 0, SENDS_OR_ASKS},
    {"/authn/factors/{id}/verify", STATE ",\"passCode\":\"$*\"}", 24, GOES_ON},
    {"/authn/factors/{id}/verify", STATE ",\"answer\":\"$*\"}", 24, GOES_ON},
    {"/authn/factors/{id}/verify/resend", STATE "}", 0, SENDS},

    {"/v1/token", "grant_type=password&username=$L&password=$*" SCOPE, 1,
	TAKES_CHARGE},
    {"/v1/token", GRANT("otp") "&login_hint=$L&otp=$*" SCOPE, 1, TAKES_CHARGE},
    {"/v1/token", GRANT("oob") "&oob_code=$O" SCOPE, 0, GOES_ON},
    {"/v1/token", GRANT("oob") "&oob_code=$O&binding_code=$*" SCOPE, 6,
	GOES_ON},
    {"/v1/token", MFA_GRANT("otp") "&mfa_token=$M&otp=$*" SCOPE, 24, GOES_ON},
    {"/v1/token", MFA_GRANT("oob") "&oob_code=$O&mfa_token=$M" SCOPE, 0,
	GOES_ON},
    {"/v1/token",
	MFA_GRANT("oob") "&oob_code=$O&mfa_token=$M&binding_code=$*" SCOPE, 6,
	GOES_ON},
    {"/v1/token",
	"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
	"&device_code=$D",
	0, GOES_ON},
    {"/v1/challenge",
	"mfa_token=$M&challenge_types_supported=http%3A%2F%2Fauth0.com%2Foauth"
	"%2Fgrant-type%2Fmfa-oob&channel_hint=$*",
	0, SENDS},
    {"/v1/primary-authenticate",
	"login_hint=$L&channel_hint=$*&challenge_hint="
	"urn%3Aokta%3Aparams%3Aoauth%3Agrant-type%3Aoob",
	1, SENDS},
    {"/v1/device/authorize", "scope=openid", 1, GOES_ON},

    {"/users/{id}/factors", "", 1, GOES_ON},
    {"/users/{id}/factors/{id}/verify", "{}", 1, SENDS},
    {"/users/{id}/factors/{id}/verify", "{\"useNumberMatchingChallenge\":true}",
	1, SENDS},
    {"/users/{id}/factors/{id}/verify", "{\"passCode\":\"$*\"}", 1, GOES_ON},
    /* How a push stands, and to take it back. */
    {"/users/{id}/factors/{id}/transactions/{tx}", "", 0, GOES_ON},
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

_Static_assert((int)FORMS <= (int)BOUND_FORMS_MAX, "used has room");

struct text {
	const char *p, *end;
};

static int
take(struct text *t, const char *bytes, size_t len)
{
	if ((size_t)(t->end - t->p) < len || memcmp(t->p, bytes, len) != 0)
		return 0;
	t->p += len;
	return 1;
}

/* The inside of a JSON string (RFC 8259, 7). */
static int
take_any_json(struct text *t)
{
	for (; t->p < t->end && *t->p != '"'; t->p++) {
		if ((unsigned char)*t->p < ' ')
			return 0;
		if (*t->p == '\\' &&
		    (++t->p == t->end || *t->p == '\0' ||
			strchr("\"\\/bfnrtu", *t->p) == NULL))
			return 0;
	}
	return 1;
}

/* A value as buf_put_percent() writes it: no reader takes it apart in another
 * way. */
static int
take_any_form(struct text *t)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~%";

	while (t->p < t->end && *t->p != '\0' && strchr(plain, *t->p) != NULL)
		t->p++;
	return 1;
}

/* The same bytes as json-c writes them between the quotes. */
static int
take_json(struct text *t, const char *bytes, size_t len)
{
	struct json_object *o = json_object_new_string_len(bytes, (int)len);
	size_t size = 0;
	const char *s = o != NULL ? json_object_to_json_string_length(
					o, JSON_C_TO_STRING_PLAIN, &size)
				  : NULL;
	int is_same = s != NULL && size >= 2 && take(t, s + 1, size - 2);

	json_free(o);
	return is_same;
}

static int
take_form(struct text *t, const char *bytes, size_t len)
{
	int is_same;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	is_same =
	    buf_put_percent(&b, bytes, len) == 0 && take(t, b.bytes, b.len);
	buf_clear(&b);
	return is_same;
}

/* What stands for $c. */
static int
take_value(
    const struct bound *b, enum http_content content, char c, struct text *t)
{
	static const char letters[] = "SMOD"; /* by enum bound_token */
	const char *bytes = b->login;
	size_t len = strlen(b->login);

	if (c == '*')
		return content == HTTP_FORM ? take_any_form(t)
					    : take_any_json(t);
	if (c != 'L') {
		const struct secret *token =
		    &b->tokens[strchr(letters, c) - letters];

		bytes = token->bytes;
		len = token->len;
	}
	/* Nothing is no name, and a token that never came. */
	return len > 0 &&
	    (content == HTTP_FORM ? take_form(t, bytes, len)
				  : take_json(t, bytes, len));
}

static int
is_of_form(const struct bound *b, const struct form *form,
    enum http_content content, const char *body, size_t len)
{
	struct text t = {body, body + len};

	for (const char *s = form->body; *s != '\0';) {
		size_t n = strcspn(s, "$");

		if (!take(&t, s, n))
			return 0;
		s += n;
		if (*s == '\0')
			break;
		if (!take_value(b, content, s[1], &t))
			return 0;
		s += 2;
	}
	return t.p == t.end;
}

static int
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

/* Whose factors, and no query but the one. */
static int
is_path(const struct bound *b, const char *path)
{
	static const char users[] = "/api/v1/users/";
	const char *query = strchr(path, '?'), *id = path + sizeof(users) - 1;
	size_t len = strlen(b->id);

	if (query != NULL && strcmp(query, "?rememberDevice=true") != 0)
		return 0;
	return strncmp(path, users, sizeof(users) - 1) != 0 ||
	    (len > 0 && strncmp(id, b->id, len) == 0 && id[len] == '/');
}

/*
 * 1: it may go, and is counted where Okta sends something for it. The same
 * request begins a push and asks about it (okta-api.md 2.6): it asks only where
 * the newest one is this factor's, and Okta has said that it waits, in an
 * answer that was not used for another question: else the push may have ended
 * in one that nobody has seen yet, or that was cut off.
 */
static int
may_send(struct bound *b, enum does does, const char *path)
{
	b->is_question = does == SENDS_OR_ASKS && b->is_waiting &&
	    strcmp(path, b->sent) == 0;
	if (does == GOES_BACK)
		b->sent[0] = '\0';
	if (does != SENDS && does != SENDS_OR_ASKS)
		return 1;
	b->is_waiting = 0;
	if (b->is_question)
		return 1;
	b->sent[0] = '\0';
	if (strlen(path) < sizeof(b->sent))
		strcpy(b->sent, path);
	return b->nsends++ < SENDS_MAX;
}

const char *
bound_refusal(struct bound *b, const struct route *route, const char *path,
    const char *body, size_t len)
{
	if (!is_path(b, path))
		return "not about the person of this login";
	for (size_t i = 0; i < FORMS; i++) {
		const struct form *form = &forms[i];

		if (!ends_with(route->path, form->path) ||
		    !is_of_form(
			b, form, route->content, body != NULL ? body : "", len))
			continue;
		if (form->does == TAKES_CHARGE && b->has_tried)
			return "a second password of one login";
		if ((form->most != 0 && b->used[i] >= form->most) ||
		    !may_send(b, form->does, path))
			return "asked too often in one login";
		b->has_tried |= form->does == TAKES_CHARGE;
		if (form->most != 0)
			b->used[i]++;
		return NULL;
	}
	return "not what a login of this person asks";
}

static void
skip_blanks(struct text *t)
{
	while (
	    t->p < t->end && strchr(" \t\r\n", *t->p) != NULL && *t->p != '\0')
		t->p++;
}

static int
is_token_byte(char c)
{
	return c > ' ' && c <= '~' && c != '"' && c != '\\';
}

/* The string behind a name, where it is a member's: a quote inside a string is
 * escaped. A token that is written with escapes is none of Okta's. */
static int
take_token(struct text *t, struct text *token)
{
	skip_blanks(t);
	if (!take(t, ":", 1))
		return 0;
	skip_blanks(t);
	if (!take(t, "\"", 1))
		return 0;
	token->p = t->p;
	while (t->p < t->end && is_token_byte(*t->p))
		t->p++;
	token->end = t->p;
	return take(t, "\"", 1) && token->end > token->p &&
	    token->end - token->p <= TOKEN_MAX;
}

/* The first member of that name, where it is a string: 1. */
static int
find_member(
    const char *answer, size_t len, const char *name, struct text *value)
{
	struct text t = {answer, answer + len};
	size_t n = strlen(name);

	while ((t.p = memmem(t.p, (size_t)(t.end - t.p), name, n)) != NULL) {
		t.p += n;
		if (take_token(&t, value))
			return 1;
	}
	return 0;
}

void
bound_learn(struct bound *b, const char *answer, size_t len)
{
	static const char result[] = "\"factorResult\"", waiting[] = "WAITING";
	static const char *const names[BOUND_TOKENS] = {
	    [BOUND_STATE] = "\"stateToken\"",
	    [BOUND_MFA] = "\"mfa_token\"",
	    [BOUND_OOB] = "\"oob_code\"",
	    [BOUND_DEVICE] = "\"device_code\"",
	};

	struct text value;

	if (len == 0)
		return;
	for (int i = 0; i < BOUND_TOKENS; i++) {
		if (find_member(answer, len, names[i], &value))
			secret_set(&b->tokens[i], value.p,
			    (size_t)(value.end - value.p));
	}
	/* Whatever else it is, is no waiting. */
	if (memmem(answer, len, result, sizeof(result) - 1) != NULL)
		b->is_waiting = find_member(answer, len, result, &value) &&
		    value.end - value.p == sizeof(waiting) - 1 &&
		    memcmp(value.p, waiting, sizeof(waiting) - 1) == 0;
}

void
bound_unasked(struct bound *b, const char *path)
{
	b->is_waiting |= strcmp(path, b->sent) == 0;
}

void
bound_clear(struct bound *b)
{
	for (int i = 0; i < BOUND_TOKENS; i++)
		secret_clear(&b->tokens[i]);
	explicit_bzero(b, sizeof(*b));
}
