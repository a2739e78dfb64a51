#include "api_factors.h"

#include <stdio.h>
#include <string.h>

#include "name.h"

enum { ANSWER_MAX = 1 << 18, PATH_SIZE = 512, BODY_SIZE = 160, CODE_MAX = 64 };

static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789";

/* What a terminal can do (okta-api.md 2.5); a question is no second factor
 * beside a key. */
static enum proof_kind
kind_of(const char *type)
{
	static const struct {
		const char *type;
		enum proof_kind kind;
	} types[] = {{"push", PROOF_PUSH}, {"token:software:totp", PROOF_TOTP},
	    {"token:hotp", PROOF_TOKEN}, {"token", PROOF_TOKEN},
	    {"token:hardware", PROOF_YUBIKEY}, {"sms", PROOF_SMS},
	    {"call", PROOF_CALL}, {"email", PROOF_EMAIL}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].kind;
	return PROOF_COUNT;
}

/* 1 where it is one to offer. */
static int
take_factor(const struct json_object *o, struct factor *f)
{
	struct json_object *profile = NULL, *name = NULL;
	char type[32], status[32];

	*f = (struct factor){0};
	if (json_get_id(o, "id", f->id) != 1 ||
	    json_get_string(o, "factorType", type, sizeof(type)) != 1 ||
	    json_get_string(o, "status", status, sizeof(status)) != 1 ||
	    strcmp(status, "ACTIVE") != 0)
		return 0;
	f->kind = kind_of(type);
	if (json_get_object(o, "profile", &profile) == 1 &&
	    json_get(profile, "name", &name) == 1 &&
	    json_object_is_type(name, json_type_string))
		name_filter_text(f->name, sizeof(f->name),
		    json_object_get_string(name),
		    (size_t)json_object_get_string_len(name));
	return f->kind != PROOF_COUNT;
}

int
factors_take_list(const char *body, size_t len, struct factor list[FACTORS_MAX],
    size_t *n, struct error *e)
{
	struct json_object *doc = NULL;

	*n = 0;
	if (json_parse(body, len, "factors", &doc, e) != 0)
		return -1;
	if (!json_object_is_type(doc, json_type_array)) {
		json_free(doc);
		return error_set(e, ERROR_PROTOCOL, "factors: not a list");
	}
	for (size_t i = 0;
	     i < json_object_array_length(doc) && *n < FACTORS_MAX; i++)
		if (take_factor(json_object_array_get_idx(doc, i), &list[*n]))
			(*n)++;
	json_free(doc);
	return 0;
}

/* The last segment of _links.poll.href: the rest is what we asked for, and no
 * link of an answer is followed as it is. */
static void
take_transaction(const struct json_object *doc, char *out)
{
	struct json_object *o = NULL;
	char href[1024];
	const char *last;
	size_t len;

	out[0] = '\0';
	if (json_get_object(doc, "_links", &o) != 1 ||
	    json_get_object(o, "poll", &o) != 1 ||
	    json_get_string(o, "href", href, sizeof(href)) != 1 ||
	    (last = strrchr(href, '/')) == NULL)
		return;
	len = strlen(++last);
	for (size_t i = 0; i < len; i++)
		if (!json_is_id(last + i, 1) &&
		    (last[i] != '.' || i == 0 || i + 1 == len ||
			last[i + 1] == '.'))
			return;
	if (len > 0 && len <= FACTOR_TRANSACTION_MAX)
		memcpy(out, last, len + 1);
}

static void
take_number(const struct json_object *doc, char *show, size_t cap)
{
	struct json_object *o = NULL;
	uint32_t number;

	show[0] = '\0';
	if (json_get_object(doc, "_embedded", &o) == 1 &&
	    json_get_object(o, "challenge", &o) == 1 &&
	    json_get_u32(o, "correctAnswer", 0, 999999, &number) == 1)
		snprintf(show, cap, "%u", (unsigned int)number);
}

static enum factor_result
result_of(const char *word)
{
	static const struct {
		const char *word;
		enum factor_result result;
	} words[] = {{"SUCCESS", FACTOR_SUCCESS}, {"WAITING", FACTOR_WAITING},
	    {"CHALLENGE", FACTOR_CHALLENGE}, {"REJECTED", FACTOR_REJECTED},
	    {"TIMEOUT", FACTOR_TIMEOUT}, {"CANCELLED", FACTOR_FAILED},
	    {"ERROR", FACTOR_FAILED}, {"EXPIRED", FACTOR_FAILED},
	    {"FAILED", FACTOR_FAILED}, {"PASSCODE_REPLAYED", FACTOR_FAILED},
	    {"TIME_WINDOW_EXCEEDED", FACTOR_FAILED}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].result;
	return FACTOR_OTHER;
}

int
factors_take_answer(int status, const char *body, size_t len,
    struct factor_answer *a, struct error *e)
{
	struct json_object *doc = NULL, *v = NULL;
	char word[48];
	int rc = -1;

	*a = (struct factor_answer){0};
	if (json_parse(body, len, "factor", &doc, e) != 0)
		return -1;
	/* A 200 that carries an error as well is neither (T90). */
	if (json_get(doc, "errorCode", &v) != 0 ||
	    json_get(doc, "error", &v) != 0 ||
	    json_get_string(doc, "factorResult", word, sizeof(word)) != 1)
		error_set(e, ERROR_PROTOCOL,
		    "factor: no factorResult, or an error beside it");
	else {
		name_filter_text(a->word, sizeof(a->word), word, strlen(word));
		a->result = result_of(word);
		if (a->result == FACTOR_SUCCESS && status != 200)
			a->result = FACTOR_OTHER;
		if (a->result == FACTOR_WAITING) {
			take_transaction(doc, a->transaction);
			take_number(doc, a->show, sizeof(a->show));
			if (a->transaction[0] == '\0')
				a->result = FACTOR_OTHER;
		}
		rc = 0;
	}
	json_free(doc);
	return rc;
}

static int
ask(const struct factor_manner *m, const char *method, const char *path,
    const char *body, struct http_response *res, struct error *e)
{
	const struct http_request req = {
	    .method = method,
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = HTTP_ADMIN,
	    .body = body,
	    .body_len = body != NULL ? strlen(body) : 0,
	    .max_bytes = ANSWER_MAX,
	    .timeout_ms = m->timeout_ms,
	    .forwarded_for = m->forwarded_for,
	};

	if (http_send(m->channel, &req, res, e) != 0)
		return -1;
	/* 201 is the answer to a push that was begun, and no other. */
	if (res->status == 201 && body != NULL)
		return 0;
	return http_expect_json(res, "factors", e);
}

int
api_factors_list(const struct factor_manner *m, struct factor list[FACTORS_MAX],
    size_t *n, struct error *e)
{
	struct http_response res = {0};
	char path[PATH_SIZE];
	int rc = -1;

	*n = 0;
	snprintf(path, sizeof(path), "/api/v1/users/%s/factors", m->user_id);
	if (ask(m, "GET", path, NULL, &res, e) == 0)
		rc = factors_take_list(res.body, res.body_len, list, n, e);
	http_response_free(&res);
	return rc;
}

static int
take(const struct http_response *res, struct factor_answer *a, struct error *e)
{
	int rc = res->body == NULL
	    ? error_set(e, ERROR_PROTOCOL, "factor: an empty answer")
	    : factors_take_answer(res->status, res->body, res->body_len, a, e);

	memcpy(a->request_id, res->request_id, sizeof(a->request_id));
	return rc;
}

int
api_factors_verify(const struct factor_manner *m, const struct factor *f,
    const struct secret *code, struct factor_answer *a, struct error *e)
{
	char path[PATH_SIZE], body[BODY_SIZE] = "{}";
	struct http_response res = {0};
	int rc = -1;

	*a = (struct factor_answer){0};
	if (code != NULL &&
	    (code->len == 0 || code->len > CODE_MAX ||
		strspn(code->bytes, alnum) != code->len))
		return error_set(e, ERROR_CONFIG, "the code is none");
	if (code != NULL)
		snprintf(
		    body, sizeof(body), "{\"passCode\":\"%s\"}", code->bytes);
	else if (f->kind == PROOF_PUSH)
		strcpy(body, "{\"useNumberMatchingChallenge\":true}");
	snprintf(path, sizeof(path), "/api/v1/users/%s/factors/%s/verify",
	    m->user_id, f->id);
	if (ask(m, "POST", path, body, &res, e) == 0)
		rc = take(&res, a, e);
	explicit_bzero(body, sizeof(body));
	http_response_free(&res);
	return rc;
}

static void
transaction_path(char path[PATH_SIZE], const struct factor_manner *m,
    const struct factor *f, const char *transaction)
{
	snprintf(path, PATH_SIZE, "/api/v1/users/%s/factors/%s/transactions/%s",
	    m->user_id, f->id, transaction);
}

int
api_factors_poll(const struct factor_manner *m, const struct factor *f,
    const char *transaction, struct factor_answer *a, struct error *e)
{
	struct http_response res = {0};
	char path[PATH_SIZE];
	int rc = -1;

	*a = (struct factor_answer){0};
	transaction_path(path, m, f, transaction);
	if (ask(m, "GET", path, NULL, &res, e) == 0)
		rc = take(&res, a, e);
	http_response_free(&res);
	return rc;
}

void
api_factors_cancel(const struct factor_manner *m, const struct factor *f,
    const char *transaction)
{
	struct http_response res = {0};
	char path[PATH_SIZE];
	struct error ignored;

	transaction_path(path, m, f, transaction);
	ask(m, "DELETE", path, NULL, &res, &ignored);
	http_response_free(&res);
}
