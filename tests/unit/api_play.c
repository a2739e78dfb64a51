#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_play.h"
#include "wire.h"

static const struct answer *script;
size_t asked, started;
uint64_t waited_ms;

int __wrap_http_start(int channel, const struct http_request *req,
    struct http_flight *f, struct error *e);
int __wrap_http_finish(int channel, const struct http_request *req,
    const struct http_flight *f, struct http_response *res, struct error *e);

int
__wrap_http_start(int channel, const struct http_request *req,
    struct http_flight *f, struct error *e)
{
	(void)channel;
	(void)req;
	(void)e;
	memset(f, 0, sizeof(*f));
	started++;
	return 0;
}

int
__wrap_http_finish(int channel, const struct http_request *req,
    const struct http_flight *f, struct http_response *res, struct error *e)
{
	const struct answer *a = script;

	(void)f;
	assert_int_equal(channel, 7);
	assert_string_equal(req->method, "GET");
	assert_int_equal(req->credential, HTTP_DAEMON);
	assert_null(req->body);
	asked++;
	if (script[1].status != 0 || script[1].kind != ERROR_NONE)
		script++;
	memset(res, 0, sizeof(*res));
	if (a->path != NULL)
		assert_string_equal(req->path, a->path);
	if (a->kind != ERROR_NONE) {
		error_set(e, a->kind, "played");
		e->retry_s = a->retry_s;
		return -1;
	}
	res->status = a->status;
	res->body = strdup(a->body != NULL ? a->body : "");
	res->body_len = strlen(res->body);
	res->next = a->next != NULL ? strdup(a->next) : NULL;
	snprintf(res->content_type, sizeof(res->content_type), "%s",
	    a->type != NULL ? a->type : "application/json");
	res->date = 1767323045;
	return 0;
}

static int
no_pause(void *arg, uint32_t ms, struct error *e)
{
	(void)arg;
	(void)e;
	waited_ms += ms;
	return 0;
}

struct api
begin(const struct answer *answers)
{
	script = answers;
	asked = started = 0;
	waited_ms = 0;
	return (struct api){.channel = 7,
	    .deadline = wire_now_ms() + 3600000,
	    .pause = no_pause};
}
