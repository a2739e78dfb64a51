#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api.h"
#include "http.h"
#include "json.h"
#include "wire.h"

static int
api_pause(struct api *a, uint64_t ms, struct error *e)
{
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
	uint64_t now = wire_now_ms();

	if (now >= a->deadline || ms >= a->deadline - now)
		return error_set(e, ERROR_SYSTEM,
		    "the time set for one synchronisation is over");
	if (a->pause != NULL)
		return a->pause(a->arg, (uint32_t)ms, e);
	if (ms > 0)
		(void)nanosleep(&t, NULL);
	return 0;
}

static int
is_json(const char *content_type)
{
	static const char json[] = "application/json";
	size_t len = sizeof(json) - 1;

	return strncasecmp(content_type, json, len) == 0 &&
	       (content_type[len] == '\0' || content_type[len] == ';' ||
		   content_type[len] == ' ');
}

/* One request; waits 429s out. *next is empty where there is no next page. */
static int
fetch(struct api *a, const char *path, struct json_object **doc,
    char next[API_PATH_MAX], struct error *e)
{
	struct http_request req = {
	    .method = "GET",
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = HTTP_DAEMON,
	};
	struct http_response res;
	int rc = -1;

	*doc = NULL;
	next[0] = '\0';
	for (int waits = 0;; waits++) {
		unsigned int wait_s;

		if (api_pause(a, 0, e) == -1)
			return -1;
		if (http_send(a->channel, &req, &res, e) == 0)
			break;
		http_response_free(&res);
		wait_s = e->retry_s;
		if (e->kind != ERROR_RETRY || waits == API_WAITS_MAX ||
		    wait_s > API_WAIT_S_MAX)
			return -1;
		if (api_pause(a, (uint64_t)wait_s * 1000, e) == -1)
			return -1;
	}
	a->requests++;
	if (res.date > a->date)
		a->date = res.date;
	if (res.status != 200) {
		http_error(&res, path, e);
		goto out;
	}
	if (!is_json(res.content_type)) {
		error_set(e, ERROR_PROTOCOL,
		    "GET %s: status 200 with content type \"%s\", not JSON",
		    path, res.content_type);
		goto out;
	}
	if (res.next != NULL) {
		if (strlen(res.next) >= API_PATH_MAX) {
			error_set(e, ERROR_PROTOCOL,
			    "GET %s: the link to the next page is too long",
			    path);
			goto out;
		}
		strcpy(next, res.next);
	}
	rc = json_parse(res.body, res.body_len, path, doc, e);
out:
	http_response_free(&res);
	return rc;
}

int
api_get(
    struct api *a, const char *path, struct json_object **doc, struct error *e)
{
	char next[API_PATH_MAX];

	if (fetch(a, path, doc, next, e) == -1)
		return -1;
	if (json_object_is_type(*doc, json_type_object))
		return 0;
	json_free(*doc);
	*doc = NULL;
	return error_set(e, ERROR_PROTOCOL, "GET %s: not an object", path);
}

/* Hands on the elements of one page; *fresh counts the new ones. */
static int
each_of(const struct json_object *page, const char *path, api_element *each,
    void *arg, size_t *fresh, struct error *e)
{
	size_t n;

	*fresh = 0;
	if (!json_object_is_type(page, json_type_array))
		return error_set(
		    e, ERROR_PROTOCOL, "GET %s: the page is not a list", path);
	n = json_object_array_length(page);
	for (size_t i = 0; i < n; i++) {
		int rc = each(arg, json_object_array_get_idx(page, i), e);

		if (rc == -1)
			return error_prefix(e, "GET %s", path);
		*fresh += (size_t)rc;
	}
	return 0;
}

int
api_list(struct api *a, const char *path, api_element *each, void *arg,
    struct error *e)
{
	char here[API_PATH_MAX], next[API_PATH_MAX];
	struct json_object *page = NULL;
	unsigned int idle = 0;

	if (strlen(path) >= sizeof(here))
		return error_set(e, ERROR_SYSTEM, "path is too long");
	strcpy(here, path);
	for (unsigned int n = 0; n < API_PAGES_MAX; n++) {
		size_t fresh;
		int rc;

		if (fetch(a, here, &page, next, e) == -1)
			return -1;
		rc = each_of(page, here, each, arg, &fresh, e);
		json_free(page);
		if (rc == -1)
			return -1;
		if (next[0] == '\0')
			return 0;
		idle = fresh > 0 ? 0 : idle + 1;
		if (idle == API_IDLE_PAGES_MAX || strcmp(next, here) == 0)
			return error_set(e, ERROR_PROTOCOL,
			    "GET %s: the pages go on without anything new",
			    path);
		strcpy(here, next);
	}
	return error_set(e, ERROR_PROTOCOL, "GET %s: more than %d pages", path,
	    API_PAGES_MAX);
}
