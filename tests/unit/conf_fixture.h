/* A folder with keys and an okta.conf, for tests of its loader. */
#ifndef OKTA_TEST_CONF_FIXTURE_H
#define OKTA_TEST_CONF_FIXTURE_H

#include "conf.h"
#include "folder.h"

extern struct folder conf_here;

/* Set-up and tear-down of a group: key.pem (P-256), loose.pem (mode 0640),
 * locked.pem (passphrase), weak.pem (RSA-1024), token, link.pem. */
int conf_fixture_up(void **state);
int conf_fixture_down(void **state);

/* Writes conf_good (conf_cases.h) with one line replaced (0: appended). */
void conf_write(const char *name, unsigned int replaced, const char *text);
/* Loads okta.conf of the folder; the second fails the test where it is
 * refused. */
int conf_load_here(struct conf **out, struct error *e);
void conf_load_good(struct conf **out);

#endif
