/*
 * Rules for a server's certificate beyond libcurl's: libcurl falls back to the
 * common name where a certificate has no names of its own, and takes a CA's
 * certificate for a server's (RFC 9525, 2; CA/B baseline 7.1.2.7).
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "transport.h"

enum { SECURITY_LEVEL = 2 }; /* RSA from 2048 bits, no SHA-1 */

static int
verify_leaf(int is_good, X509_STORE_CTX *store)
{
	if (is_good && X509_STORE_CTX_get_error_depth(store) == 0 &&
	    X509_check_ca(X509_STORE_CTX_get_current_cert(store)) != 0) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
		return 0;
	}
	return is_good;
}

CURLcode
tls_restrict(CURL *easy, void *ssl_ctx, void *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ssl_ctx);
	const char *name = host;
	struct in6_addr address;
	int is_set;

	(void)easy;
	if (SSL_CTX_get_security_level(ssl_ctx) < SECURITY_LEVEL)
		SSL_CTX_set_security_level(ssl_ctx, SECURITY_LEVEL);
	SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, verify_leaf);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (inet_pton(AF_INET, name, &address) == 1 ||
	    inet_pton(AF_INET6, name, &address) == 1)
		is_set = X509_VERIFY_PARAM_set1_ip_asc(param, name);
	else
		is_set = X509_VERIFY_PARAM_set1_host(param, name, 0);
	return is_set == 1 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}
