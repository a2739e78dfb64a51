#include "origin.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "name.h"

/* One part of a URL as a copy that the caller frees; NULL where it is not
 * there. */
static char *
url_part(CURLU *u, CURLUPart part, unsigned int flags)
{
	char *value = NULL, *copy = NULL;

	if (curl_url_get(u, part, &value, flags) == CURLUE_OK)
		copy = strdup(value);
	curl_free(value);
	return copy;
}

static int
has_part(CURLU *u, CURLUPart part)
{
	char *value = NULL;
	int has = curl_url_get(u, part, &value, 0) == CURLUE_OK;

	curl_free(value);
	return has;
}

int
origin_open(struct origin *o, const char *url, struct error *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL;
	int rc = -1;

	memset(o, 0, sizeof(*o));
	if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_QUERY) ||
	    has_part(u, CURLUPART_FRAGMENT))
		goto out;
	scheme = url_part(u, CURLUPART_SCHEME, 0);
	o->host = url_part(u, CURLUPART_HOST, 0);
	o->port = url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	o->url = strdup(url);
	if (scheme != NULL && strcmp(scheme, "https") == 0 && o->host != NULL &&
	    o->port != NULL && o->url != NULL)
		rc = 0;
out:
	free(scheme);
	curl_url_cleanup(u);
	if (rc != 0) {
		origin_close(o);
		error_set(e, ERROR_CONFIG, "%s is not an origin", url);
	}
	return rc;
}

void
origin_close(struct origin *o)
{
	free(o->url);
	free(o->host);
	free(o->port);
	memset(o, 0, sizeof(*o));
}

/* Before any parser looks: printable ASCII, and an authority that is nothing
 * but a host and a port. */
static int
is_plain(const char *link)
{
	const char *authority = strstr(link, "://");
	size_t len;

	for (const char *p = link; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~' || *p == '\\' || *p == '#')
			return 0;
	}
	if (authority == NULL)
		return 0;
	authority += 3;
	len = strcspn(authority, "/?");
	return len > 0 && authority[len] == '/' &&
	    strspn(authority,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.-:[]") >= len;
}

int
origin_check(const struct origin *o, const char *link, char *dst, size_t cap,
    struct error *e)
{
	char *scheme = NULL, *host = NULL, *port = NULL, shown[160];
	CURLU *u = curl_url();
	const char *path;
	int rc = -1;

	dst[0] = '\0';
	if (u == NULL || !is_plain(link) ||
	    curl_url_set(u, CURLUPART_URL, link, CURLU_PATH_AS_IS) !=
		CURLUE_OK ||
	    has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD) ||
	    has_part(u, CURLUPART_FRAGMENT))
		goto out;
	scheme = url_part(u, CURLUPART_SCHEME, 0);
	host = url_part(u, CURLUPART_HOST, 0);
	port = url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (scheme == NULL || host == NULL || port == NULL ||
	    strcmp(scheme, "https") != 0 || strcasecmp(host, o->host) != 0 ||
	    strcmp(port, o->port) != 0)
		goto out;
	path = strchr(strstr(link, "://") + 3, '/');
	if (strlen(path) >= cap)
		goto out;
	strcpy(dst, path);
	rc = 0;
out:
	free(scheme);
	free(host);
	free(port);
	curl_url_cleanup(u);
	if (rc != 0) {
		name_filter_text(shown, sizeof(shown), link, strlen(link));
		error_set(e, ERROR_PROTOCOL,
		    "rel=\"next\" points to %s, not to our own origin", shown);
	}
	return rc;
}
