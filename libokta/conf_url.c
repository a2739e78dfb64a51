#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "conf_url.h"
#include "json.h"

#define OAUTH2 "/oauth2/"
#define ORG_FORM "write it like https://acme.okta.com"

static int
say(char *why, size_t cap, const char *text)
{
	snprintf(why, cap, "%s", text);
	return -1;
}

/* RFC 1123 section 2.1: labels of letters, digits and inner hyphens. */
static int
is_host(const char *s, size_t len)
{
	size_t label = 0;

	if (len == 0 || len > 253)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0 || label > 63 || s[i - 1] == '-')
				return 0;
			label = 0;
			continue;
		}
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", s[i]) ==
			NULL ||
		    (s[i] == '-' && label == 0))
			return 0;
		label++;
	}
	return label > 0 && label <= 63 && s[len - 1] != '-';
}

/* ":1" to ":65535". */
static int
is_port(const char *s)
{
	unsigned int n = 0;
	size_t digits;

	if (*s++ != ':')
		return 0;
	digits = strspn(s, "0123456789");
	if (digits == 0 || digits > 5 || s[digits] != '\0' || *s == '0')
		return 0;
	for (; *s != '\0'; s++)
		n = n * 10 + (unsigned int)(*s - '0');
	return n <= 65535;
}

/* Words that stand in examples instead of a real org. */
static int
is_template(const char *url)
{
	static const char *const words[] = {"youroktadomain", "yourorg",
	    "your-okta", "your-org", "your-domain", "yourdomain",
	    "example.okta", "{", "}", "<", ">", "$"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(url, words[i]) != NULL)
			return 1;
	return 0;
}

/* Lower case into url, a final slash off. */
static int
fold(const char *text, char *url)
{
	size_t len = strlen(text);

	if (len > CONF_URL_MAX)
		return -1;
	for (size_t i = 0; i <= len; i++)
		url[i] = text[i] >= 'A' && text[i] <= 'Z'
		    ? (char)(text[i] - 'A' + 'a')
		    : text[i];
	if (len > 0 && url[len - 1] == '/')
		url[len - 1] = '\0';
	return 0;
}

int
conf_url_org(const char *text, char *url, char *why, size_t cap)
{
	const char *host, *port;

	if (fold(text, url) != 0)
		return say(why, cap, "too long");
	if (strncmp(url, "https://", 8) != 0)
		return say(why, cap, "not an https URL; " ORG_FORM);
	host = url + 8;
	if (strchr(host, '@') != NULL)
		return say(why, cap, "must not hold a user; " ORG_FORM);
	if (is_template(host))
		return say(why, cap,
		    "is still a template's; put your own "
		    "org's URL there");
	if (strpbrk(host, "/?#") != NULL)
		return say(why, cap, "must not hold a path; " ORG_FORM);
	port = host + strcspn(host, ":");
	if (!is_host(host, (size_t)(port - host)) ||
	    (*port != '\0' && !is_port(port)))
		return say(why, cap, "not a host name and port; " ORG_FORM);
	if (strstr(host, "-admin.") != NULL)
		return say(why, cap, "is the admin console; take -admin out");
	if (strstr(host, ".com.com") != NULL)
		return say(why, cap, "ends with .com twice; " ORG_FORM);
	return 0;
}

int
conf_url_issuer(const char *text, char *issuer, char *why, size_t cap)
{
	const char *server = strstr(text, OAUTH2);
	char url[CONF_URL_MAX + 1];
	size_t len = server != NULL ? (size_t)(server - text) : strlen(text);

	if (len > CONF_URL_MAX)
		return say(why, cap, "too long");
	memcpy(url, text, len);
	url[len] = '\0';
	if (conf_url_org(url, issuer, why, cap) != 0)
		return -1;
	if (server == NULL)
		return 0;
	if (text[len - 1] == '/' ||
	    !json_is_id(server + sizeof(OAUTH2) - 1,
		strlen(server + sizeof(OAUTH2) - 1)))
		return say(why, cap,
		    "not the issuer of an authorization server; write it like "
		    "https://acme.okta.com/oauth2/default");
	strcat(issuer, server);
	return 0;
}

int
conf_oidc_base(const char *issuer, char *base, size_t cap)
{
	const char *server = strstr(issuer, OAUTH2);
	int len = server != NULL ? snprintf(base, cap, "%s/v1", server)
				 : snprintf(base, cap, "/oauth2/v1");

	return len > 0 && (size_t)len < cap ? 0 : -1;
}

int
conf_url_proxy(const char *text, char *why, size_t cap)
{
	const char *host = NULL, *port;

	if (strncmp(text, "http://", 7) == 0)
		host = text + 7;
	else if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	if (host != NULL && strchr(host, '@') != NULL)
		return say(why, cap,
		    "user and password for a proxy are not "
		    "supported by this version");
	port = host != NULL ? host + strcspn(host, ":") : NULL;
	if (host == NULL || !is_host(host, (size_t)(port - host)) ||
	    !is_port(port))
		return say(why, cap,
		    "not a proxy; write it like "
		    "http://proxy.acme.test:3128");
	return 0;
}
