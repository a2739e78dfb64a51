#include "config.h"

#include <err.h>
#include <errno.h>
#include <string.h>

#include "ask.h"

struct module nss;

void
ask_begin(void)
{
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	publish_begin();
}

void
ask(struct answer *a, enum entry entry, const char *name, uint32_t id,
    char *buf, size_t len)
{
	memset(a, 0, sizeof(*a));
	switch (entry) {
	case PWNAM:
		a->status = nss.getpwnam_r(name, &a->pw, buf, len, &a->e);
		break;
	case PWUID:
		a->status = nss.getpwuid_r(id, &a->pw, buf, len, &a->e);
		break;
	case PWENT:
		nss.setpwent(0);
		a->status = nss.getpwent_r(&a->pw, buf, len, &a->e);
		break;
	case GRNAM:
		a->status = nss.getgrnam_r(name, &a->gr, buf, len, &a->e);
		break;
	case GRGID:
		a->status = nss.getgrgid_r(id, &a->gr, buf, len, &a->e);
		break;
	default:
		nss.setgrent(0);
		a->status = nss.getgrent_r(&a->gr, buf, len, &a->e);
		break;
	}
}

int
ask_is_passwd(enum entry entry)
{
	return entry <= PWENT;
}

long
ask_groups(const char *user, gid_t primary, gid_t **list, long *size,
    long limit, enum nss_status *status)
{
	long start = 1;
	int e = 0;

	(*list)[0] = primary;
	*status =
	    nss.initgroups_dyn(user, primary, &start, size, list, limit, &e);
	if (*status == NSS_STATUS_NOTFOUND && e != ENOENT)
		errx(1, "initgroups_dyn: errno %d", e);
	return start;
}

void
publish_small(void)
{
	struct image *i = snapshot_begin();
	struct snapshot s;

	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_user(i, SNAPSHOT_UID(2), "bob");
	snapshot_group(i, SNAPSHOT_GID(1), "dev");
	snapshot_group(i, SNAPSHOT_GID(2), "ops");
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(1));
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(2));
	snapshot_member(i, SNAPSHOT_GID(2), SNAPSHOT_UID(1));
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
}
