/*
 * Memory runs out at every place in turn: each call fails with a sentence, or
 * succeeds; nothing crashes, and (with sanitizers) nothing leaks. And whatever
 * happens, memory that is given back holds no secret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "conf_slice.h"
#include "file.h"
#include "folder.h"
#include "internal.h"
#include "jwt.h"

static struct folder here;
static unsigned int fail_at; /* counts down; 0: nothing fails */
static int has_failed;
static unsigned int unwiped; /* blocks given back with a secret in them */

static int
runs_out(void)
{
	if (fail_at == 0 || --fail_at > 0)
		return 0;
	has_failed = 1;
	errno = ENOMEM;
	return 1;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void __real_free(void *p);
void __wrap_free(void *p);
char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
char *__wrap_strndup(const char *s, size_t n);

void *
__wrap_malloc(size_t n)
{
	return runs_out() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return runs_out() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return runs_out() ? NULL : __real_realloc(p, n);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return runs_out() ? NULL : __real_reallocarray(p, n, size);
}

/* CANARY stands in every secret of this test. */
void
__wrap_free(void *p)
{
	if (p != NULL && memmem(p, malloc_usable_size(p), "CANARY", 6) != NULL)
		unwiped++;
	__real_free(p);
}

char *
__wrap_strdup(const char *s)
{
	return runs_out() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return runs_out() ? NULL : __real_strndup(s, n);
}

/* Calls work with the first, second, … allocation failing until none does.
 * work answers 0, or -1 where it failed as it should. Returns how many. */
static unsigned int
exhaust(int (*work)(void))
{
	unsigned int n = 0;
	int r;

	do {
		fail_at = ++n;
		has_failed = 0;
		r = work();
		fail_at = 0;
		assert_true(n < 5000);
		if (r != 0)
			assert_true(has_failed);
	} while (has_failed);
	assert_int_equal(r, 0);
	assert_int_equal(unwiped, 0);
	return n - 1;
}

static int
set_up(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	char text[1024];
	FILE *f;
	int fd;

	(void)state;
	folder_make(&here);
	folder_write(&here, "key.pem", "", 0600);
	f = fopen(folder_at(&here, "key.pem"), "w");
	assert_non_null(f);
	assert_int_equal(
	    PEM_write_PKCS8PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	EVP_PKEY_free(pkey);
	folder_write(&here, "ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
	/* Past stdio: its buffers are not wiped, and come back in malloc. */
	fd = open(folder_at(&here, "token"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "00CANARY\n", 9), 9);
	close(fd);
	snprintf(text, sizeof(text),
	    "[okta]\nurl = https://a.test\n"
	    "client_id = 0oaA\nprivate_key = %s/key.pem\nca_file = %s/ca.pem\n"
	    "[directory]\nallow_groups = 00gA 00gB\nallow_apps = 0oaA\n"
	    "name = attribute:unixName\nshells = /bin/a /bin/b\n"
	    "[service sshd]\nfactor = okta\n[service su]\nfactor = okta\n"
	    "[admin]\napi_token_file = %s/token\n",
	    here.path, here.path, here.path);
	folder_write(&here, "okta.conf", text, 0600);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(&here);
	return 0;
}

static int
load(void)
{
	struct error e = {0};
	struct conf *c;
	int r =
	    conf_load_owned(folder_at(&here, "okta.conf"), geteuid(), &c, &e);

	if (r != 0) {
		assert_null(c);
		assert_true(e.text[0] != '\0');
	} else {
		assert_int_equal(conf_service_for(c, "su").factor, FACTOR_OKTA);
		assert_string_equal(c->allow_groups[1], "00gB");
		assert_string_equal(c->admin.api_token.bytes, "00CANARY");
	}
	conf_free(c);
	return r;
}

static void
test_loading_the_configuration_T114_reduced(void **state)
{
	(void)state;
	assert_true(exhaust(load) > 50);
}

static int
take(void)
{
	static const char url[] = "https://a.test";
	uint8_t frame[512], id[WIRE_ID_SIZE] = {0};
	struct slice_net s = {0};
	struct wire_out o;
	struct wire_in in;
	int r;

	wire_begin(&o, frame, sizeof(frame), INT_CONF, id);
	wire_put_str(&o, 300, url);
	wire_put_u32(&o, 303, CONF_API_TOKEN);
	wire_put_str(&o, 304, "00CANARY");
	wire_put_str(&o, 305, "okta.users.read");
	wire_put_str(&o, 305, "okta.groups.read");
	wire_put_u32(&o, 306, 50);
	assert_int_equal(wire_end(&o), OKTA_OK);
	assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
	r = slice_net_take(&s, &in);
	if (r == 0) {
		wire_begin(&o, frame, sizeof(frame), INT_CONF_END, id);
		assert_int_equal(wire_end(&o), OKTA_OK);
		assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
		r = slice_net_take(&s, &in);
	}
	if (r == 1)
		assert_string_equal(s.scopes[1], "okta.groups.read");
	slice_net_clear(&s);
	return r == 1 ? 0 : -1;
}

static void
test_the_canary_is_seen_where_it_is_left(void **state)
{
	char *left = strdup("00CANARY");

	(void)state;
	assert_non_null(left);
	free(left);
	assert_int_equal(unwiped, 1);
	unwiped = 0;
}

/* The token as a value of okta.conf itself. */
static int
load_token(void)
{
	struct error e = {0};
	struct conf *c;
	int r =
	    conf_load_owned(folder_at(&here, "token.conf"), geteuid(), &c, &e);

	if (r == 0)
		assert_string_equal(c->okta.api_token.bytes, "00CANARY");
	conf_free(c);
	return r;
}

static void
test_token_in_the_configuration_is_wiped(void **state)
{
	static const char text[] =
	    "[okta]\nurl = https://a.test\n"
	    "api_token = 00CANARY\n[directory]\nallow_groups =\n";
	int fd = open(folder_at(&here, "token.conf"), O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_true(exhaust(load_token) > 20);
}

static void
test_taking_a_slice_T114_reduced(void **state)
{
	(void)state;
	assert_true(exhaust(take) > 5);
}

static int
sign(void)
{
	const struct jwt_claims claims = {
	    "0oaA", "https://a.test/token", 1000, 1300};
	struct secret pem = {0}, jwt = {0};
	struct error e = {0};
	struct key *k = NULL;
	struct buf out;
	int r;

	buf_init(&out, 4096);
	r = file_read_trusted(
		folder_at(&here, "key.pem"), geteuid(), 4096, &pem, &e) != 0 ||
	    key_load(&pem, NULL, &k, &e) != 0 ||
	    jwt_assertion(k, "kid", &claims, &jwt, &e) != 0 ||
	    key_public_jwk(k, "kid", &out, &e) != 0;
	if (r)
		assert_true(e.text[0] != '\0');
	buf_clear(&out);
	key_free(k);
	secret_clear(&pem);
	secret_clear(&jwt);
	return r ? -1 : 0;
}

static void
test_signing_T114_reduced(void **state)
{
	(void)state;
	assert_true(exhaust(sign) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_canary_is_seen_where_it_is_left),
	    cmocka_unit_test(test_loading_the_configuration_T114_reduced),
	    cmocka_unit_test(test_token_in_the_configuration_is_wiped),
	    cmocka_unit_test(test_taking_a_slice_T114_reduced),
	    cmocka_unit_test(test_signing_T114_reduced),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
