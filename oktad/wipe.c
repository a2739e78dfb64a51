/*
 * libcurl and OpenSSL hold passwords and tokens in buffers of their own and
 * free them as they are. Both let the program bring its own allocator.
 */
#include <curl/curl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "transport.h"

static void
wipe_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* realloc would leave the old bytes behind where it moves them. */
static void *
wipe_realloc(void *p, size_t size)
{
	size_t old = p != NULL ? malloc_usable_size(p) : 0;
	void *moved;

	if (p != NULL && size <= old && size > old / 2)
		return p;
	moved = malloc(size);
	if (moved == NULL)
		return NULL;
	if (p != NULL) {
		memcpy(moved, p, old < size ? old : size);
		wipe_free(p);
	}
	return moved;
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size > 0 ? malloc(size) : NULL;
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	wipe_free(p);
}

static void *
crypto_realloc(void *p, size_t size, const char *file, int line)
{
	if (size == 0) {
		crypto_free(p, file, line);
		return NULL;
	}
	return wipe_realloc(p, size);
}

int
wipe_on_free(void)
{
	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc,
		crypto_free) != 1)
		return -1;
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free,
		   wipe_realloc, strdup, calloc) == CURLE_OK ? 0 : -1;
}
