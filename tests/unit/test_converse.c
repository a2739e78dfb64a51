/*
 * A million replies of a hostile host: none is read beyond its end, freed
 * twice, or comes out as anything but a bounded string of UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "converse.h"
#include "name.h"

static unsigned int seed = 36;
static int has_conversation, is_null;
static size_t sent;

static int
hostile(
    int n, const struct pam_message **m, struct pam_response **reply, void *arg)
{
	size_t len = (size_t)rand_r(&seed) % 1200;

	(void)arg;
	assert_int_equal(n, 1);
	assert_string_equal(m[0]->msg, "Code: ");
	is_null = 1;
	switch (rand_r(&seed) % 16) {
	case 0: /* failure, and a pointer to nowhere */
		*reply = (void *)(uintptr_t)16;
		return PAM_CONV_ERR;
	case 1:
		*reply = (void *)(uintptr_t)16;
		return rand_r(&seed) | 1;
	case 2:
		return PAM_SUCCESS;
	case 3:
		*reply = calloc(1, sizeof(**reply));
		return PAM_SUCCESS;
	case 4:
		len = 1 << 17;
		break;
	case 5:
		len += 1000;
		break;
	default:
		len %= 64;
		break;
	}
	*reply = calloc(1, sizeof(**reply));
	assert_non_null(*reply);
	(*reply)->resp = malloc(len + 1);
	assert_non_null((*reply)->resp);
	memset((*reply)->resp, rand_r(&seed) % 255 + 1, len);
	for (size_t i = 0; i < len && i < 8; i++)
		(*reply)->resp[i] = (char)(rand_r(&seed) % 255 + 1);
	(*reply)->resp[len] = '\0';
	sent = len;
	is_null = 0;
	return PAM_SUCCESS;
}

/* Stands in for libpam's: the only item that is asked for is PAM_CONV. */
int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static const struct pam_conv good = {.conv = hostile}, bad = {0};

	(void)pamh;
	assert_int_equal(type, PAM_CONV);
	if (!has_conversation && rand_r(&seed) % 2 == 0)
		return PAM_BAD_ITEM;
	*item = has_conversation ? &good : rand_r(&seed) % 2 == 0 ? &bad : NULL;
	return PAM_SUCCESS;
}

static void
test_a_million_replies_T36(void **state)
{
	static char handle;
	struct answer a;
	int answered = 0;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		memset(a.bytes, 0xaa, 16);
		has_conversation = rand_r(&seed) % 32 != 0;
		is_null = 1;
		int r = converse_ask(
		    (pam_handle_t *)&handle, PAM_PROMPT_ECHO_OFF, "Code: ", &a);

		if (is_null) {
			assert_int_equal(r, DENIAL_ABORTED);
		} else if (sent > PROTOCOL_PASSWORD_MAX) {
			assert_int_equal(r, DENIAL_UNFIT);
		} else if (r == 0) {
			assert_int_equal(a.len, sent);
			assert_true(name_is_utf8(a.bytes, a.len));
			answered++;
		}
		if (r != 0)
			assert_int_equal(a.len, 0);
		assert_int_equal(a.bytes[a.len], '\0');
	}
	assert_in_range(answered, 10000, 900000);
}

static void
test_junk_is_the_pattern_of_any_length_T29(void **state)
{
	static const char pattern[] = "\b\n\r\177INCORRECT";
	struct answer a = {.len = 0};

	(void)state;
	assert_false(converse_is_junk(&a));
	for (size_t i = 0; i < PROTOCOL_PASSWORD_MAX; i++) {
		a.bytes[i] = pattern[i % 13];
		a.len = i + 1;
		assert_true(converse_is_junk(&a));
		a.bytes[i] ^= 1;
		assert_false(converse_is_junk(&a));
		a.bytes[i] ^= 1;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_million_replies_T36),
	    cmocka_unit_test(test_junk_is_the_pattern_of_any_length_T29),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
