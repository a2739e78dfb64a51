/*
 * Memory that oktad-net or oktad-login gives back holds nothing any more.
 * libcurl, OpenSSL, json-c, zlib and libc itself keep passwords and tokens in
 * buffers of their own and free them as they are; so free() and realloc() of
 * the whole program are these. The linker exports them, and the shared
 * libraries find them first (glibc manual, "Replacing malloc"). Everything
 * else stays glibc's. Sanitizers have a free() of their own and go without.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif

#if !HAS_SANITIZER

void __libc_free(void *p);

void
free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
}

/* glibc's own would leave the old bytes behind where it moves them, and the
 * end of them where it cuts. */
void *
realloc(void *p, size_t size)
{
	size_t old = p != NULL ? malloc_usable_size(p) : 0;
	void *moved;

	if (p != NULL && size == 0) {
		free(p);
		return NULL;
	}
	if (p != NULL && size <= old && size > old / 2)
		return p;
	moved = malloc(size);
	if (moved == NULL || p == NULL)
		return moved;
	memcpy(moved, p, old < size ? old : size);
	free(p);
	return moved;
}

#endif
