/*
 * A start without a full pass: where the last one was good, made by this very
 * configuration, and is not due again, state.db is the directory, and polls go
 * on from their place in the System Log. A restart of many hosts costs Okta as
 * many polls, not as many passes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "sync.h"

static const char word_resume[] = "resume"; /* of the last pass, or "" */

int
resume_add(
    struct sync *s, const struct wire_in *in, int is_last, struct error *e)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned int len;
	int ok;

	ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(c, s->coming_sum, SYNC_SUM) == 1 &&
	    EVP_DigestUpdate(c, in->p, in->left) == 1 &&
	    EVP_DigestFinal_ex(c, s->coming_sum, &len) == 1;
	EVP_MD_CTX_free(c);
	if (!ok)
		return error_set(e, ERROR_SYSTEM, "digest");
	if (is_last) {
		memcpy(s->conf_sum, s->coming_sum, SYNC_SUM);
		memset(s->coming_sum, 0, SYNC_SUM);
	}
	return 0;
}

void
resume_word(const uint8_t sum[SYNC_SUM], char word[SYNC_WORD_SIZE])
{
	int n = snprintf(word, SYNC_WORD_SIZE, "%.40s ", PACKAGE_VERSION);

	for (int i = 0; i < SYNC_SUM; i++)
		n += snprintf(
		    word + n, SYNC_WORD_SIZE - (size_t)n, "%02x", sum[i]);
}

int
resume_note(struct sync *s, int is_good, struct error *e)
{
	char word[SYNC_WORD_SIZE] = "";

	if (is_good)
		resume_word(s->conf_sum, word);
	return state_set_word(s->state, word_resume, word, e);
}

int
resume_find(struct sync *s, uint64_t *wait_ms, struct error *e)
{
	char word[SYNC_WORD_SIZE], last[SYNC_WORD_SIZE];
	int64_t full, now = (int64_t)time(NULL);

	*wait_ms = 0;
	resume_word(s->conf_sum, word);
	if (state_get(s->state, "last_full", &full, e) == -1 ||
	    state_get_word(s->state, word_resume, last, sizeof(last), e) == -1)
		return -1;
	/* What the schema says is not kept. */
	if (strcmp(word, last) != 0 || schema_is_needed(s) || full > now ||
	    now - full >= (int64_t)s->conf.full_interval_s)
		return 0;
	*wait_ms =
	    ((uint64_t)s->conf.full_interval_s - (uint64_t)(now - full)) * 1000;
	return 1;
}
