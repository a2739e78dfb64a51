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

/* A request that is under way. */
struct ahead {
	int channel; /* -1: none */
	struct http_flight flight;
};

static struct http_request
get(const char *path)
{
	return (struct http_request){
	    .method = "GET",
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = HTTP_DAEMON,
	    .max_bytes = API_BODY_MAX,
	};
}

/* The answer to what was asked ahead, or to a request of its own. */
static int
send(struct api *a, const struct http_request *req, struct ahead *ahead,
    struct http_response *res, struct error *e)
{
	struct http_flight flight = ahead->flight;
	int is_ahead = ahead->channel != -1 && ahead->channel == a->channel;

	memset(res, 0, sizeof(*res));
	ahead->channel = -1;
	if (!is_ahead &&
	    (api_pause(a, 0, e) == -1 ||
		http_start(a->channel, req, &flight, e) == -1))
		return -1;
	return http_finish(a->channel, req, &flight, res, e);
}

/* The answer to one request; waits 429s out. 0: the caller frees *res. */
static int
answer(struct api *a, const char *path, struct ahead *ahead,
    struct http_response *res, struct error *e)
{
	struct http_request req = get(path);
	unsigned int most = a->patience_s != 0 ? a->patience_s : API_WAIT_S_MAX;

	for (int waits = 0; send(a, &req, ahead, res, e) == -1; waits++) {
		unsigned int wait_s = e->retry_s;

		http_response_free(res);
		if (e->kind != ERROR_RETRY || waits == API_WAITS_MAX ||
		    wait_s > most ||
		    api_pause(a, (uint64_t)wait_s * 1000, e) == -1)
			return -1;
	}
	a->requests++;
	a->pause_s = res->pause_s;
	if (res->date > a->date)
		a->date = res->date;
	return 0;
}

/* Is the answer one to be read? *next is empty where there is no next page. */
static int
look(const struct http_response *res, const char *path, char next[API_PATH_MAX],
    struct error *e)
{
	next[0] = '\0';
	if (res->status != 200)
		return http_error(res, path, e);
	if (!is_json(res->content_type))
		return error_set(e, ERROR_PROTOCOL,
		    "GET %s: status 200 with content type \"%s\", not JSON",
		    path, res->content_type);
	if (res->next == NULL)
		return 0;
	if (strlen(res->next) >= API_PATH_MAX)
		return error_set(e, ERROR_PROTOCOL,
		    "GET %s: the link to the next page is too long", path);
	strcpy(next, res->next);
	return 0;
}

/* One request and its document. */
static int
fetch(struct api *a, const char *path, const char *const *members,
    struct json_object **doc, char next[API_PATH_MAX], struct error *e)
{
	struct ahead none = {.channel = -1};
	struct http_response res;
	int rc;

	*doc = NULL;
	next[0] = '\0';
	if (answer(a, path, &none, &res, e) == -1)
		return -1;
	rc = look(&res, path, next, e);
	if (rc == 0)
		rc = json_parse_members(
		    res.body, res.body_len, path, members, doc, e);
	http_response_free(&res);
	return rc;
}

int
api_get(
    struct api *a, const char *path, struct json_object **doc, struct error *e)
{
	char next[API_PATH_MAX];

	if (fetch(a, path, NULL, doc, next, e) == -1)
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
api_page(struct api *a, const char *path, const char *const *members,
    api_element *each, void *arg, char next[API_PATH_MAX], struct error *e)
{
	struct json_object *page = NULL;
	size_t fresh;
	int rc;

	if (fetch(a, path, members, &page, next, e) == -1)
		return -1;
	rc = each_of(page, path, each, arg, &fresh, e);
	json_free(page);
	return rc;
}

int
api_time(int64_t when, char dst[API_TIME_SIZE])
{
	time_t t = (time_t)when;
	struct tm tm;

	dst[0] = '\0';
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(dst, API_TIME_SIZE, "%Y-%m-%dT%H%%3A%M%%3A%S.000Z", &tm) ==
		0)
		return -1;
	return 0;
}

/* --- a list --- */

struct list {
	struct api *api;
	const char *const *members;
	api_known *known;
	api_element *each;
	void *arg;
};

/* One element by its text. */
static int
take_text(struct list *l, const char *text, size_t len, const char *path,
    struct error *e)
{
	struct json_object *o;
	int rc = l->known(l->arg, text, len, e);

	if (rc != 2)
		return rc;
	if (json_parse(text, len, path, &o, e) == -1)
		return -1;
	rc = l->each(l->arg, o, e);
	json_free(o);
	return rc;
}

/* Every element of a page; *fresh counts the new ones. */
static int
take_page(struct list *l, const struct http_response *res, const char *path,
    size_t *fresh, struct error *e)
{
	struct json_object *page;
	struct json_texts texts;
	int rc = 0;

	*fresh = 0;
	if (l->known != NULL)
		rc = json_cut(
		    res->body, res->body_len, path, l->members, &texts, e);
	if (rc == -1)
		return -1;
	if (rc == 0) {
		if (l->known != NULL && l->known(l->arg, NULL, 0, e) == -1)
			return -1;
		if (json_parse_members(res->body, res->body_len, path,
			l->members, &page, e) == -1)
			return -1;
		rc = each_of(page, path, l->each, l->arg, fresh, e);
		json_free(page);
		return rc;
	}
	for (size_t i = 0; rc != -1 && i < texts.n; i++) {
		rc = take_text(
		    l, texts.text + texts.cut[i].at, texts.cut[i].len, path, e);
		if (rc == 1)
			++*fresh;
	}
	json_texts_free(&texts);
	return rc == -1 ? error_prefix(e, "GET %s", path) : 0;
}

/* Asks for the page that comes next, where it may. */
static int
ask_ahead(struct api *a, const char *path, struct ahead *ahead, struct error *e)
{
	struct http_request req = get(path);
	int rc;

	if (a->may_ask_ahead != NULL && !a->may_ask_ahead(a->arg))
		return 0;
	a->is_holding = 1;
	rc = api_pause(a, 0, e);
	a->is_holding = 0;
	if (rc == -1 || http_start(a->channel, &req, &ahead->flight, e) == -1)
		return -1;
	ahead->channel = a->channel;
	return 0;
}

/* From the page here on, which becomes each page in turn. */
static int
walk_pages(struct list *l, char here[API_PATH_MAX], struct error *e)
{
	struct api *a = l->api;
	char next[API_PATH_MAX];
	struct ahead ahead = {.channel = -1};
	struct http_response res;
	unsigned int idle = 0;

	for (unsigned int n = 0; n < API_PAGES_MAX; n++) {
		size_t fresh = 0;
		int rc;

		if (answer(a, here, &ahead, &res, e) == -1)
			return -1;
		rc = look(&res, here, next, e);
		if (rc == 0 && next[0] != '\0' && strcmp(next, here) != 0)
			rc = ask_ahead(a, next, &ahead, e);
		if (rc == 0)
			rc = take_page(l, &res, here, &fresh, e);
		http_response_free(&res);
		if (rc == -1)
			return -1;
		if (next[0] == '\0')
			return 0;
		idle = fresh > 0 ? 0 : idle + 1;
		if (idle == API_IDLE_PAGES_MAX || strcmp(next, here) == 0)
			return error_set(e, ERROR_PROTOCOL,
			    "GET %s: the pages go on without anything new",
			    here);
		strcpy(here, next);
	}
	return error_set(e, ERROR_PROTOCOL, "GET %s: more than %d pages", here,
	    API_PAGES_MAX);
}

int
api_list_known(struct api *a, const char *path, const char *const *members,
    api_known *known, api_element *each, void *arg, struct error *e)
{
	struct list l = {a, members, known, each, arg};
	char here[API_PATH_MAX];
	const char *from = a->from != NULL ? a->from : path;
	int rc;

	a->from = NULL;
	if (strlen(from) >= sizeof(here))
		return error_set(e, ERROR_SYSTEM, "path is too long");
	strcpy(here, from);
	a->here = here;
	rc = walk_pages(&l, here, e);
	a->here = NULL;
	return rc;
}

int
api_list(struct api *a, const char *path, const char *const *members,
    api_element *each, void *arg, struct error *e)
{
	return api_list_known(a, path, members, NULL, each, arg, e);
}
