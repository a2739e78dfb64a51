#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "conf_cases.h"
#include "conf_fixture.h"

struct folder conf_here;

static void
write_key(const char *name, EVP_PKEY *pkey, const char *passphrase, mode_t mode)
{
	FILE *f = fopen(folder_at(&conf_here, name), "w");

	assert_non_null(f);
	assert_non_null(pkey);
	assert_int_equal(
	    PEM_write_PKCS8PrivateKey(f, pkey,
		passphrase != NULL ? EVP_aes_128_cbc() : NULL, passphrase,
		passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	fclose(f);
	assert_int_equal(chmod(folder_at(&conf_here, name), mode), 0);
	EVP_PKEY_free(pkey);
}

int
conf_fixture_up(void **state)
{
	(void)state;
	folder_make(&conf_here);
	write_key("key.pem", EVP_EC_gen("P-256"), NULL, 0600);
	write_key("loose.pem", EVP_EC_gen("P-256"), NULL, 0640);
	write_key("locked.pem", EVP_EC_gen("P-256"), "secret", 0600);
	write_key("weak.pem", EVP_RSA_gen(1024), NULL, 0600);
	folder_write(&conf_here, "token", "00abcDEF_-\n", 0400);
	assert_int_equal(
	    symlink("key.pem", folder_at(&conf_here, "link.pem")), 0);
	return 0;
}

int
conf_fixture_down(void **state)
{
	(void)state;
	folder_remove(&conf_here);
	return 0;
}

/* Appends text to out with @ replaced by the folder, and a newline. */
static void
put_line(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '@' && (text[1] == '/' || text[1] == '\0'))
			buf_puts(out, conf_here.path);
		else
			buf_put(out, text, 1);
	}
	buf_puts(out, "\n");
}

void
conf_write(const char *name, unsigned int replaced, const char *text)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < CONF_GOOD_LINES; i++)
		put_line(&b, i + 1 == replaced ? text : conf_good[i]);
	if (replaced == 0)
		put_line(&b, text);
	assert_false(b.failed);
	folder_write(&conf_here, name, b.bytes, 0600);
	buf_clear(&b);
}

int
conf_load_here(struct conf **out, struct error *e)
{
	return conf_load_owned(
	    folder_at(&conf_here, "okta.conf"), geteuid(), out, e);
}

void
conf_load_good(struct conf **out)
{
	struct error e = {0};

	if (conf_load_here(out, &e) != 0)
		fail_msg("refused: %s", e.text);
}
