#include "config.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "fill.h"

/* No password is ever there, and none is empty: that would let people in
 * without one (T23). */
static const char no_password[] = "*";

enum nss_status
fill_status(int code, int *errnop)
{
	switch (code) {
	case OKTA_OK:
		return NSS_STATUS_SUCCESS;
	case OKTA_SMALL:
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	case OKTA_ABSENT:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case OKTA_SYSTEM:
		*errnop = errno;
		return NSS_STATUS_UNAVAIL;
	default:
		*errnop = EIO;
		return NSS_STATUS_UNAVAIL;
	}
}

int
fill_passwd(
    struct passwd *pw, const struct directory_user *u, char *buf, size_t len)
{
	if (len < u->strings_len || len - u->strings_len < sizeof(no_password))
		return OKTA_SMALL;
	memcpy(buf, u->strings, u->strings_len);
	memcpy(buf + u->strings_len, no_password, sizeof(no_password));
	pw->pw_name = buf;
	pw->pw_passwd = buf + u->strings_len;
	pw->pw_uid = u->uid;
	pw->pw_gid = u->gid;
	pw->pw_gecos = buf + (u->gecos - u->strings);
	pw->pw_dir = buf + (u->home - u->strings);
	pw->pw_shell = buf + (u->shell - u->strings);
	return OKTA_OK;
}

/* The pointers stand in front, where the buffer is aligned for them; behind
 * them name, password and members. */
int
fill_group(
    struct group *gr, const struct directory_group *g, char *buf, size_t len)
{
	size_t pad = -(uintptr_t)buf & (alignof(char *) - 1);
	size_t list = (g->nmembers + (size_t)1) * sizeof(char *);
	uint64_t need = (uint64_t)pad + list + g->name_len + 1 +
	    sizeof(no_password) + g->members_len;
	char **members, *p, *end;
	uint32_t n;

	if (len < need)
		return OKTA_SMALL;
	members = (void *)(buf + pad);
	p = buf + pad + list;
	gr->gr_gid = g->gid;
	gr->gr_mem = members;
	gr->gr_name = p;
	memcpy(p, g->name, g->name_len + 1);
	p += g->name_len + 1;
	gr->gr_passwd = p;
	memcpy(p, no_password, sizeof(no_password));
	p += sizeof(no_password);
	memcpy(p, g->members, g->members_len);
	end = p + g->members_len;
	for (n = 0; n < g->nmembers; n++) {
		if (p == end)
			return OKTA_BAD;
		members[n] = p;
		p += strlen(p) + 1; /* the last byte is a NUL: group_at() */
	}
	members[n] = NULL;
	return p == end ? OKTA_OK : OKTA_BAD;
}
