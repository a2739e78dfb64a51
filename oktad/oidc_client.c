#include "oidc_client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
	BASIC_MAX = 1024,
	PROOFS_MAX = 2 /* once for a proof, once for its nonce */
};

/* "Basic " and base64 with padding (RFC 7617, 2). Client ids and secrets are
 * of [A-Za-z0-9_-] by the configuration's own check, so the form-encoding of
 * RFC 6749, 2.3.1 changes nothing in them. */
static int
put_basic(struct call *c, const char *id, const struct secret *secret)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf pair, line;
	int rc = -1;

	buf_init(&pair, BASIC_MAX);
	buf_init(&line, 2 * BASIC_MAX);
	buf_puts(&pair, id);
	buf_puts(&pair, ":");
	buf_put(&pair, secret->bytes, secret->len);
	buf_puts(&line, "Basic ");
	for (size_t i = 0; i < pair.len; i += 3) {
		size_t n = pair.len - i < 3 ? pair.len - i : 3;
		unsigned char b[3] = {0};
		char out[4];

		memcpy(b, pair.bytes + i, n);
		out[0] = digits[b[0] >> 2];
		out[1] = digits[(b[0] & 3) << 4 | b[1] >> 4];
		out[2] = n > 1 ? digits[(b[1] & 15) << 2 | b[2] >> 6] : '=';
		out[3] = n > 2 ? digits[b[2] & 63] : '=';
		buf_put(&line, out, sizeof(out));
		explicit_bzero(b, sizeof(b));
		explicit_bzero(out, sizeof(out));
	}
	if (!pair.failed && !line.failed)
		rc = secret_set(&c->authorization, line.bytes, line.len);
	buf_clear(&pair);
	buf_clear(&line);
	return rc;
}

/* Which endpoint the assertion is for: oktad makes its audience of that. */
static uint32_t
endpoint_of(const struct exchange *x, size_t base)
{
	static const char *const ends[] = {[INT_AT_TOKEN] = "/token",
	    [INT_AT_CHALLENGE] = "/challenge",
	    [INT_AT_PRIMARY] = "/primary-authenticate",
	    [INT_AT_DEVICE] = "/device/authorize"};

	for (uint32_t i = INT_AT_TOKEN; i <= INT_AT_DEVICE; i++)
		if (strcmp(x->path + base, ends[i]) == 0)
			return i;
	return 0;
}

/* The one endpoint that asks for a proof. */
static int
is_at_token(const struct exchange *x)
{
	const char *end = strrchr(x->path, '/');

	return end != NULL && strcmp(end, "/token") == 0;
}

static enum oidc_step
put_proof(struct exchange *x, const char **why)
{
	struct net *n = x->channel->net;
	struct error e;

	if (n->oidc_proof.key == NULL || !is_at_token(x) ||
	    credential_put_proof(n, &n->oidc_proof, NULL, &x->call, &e) == 0)
		return OIDC_READY;
	*why = "no proof of possession can be made";
	return OIDC_REFUSED;
}

/* This host's clock was set meanwhile, so that assertion and proof are of
 * another time than Okta's: both are looked at before the request is (RFC 7523,
 * 3; RFC 9449, 8). The answer's own Date tells; once. */
static int
has_learnt_clock(struct exchange *x, const struct http_response *res)
{
	struct net *n = x->channel->net;
	const uint64_t now = (uint64_t)time(NULL), date = x->call.head.date;
	char word[64];

	if (x->has_learnt_clock || date == 0 ||
	    (res->status != 400 && res->status != 401) ||
	    llabs((int64_t)(date - now) - x->skew) < SKEW_NOTABLE_S ||
	    !http_oauth_word(res, word, sizeof(word)) ||
	    !((strcmp(word, "invalid_client") == 0 && n->conf.has_oidc_key) ||
		(strcmp(word, "invalid_dpop_proof") == 0 &&
		    x->call.proof.bytes != NULL)))
		return 0;
	x->has_learnt_clock = 1;
	skew_set(&n->skew, date, now);
	return 1;
}

/* Okta wants a proof, or another nonce in it. */
static int
wants_proof(struct exchange *x, const struct http_response *res)
{
	struct dpop *d = &x->channel->net->oidc_proof;
	enum dpop_word word = dpop_judge(res);
	struct error e;

	if (!is_at_token(x))
		return 0;
	dpop_take_nonce(d, x->call.head.dpop_nonce);
	if (word == DPOP_FINE || x->nproofs >= PROOFS_MAX ||
	    (x->call.proof.bytes != NULL && word == DPOP_PROOF) ||
	    (d->key == NULL && dpop_renew(d, &e) != 0))
		return 0;
	x->nproofs++;
	return 1;
}

int
oidc_client_wants_again(struct exchange *x, const struct http_response *res)
{
	struct buf *body = &x->call.body;

	if (x->app != x->channel->net->napps ||
	    (!has_learnt_clock(x, res) && !wants_proof(x, res)))
		return 0;
	/* An assertion is good for one try. */
	explicit_bzero(body->bytes + x->form_len, body->len - x->form_len);
	body->len = x->form_len;
	x->client_state = CLIENT_NONE;
	return 1;
}

static enum oidc_step
ask_assertion(struct exchange *x, size_t base, const char **why)
{
	struct net *n = x->channel->net;
	uint32_t endpoint = endpoint_of(x, base);

	if (endpoint == 0 ||
	    getrandom(x->assert_id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE) {
		*why = "no assertion can be asked for";
		return OIDC_REFUSED;
	}
	x->client_state = CLIENT_ASKED;
	net_send_assert(n, x->assert_id, (int32_t)x->skew,
	    (struct credential_owner){TAG_ENDPOINT, endpoint});
	return OIDC_WAIT;
}

enum oidc_step
oidc_client_ask(struct exchange *x, const char **why)
{
	const struct slice_net *conf = &x->channel->net->conf;
	size_t base;
	int rc;

	if (x->client_state == CLIENT_ASKED)
		return OIDC_WAIT;
	if (conf->oidc_client_id == NULL) {
		*why = "there is no OIDC client";
		return OIDC_REFUSED;
	}
	base = strlen(conf->oidc_base);
	if (strncmp(x->path, conf->oidc_base, base) != 0) {
		*why = "not the configured authorization server";
		return OIDC_REFUSED;
	}
	if (x->client_state == CLIENT_ADDED)
		return put_proof(x, why);
	x->form_len = x->call.body.len;
	x->skew = skew_seconds(&x->channel->net->skew);
	if (conf->has_oidc_key)
		return ask_assertion(x, base, why);
	if (conf->oidc_secret.bytes != NULL)
		rc = put_basic(
		    &x->call, conf->oidc_client_id, &conf->oidc_secret);
	else
		rc = buf_printf(
		    &x->call.body, "&client_id=%s", conf->oidc_client_id);
	x->client_state = CLIENT_ADDED;
	*why = "the credential does not fit";
	return rc == 0 ? put_proof(x, why) : OIDC_REFUSED;
}

static struct exchange *
find_asking(struct net *n, const uint8_t id[WIRE_ID_SIZE])
{
	struct channel *c;
	struct exchange *x;

	TAILQ_FOREACH (c, &n->channels, entry) {
		TAILQ_FOREACH (x, &c->exchanges, entry) {
			if (x->client_state == CLIENT_ASKED &&
			    memcmp(x->assert_id, id, WIRE_ID_SIZE) == 0)
				return x;
		}
	}
	return NULL;
}

int
oidc_client_take(struct net *n, const uint8_t id[WIRE_ID_SIZE],
    const struct secret *jwt, const char *reason)
{
	struct exchange *x = find_asking(n, id);

	if (x == NULL)
		return 0;
	x->client_state = CLIENT_ADDED;
	n->has_news = 1;
	if (credential_is_jwt(jwt) &&
	    buf_puts(&x->call.body,
		"&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		"client-assertion-type%3Ajwt-bearer&client_assertion=") == 0 &&
	    buf_put(&x->call.body, jwt->bytes, jwt->len) == 0)
		return 1;
	x->kind = ERROR_CONFIG;
	exchange_answer(x, TRANSPORT_CREDENTIAL, reason);
	return 1;
}
