/*
 * What only Okta can tell about the configuration: names that mislead, and how
 * much its yes to a password means.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "lookup.h"

/* Two requests each; an admin waits for the answer. */
enum { GROUPS_MAX = 50 };

/* The type of a group, as an admin finds it in the Okta admin console. */
static const char *
kind_of(const struct lookup_group *g)
{
	if (strcmp(g->type, "APP_GROUP") == 0)
		return "an app's group";
	if (strcmp(g->type, "BUILT_IN") == 0)
		return "a built-in group";
	return "a group";
}

/* An id lets in exactly its own group, but whoever reads or writes the name
 * may mean the other one (T3). */
static int
check_name(struct findings *all, const struct conf *conf, int channel,
    const char *key, const char *id, struct error *e)
{
	static struct lookup_group found[LOOKUP_MAX];
	struct conf_place at = conf_where(conf, "directory", key);
	struct lookup_group g;
	int n;

	if (lookup_group(channel, id, &g, e) == -1 ||
	    (n = lookup_groups(channel, g.name, found, e)) == -1)
		return -1;
	for (int i = 0; i < n; i++) {
		if (strcmp(found[i].id, id) != 0)
			findings_add(all, "group-same-name", SEVERITY_WARNING,
			    at.file, at.line,
			    "%s: %s is the group \"%s\", and %s is %s of the "
			    "same name; who is only in that one is not let "
			    "in|give %s another name in the Okta admin "
			    "console, Directory, Groups",
			    key, id, g.name, found[i].id, kind_of(&found[i]),
			    found[i].id);
	}
	return 0;
}

void
check_pipeline(
    struct findings *all, const struct conf *conf, const char *pipeline)
{
	if (strcmp(pipeline, "idx") != 0)
		return;
	for (size_t i = 0; i < conf->nservices; i++) {
		struct conf_place at;
		char section[64];

		/* The other flows obey the policies of the app. */
		if (conf->services[i].factor != FACTOR_OKTA ||
		    conf_service_for(conf, conf->services[i].name).flow !=
			FLOW_AUTHN)
			continue;
		snprintf(section, sizeof(section), "service %s",
		    conf->services[i].name);
		at = conf_where(conf, section, "factor");
		findings_add(all, "factor-okta", SEVERITY_WARNING, at.file,
		    at.line,
		    "[%s] factor = okta, and the org is on Identity Engine: "
		    "what Okta says to a password there obeys the global "
		    "session policy only, never an app's, so that a password "
		    "alone may open here what needs two factors elsewhere; "
		    "keep the line only where that policy demands a second "
		    "factor from this host|write factor = required; then: "
		    "systemctl reload oktad",
		    section);
	}
}

void
check_okta(struct findings *all, const struct conf *conf, int channel)
{
	struct error e = {0};
	size_t left = GROUPS_MAX;

	/* What Okta refuses here, the last sync or the scopes have said. */
	for (char **id = conf->allow_groups; *id != NULL && left > 0; id++) {
		if (check_name(all, conf, channel, "allow_groups", *id, &e) ==
		    -1)
			return;
		left--;
	}
}
