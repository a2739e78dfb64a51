#include "config.h"

#include <dlfcn.h>
#include <err.h>
#include <stdio.h>

#include "module.h"

static void *
find(const struct module *m, const char *service, const char *function)
{
	char symbol[128];

	snprintf(symbol, sizeof(symbol), "_nss_%s_%s", service, function);
	return dlsym(m->handle, symbol);
}

void
module_open(struct module *m, const char *path, const char *service)
{
	m->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (m->handle == NULL)
		errx(1, "%s", dlerror());
	m->getpwnam_r = find(m, service, "getpwnam_r");
	m->getpwuid_r = find(m, service, "getpwuid_r");
	m->setpwent = find(m, service, "setpwent");
	m->getpwent_r = find(m, service, "getpwent_r");
	m->endpwent = find(m, service, "endpwent");
	m->getgrnam_r = find(m, service, "getgrnam_r");
	m->getgrgid_r = find(m, service, "getgrgid_r");
	m->setgrent = find(m, service, "setgrent");
	m->getgrent_r = find(m, service, "getgrent_r");
	m->endgrent = find(m, service, "endgrent");
	m->initgroups_dyn = find(m, service, "initgroups_dyn");
	if (m->getpwnam_r == NULL || m->getpwuid_r == NULL ||
	    m->setpwent == NULL || m->getpwent_r == NULL ||
	    m->endpwent == NULL || m->setgrent == NULL ||
	    m->getgrent_r == NULL || m->endgrent == NULL)
		errx(1, "%s: a function is missing", path);
}

void
module_close(struct module *m)
{
	if (dlclose(m->handle) != 0)
		errx(1, "%s", dlerror());
}
