/* Any bytes as what an asker wants: role, credential, method, path. What the
 * table lets through, goes to the API's own paths and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "route.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
	static const char alphabet[] =
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/.";
	struct route_request r = {.content = HTTP_JSON};
	size_t len;
	char *path;

	if (size < 3)
		return 0;
	r.role = (enum channel_role)data[0];
	r.credential = (enum http_credential)(data[1] & 7);
	r.method = methods[data[2] & 3];
	r.has_body = data[2] >> 7;
	path = malloc(size - 2);
	if (path == NULL)
		abort();
	memcpy(path, data + 3, size - 3);
	path[size - 3] = '\0';
	r.path = path;
	if (route_find(&r) != NULL) {
		len = strcspn(path, "?");
		if (strspn(path, alphabet) < len || strlen(path) > 4095 ||
		    (strncmp(path, "/api/v1/", 8) != 0 &&
			strncmp(path, "/.well-known/", 13) != 0) ||
		    strpbrk(path, "#\\ \t\r\n") != NULL ||
		    r.credential == HTTP_CLIENT)
			abort();
		if (r.role == ROLE_CHANGE ? r.credential != HTTP_ADMIN
			: r.role == ROLE_SESSION
			? r.credential != HTTP_DAEMON ||
			    strncmp(path, ROUTE_SESSIONS,
				sizeof(ROUTE_SESSIONS) - 1) != 0
			: (r.role != ROLE_LOGIN &&
			      (data[2] % 4 != 0 ||
				  r.credential > HTTP_DAEMON)) ||
			    (r.credential == HTTP_ADMIN &&
				strstr(path, "/factors") == NULL) ||
			    data[2] % 4 > 1)
			abort();
		path[len] = '\0';
		if (strstr(path, "..") != NULL || strstr(path, "//") != NULL)
			abort();
	}
	free(path);
	return 0;
}
