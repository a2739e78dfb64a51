/*
 * What libcurl has no option for. Rules for a server's certificate beyond its
 * own: it takes the common name where a certificate has no names, and a CA's
 * certificate for a server's (RFC 9525, 2; CA/Browser Forum baseline
 * requirements, 7.1.2.7). And the descriptor of a connection.
 */
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "transport.h"

enum { SECURITY_LEVEL = 2 }; /* RSA from 2048 bits, no SHA-1 */

static int
has_names(const X509 *cert)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int has = 0, type;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
		has |= type == GEN_DNS || type == GEN_IPADD;
	}
	GENERAL_NAMES_free(names);
	return has;
}

static int
verify_leaf(int is_good, X509_STORE_CTX *store)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(store);

	if (!is_good || X509_STORE_CTX_get_error_depth(store) != 0)
		return is_good;
	if (X509_check_ca(cert) != 0) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
		return 0;
	}
	if (!has_names(cert)) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
		return 0;
	}
	return 1;
}

CURLcode
tls_restrict(CURL *easy, void *ssl_ctx, void *call)
{
	struct call *c = call;

	(void)easy;
	c->is_connected = 1;
	if (SSL_CTX_get_security_level(ssl_ctx) < SECURITY_LEVEL)
		SSL_CTX_set_security_level(ssl_ctx, SECURITY_LEVEL);
	SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, verify_leaf);
	return CURLE_OK;
}

/* Where a connection keeps its descriptor, plus 1; -1: there is no room. */
static int
note_index(void)
{
	static int index = -1;

	if (index == -1)
		index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

void
tls_note(struct call *c)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	/* Bad, too, where the connection was not kept: c->ssl is gone. */
	if (c->ssl != NULL &&
	    curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &fd) ==
		CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		SSL_set_ex_data(
		    c->ssl, note_index(), (void *)((intptr_t)fd + 1));
	c->ssl = NULL;
}

int
tls_find(struct call *c)
{
	struct curl_tlssessioninfo *info = NULL;

	c->ssl = NULL;
	if (curl_easy_getinfo(c->easy, CURLINFO_TLS_SSL_PTR, &info) !=
		CURLE_OK ||
	    info->backend != CURLSSLBACKEND_OPENSSL || info->internals == NULL)
		return -1;
	c->ssl = info->internals;
	return (int)(intptr_t)SSL_get_ex_data(c->ssl, note_index()) - 1;
}
