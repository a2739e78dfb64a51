/*
 * The two URLs of okta.conf. okta-api 9 says which hosts SDKs refuse and why.
 */
#ifndef OKTA_CONF_URL_H
#define OKTA_CONF_URL_H

#include <stddef.h>

enum {
	CONF_URL_MAX = 270, /* scheme, a name of 253 bytes, port */
	CONF_ISSUER_MAX = CONF_URL_MAX + 72 /* and /oauth2/ID */
};

/* The org's base: https, a host in lower case, perhaps a port; one final slash
 * is dropped. url has CONF_URL_MAX + 1 bytes. 0, or -1 with what is wrong in
 * why: another scheme, user, path, the admin console, a template's words. */
int conf_url_org(const char *text, char *url, char *why, size_t cap);
/* An issuer: the org's base as above, or that and /oauth2/ID of a custom
 * authorization server (okta-api.md 3.6). issuer has CONF_ISSUER_MAX + 1
 * bytes. 0, or -1 and why. */
int conf_url_issuer(const char *text, char *issuer, char *why, size_t cap);
/* http://host:port or https://host:port. */
int conf_url_proxy(const char *text, char *why, size_t cap);

#endif
