/*
 * grace asks the kernel which login a process came from. Where the kernel can
 * not say, everybody is asked as if the line were not there.
 */
#include <stdio.h>
#include <unistd.h>

#include "check.h"

#define SESSION_ID "/proc/self/sessionid"

void
check_grace(struct findings *all, const struct conf *conf)
{
	if (conf == NULL || access(SESSION_ID, F_OK) == 0)
		return;
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct conf_service *s = &conf->services[i];
		struct conf_place at;
		char section[80];

		if (s->grace_s == 0)
			continue;
		snprintf(section, sizeof(section), "service %.60s", s->name);
		at = conf_where(conf, section, "grace");
		findings_add(all, "grace-audit", SEVERITY_WARNING, at.file,
		    at.line,
		    "[%s] grace is never given: this kernel has no audit "
		    "session ids (%s), so nobody can tell which login a "
		    "process came from|start a kernel with CONFIG_AUDIT=y, or "
		    "take this line out; then: systemctl reload oktad",
		    section, SESSION_ID);
	}
}
