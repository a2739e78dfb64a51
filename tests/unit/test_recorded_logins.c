/*
 * The parsers of logins against real answers of Okta: states and factors of
 * authn, results of the Factors API, tokens.
 */
#include "recorded.h"

#include "api_auth.h"
#include "api_factors.h"
#include "api_oidc.h"
#include "jwt.h"

struct seen {
	unsigned int files, parsed, refused, unknown, accepting, factors;
};

/* The text of the answer's body; NULL: it has none. */
static const char *
body_of(const struct json_object *doc, struct json_object **body)
{
	if (json_get(doc, "body", body) != 1 ||
	    json_object_is_type(*body, json_type_null))
		return NULL;
	return json_object_to_json_string_ext(*body, JSON_C_TO_STRING_PLAIN);
}

static const char *
text_of(const struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_get(o, key, &v) == 1 ? json_object_get_string(v) : NULL;
}

static void
take_authn(const char *file, const struct json_object *doc, void *arg)
{
	struct seen *seen = arg;
	struct json_object *body, *embedded = NULL, *o = NULL;
	const char *text = body_of(doc, &body), *status;
	struct authn_answer a;
	struct error e;
	int rc;

	if (text == NULL || !json_object_is_type(body, json_type_object))
		return;
	seen->files++;
	status = text_of(body, "status");
	rc = api_auth_parse(text, strlen(text), &a, &e);
	if ((rc == 0) != (status != NULL))
		fail_msg("%s: %d: %s", file, rc, rc != 0 ? e.text : a.word);
	seen->parsed += rc == 0;
	seen->refused += rc != 0;
	if (rc == 0) {
		if (strcmp(a.word, status) != 0)
			fail_msg(
			    "%s: \"%s\" is not \"%s\"", file, a.word, status);
		assert_int_equal(
		    a.state == AUTHN_SUCCESS, strcmp(status, "SUCCESS") == 0);
		if (a.state == AUTHN_UNKNOWN) {
			seen->unknown++;
			print_message("unknown: %s: %s\n", file, status);
		}
		seen->accepting +=
		    a.state == AUTHN_SUCCESS && a.session_token.bytes != NULL;
		if (json_get_object(body, "_embedded", &embedded) == 1 &&
		    json_get_object(embedded, "user", &o) == 1 &&
		    text_of(o, "id") != NULL)
			assert_string_equal(a.user_id, text_of(o, "id"));
		if (a.state == AUTHN_MFA_REQUIRED) {
			assert_int_equal(json_get(embedded, "factors", &o), 1);
			assert_int_equal(a.nfactors + a.nothers,
			    json_object_array_length(o));
			for (size_t i = 0; i < a.nfactors; i++)
				assert_true(a.factors[i].id[0] != '\0' &&
				    a.factors[i].name[0] != '\0');
			seen->factors += (unsigned int)a.nfactors;
		}
	}
	api_auth_clear(&a);
}

static void
test_recorded_states_of_authn_are_what_they_say(void **state)
{
	struct seen seen = {0};

	(void)state;
	recorded_each(recorded_or_skip(), "authn", "", take_authn, &seen);
	print_message("authn: %u answers, %u parsed, %u refused, %u of states "
		      "that are not known, %u accepting, %u factors to ask "
		      "for\n",
	    seen.files, seen.parsed, seen.refused, seen.unknown, seen.accepting,
	    seen.factors);
	assert_true(seen.parsed > 70 && seen.factors > 20);
	assert_true(seen.accepting > 0 && seen.refused < 3);
}

static void
take_factors(const char *file, const struct json_object *doc, void *arg)
{
	struct seen *seen = arg;
	struct json_object *body;
	const char *text = body_of(doc, &body), *word;
	struct factor list[FACTORS_MAX];
	struct factor_answer a;
	struct error e;
	size_t n;

	if (text == NULL)
		return;
	seen->files++;
	if (json_object_is_type(body, json_type_array)) {
		if (factors_take_list(text, strlen(text), list, &n, &e) != 0)
			fail_msg("%s: %s", file, e.text);
		assert_int_equal(n, json_object_array_length(body));
		seen->factors += (unsigned int)n;
		seen->parsed++;
		return;
	}
	word = text_of(body, "factorResult");
	if (factors_take_answer(200, text, strlen(text), &a, &e) != 0) {
		if (word != NULL)
			fail_msg("%s: %s", file, e.text);
		seen->refused++;
		return;
	}
	assert_non_null(word);
	assert_string_equal(a.word, word);
	assert_int_equal(
	    a.result == FACTOR_SUCCESS, strcmp(word, "SUCCESS") == 0);
	assert_int_equal(
	    a.result == FACTOR_WAITING, strcmp(word, "WAITING") == 0);
	/* Okta's link leads to the transaction that is asked about. */
	assert_int_equal(a.transaction[0] != '\0', a.result == FACTOR_WAITING);
	seen->unknown += a.result == FACTOR_OTHER;
	seen->accepting += a.result == FACTOR_SUCCESS;
	seen->parsed++;
}

static void
test_recorded_factors_and_their_results(void **state)
{
	struct seen seen = {0};

	(void)state;
	recorded_each(recorded_or_skip(), "factors", "", take_factors, &seen);
	print_message("factors: %u answers, %u parsed (%u factors), %u that "
		      "are no result, %u accepting\n",
	    seen.files, seen.parsed, seen.factors, seen.refused,
	    seen.accepting);
	assert_true(seen.parsed >= 6 && seen.factors >= 2);
	assert_int_equal(seen.accepting, 1);
	assert_int_equal(seen.unknown, 0);
}

/* The claims that the token itself makes; NULL: it has none. */
static struct json_object *
claims_of(const char *token)
{
	unsigned char text[4096];
	const char *claims = strchr(token, '.'), *end;
	struct json_object *doc = NULL;
	struct error e;
	int len;

	if (claims == NULL || (end = strchr(++claims, '.')) == NULL)
		return NULL;
	len = jwt_base64url_decode(
	    text, sizeof(text), claims, (size_t)(end - claims));
	if (len < 0)
		return NULL;
	json_parse((char *)text, (size_t)len, "claims", &doc, &e);
	return doc;
}

static int
try_token(const char *text, const struct id_token_wanted *wanted,
    struct oidc_answer *a)
{
	struct http_response res = {
	    .status = 200, .content_type = "application/json"};
	struct error e;
	int rc;

	*a = (struct oidc_answer){0};
	res.body_len = strlen(text);
	res.body = strdup(text);
	rc = oidc_take_token(&res, wanted, a, &e);
	http_response_free(&res);
	return rc == 0 && a->result == OIDC_TOKENS;
}

static void
take_token(const char *file, const struct json_object *doc, void *arg)
{
	struct seen *seen = arg;
	struct json_object *body, *claims = NULL, *v = NULL;
	const char *text = body_of(doc, &body), *token;
	struct id_token_wanted wanted = {0};
	struct oidc_answer a;

	assert_non_null(text);
	token = text_of(body, "id_token");
	seen->files++;
	if (token != NULL)
		claims = claims_of(token);
	if (claims != NULL) {
		wanted.issuer = text_of(claims, "iss");
		wanted.client_id = text_of(claims, "aud");
		wanted.nonce = text_of(claims, "nonce");
		assert_int_equal(json_get(claims, "iat", &v), 1);
		wanted.now = json_object_get_int64(v) + 1;
	} else {
		wanted.issuer = wanted.client_id = "x";
	}
	seen->accepting += (unsigned int)try_token(text, &wanted, &a);
	if (claims != NULL) {
		if (a.result != OIDC_TOKENS)
			fail_msg("%s: %s", file, text);
		assert_string_equal(a.id.subject, text_of(claims, "sub"));
		oidc_clear(&a);
		/* Any one thing that is not as wanted is too much. */
		wanted.now += 7200;
		assert_false(try_token(text, &wanted, &a));
		oidc_clear(&a);
		wanted.now -= 7200;
		wanted.nonce = NULL;
		assert_false(try_token(text, &wanted, &a));
		oidc_clear(&a);
		wanted.nonce = text_of(claims, "nonce");
		wanted.client_id = "0oaAnother";
		assert_false(try_token(text, &wanted, &a));
	}
	oidc_clear(&a);
	json_free(claims);
}

static void
test_recorded_tokens_are_good_for_their_own_client(void **state)
{
	struct seen seen = {0};

	(void)state;
	recorded_each(recorded_or_skip(), "token", "post", take_token, &seen);
	print_message("token: %u answers, %u with a good ID token\n",
	    seen.files, seen.accepting);
	assert_int_equal(seen.accepting, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recorded_states_of_authn_are_what_they_say),
	    cmocka_unit_test(test_recorded_factors_and_their_results),
	    cmocka_unit_test(
		test_recorded_tokens_are_good_for_their_own_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
