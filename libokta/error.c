#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

static void __attribute__((format(printf, 3, 0)))
set_text(struct error *e, enum error_kind kind, const char *fmt, va_list ap)
{
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
}

int
error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(e, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int
error_errno(struct error *e, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	set_text(e, ERROR_SYSTEM, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", strerror(saved));
	errno = saved;
	return -1;
}

int
error_prefix(struct error *e, const char *fmt, ...)
{
	char old[sizeof(e->text)];
	size_t len;
	va_list ap;

	memcpy(old, e->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", old);
	return -1;
}
