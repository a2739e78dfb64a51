/*
 * The factors of an answer (okta-api.md 2.4, 2.5), and its policies. All texts
 * that people will read are filtered here.
 */
#include "api_auth.h"

#include <stdio.h>
#include <string.h>

#include "name.h"

enum { TYPE_SIZE = 40 };

/* factorType and provider; provider NULL: any. what says which member of the
 * profile is shown after the name, vendor: vendorName is the name. */
static const struct row {
	const char *type, *provider;
	enum proof_kind kind;
	const char *name, *what;
	int is_vendor;
} rows[] = {
    {"push", "OKTA", PROOF_PUSH, "Okta Verify push to ", "name", 0},
    {"token:software:totp", "OKTA", PROOF_TOTP, "Okta Verify code", NULL, 0},
    {"token:software:totp", "GOOGLE", PROOF_TOTP, "Google Authenticator code",
	NULL, 0},
    {"token:hotp", NULL, PROOF_TOKEN, "code of the token", NULL, 0},
    {"token", "RSA", PROOF_TOKEN, "RSA SecurID passcode", NULL, 0},
    {"token", "SYMANTEC", PROOF_TOKEN, "Symantec VIP code", NULL, 0},
    {"token", NULL, PROOF_TOKEN, "code of ", NULL, 1},
    {"token:hardware", "YUBICO", PROOF_YUBIKEY, "YubiKey", NULL, 0},
    {"sms", "OKTA", PROOF_SMS, "text message to ", "phoneNumber", 0},
    {"call", "OKTA", PROOF_CALL, "call to ", "phoneNumber", 0},
    {"email", "OKTA", PROOF_EMAIL, "mail to ", "email", 0},
    {"question", "OKTA", PROOF_QUESTION, "security question", NULL, 0},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* A text of any length, filtered and cut. */
static void
take_text(struct json_object *o, const char *key, char *dst, size_t cap)
{
	struct json_object *v = NULL;

	dst[0] = '\0';
	if (o != NULL && json_get(o, key, &v) == 1 &&
	    json_object_is_type(v, json_type_string))
		name_filter_text(dst, cap, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
}

static const struct row *
find_row(const char *type, const char *provider)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].type, type) == 0 &&
		    (rows[i].provider == NULL ||
			strcmp(rows[i].provider, provider) == 0))
			return &rows[i];
	}
	return NULL;
}

static int
take_factor(struct json_object *o, struct authn_answer *a)
{
	char type[TYPE_SIZE], provider[TYPE_SIZE], shown[64] = "";
	struct json_object *profile = NULL;
	struct authn_factor *f;
	const struct row *row;

	if (json_get_string(o, "factorType", type, sizeof(type)) != 1 ||
	    json_get_string(o, "provider", provider, sizeof(provider)) < 0)
		return -1;
	row = find_row(type, provider);
	if (row == NULL || a->nfactors == AUTHN_FACTORS_MAX) {
		a->nothers++;
		return 0;
	}
	f = &a->factors[a->nfactors];
	switch (json_get_id(o, "id", f->id)) {
	case 0: /* not set up (MFA_ENROLL) */
		a->nothers++;
		return 0;
	case 1:
		break;
	default:
		return -1;
	}
	if (json_get_object(o, "profile", &profile) < 0)
		return -1;
	a->nfactors++;
	f->kind = row->kind;
	if (row->is_vendor)
		take_text(o, "vendorName", shown, sizeof(shown));
	else if (row->what != NULL)
		take_text(profile, row->what, shown, sizeof(shown));
	if (shown[0] == '\0' && (row->is_vendor || row->what != NULL))
		strcpy(shown, row->is_vendor ? "the token" : "you");
	snprintf(f->name, sizeof(f->name), "%s%s", row->name, shown);
	if (row->kind == PROOF_QUESTION)
		take_text(
		    profile, "questionText", f->question, sizeof(f->question));
	return 0;
}

/* The documentation has `factor` where the wire has the array `factors`
 * (okta-api.md 2); `factor` is an object in MFA_CHALLENGE, and was once called
 * `factors` there (Okta's own fixtures have that). */
int
api_auth_factors(
    struct json_object *embedded, struct authn_answer *a, struct error *e)
{
	struct json_object *list = NULL, *one = NULL, *challenge = NULL;
	int64_t number;

	if (json_get(embedded, "factors", &list) < 0 ||
	    json_get(embedded, "factor", &one) < 0)
		goto bad;
	if (list == NULL && one != NULL &&
	    json_object_is_type(one, json_type_array))
		list = one;
	if (list != NULL && json_object_is_type(list, json_type_object)) {
		one = one == NULL ? list : one;
		list = NULL;
	}
	if (list != NULL && !json_object_is_type(list, json_type_array))
		goto bad;
	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	     i++) {
		if (take_factor(json_object_array_get_idx(list, i), a) != 0)
			goto bad;
	}
	if (one == NULL || !json_object_is_type(one, json_type_object))
		return 0;
	if (json_get_object(one, "_embedded", &one) < 0 ||
	    (one != NULL && json_get_object(one, "challenge", &challenge) < 0))
		goto bad;
	/* Not zero-padded on the phone either, as far as is known. */
	if (challenge != NULL &&
	    json_get_i64(challenge, "correctAnswer", 0, 999999, &number) == 1)
		snprintf(a->number, sizeof(a->number), "%d", (int)number);
	return 0;
bad:
	return error_set(e, ERROR_PROTOCOL,
	    "authn: the factors of the answer are malformed");
}

void
api_auth_policy(struct json_object *embedded, struct authn_answer *a)
{
	static const struct {
		const char *key, *one, *many;
	} kinds[] = {
	    {"minLength", " character", " characters"},
	    {"minLowerCase", " lower-case letter", " lower-case letters"},
	    {"minUpperCase", " upper-case letter", " upper-case letters"},
	    {"minNumber", " digit", " digits"},
	    {"minSymbol", " symbol", " symbols"},
	};
	struct json_object *policy = NULL, *o = NULL;
	int64_t days;
	size_t len = 0;
	uint32_t n;

	if (json_get_object(embedded, "policy", &policy) != 1)
		return;
	if (json_get(policy, "allowRememberDevice", &o) == 1)
		a->may_remember = json_object_is_type(o, json_type_boolean) &&
		    json_object_get_boolean(o);
	if (json_get_object(policy, "expiration", &o) == 1 &&
	    json_get_i64(o, "passwordExpireDays", 0, 9999, &days) == 1)
		a->expires_in_days = (int)days;
	if (json_get_object(policy, "complexity", &o) != 1)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (json_get_u32(o, kinds[i].key, 1, 999, &n) != 1)
			continue;
		len += (size_t)snprintf(a->rules + len, sizeof(a->rules) - len,
		    "%s%u%s", len > 0 ? ", " : "at least ", n,
		    n == 1 ? kinds[i].one : kinds[i].many);
	}
}
