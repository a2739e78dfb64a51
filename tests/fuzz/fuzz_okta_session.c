/* Okta's answer about a session (api_session.c), and what oktad takes of the
 * process that has read it (okta_session_job.c): whatever they hand on has an
 * id that may stand in a path, of somebody, and a life within bounds. */
#include <stdlib.h>
#include <string.h>

#include "api_session.h"
#include "code.h"
#include "okta_session_job.h"
#include "replay.h"

enum { NOW = 1767323045, LIFE_MAX_S = 90 * 86400 };

static void
read_json(const uint8_t *data, size_t size)
{
	struct api_session s;
	struct error e = {0};
	int rc = api_session_parse((const char *)data, size, NOW, &s, &e);

	if (rc == 0 &&
	    (!json_is_id(s.id.bytes, s.id.len) ||
		!json_is_id(s.user_id, strlen(s.user_id)) ||
		s.life_s > LIFE_MAX_S ||
		s.is_active != (strcmp(s.status, "ACTIVE") == 0)))
		abort();
	if (rc != 0 && (s.id.bytes != NULL || e.kind == ERROR_NONE))
		abort();
	api_session_clear(&s);
}

static void
read_frame(const uint8_t *data, size_t size)
{
	struct wire_in in = {.op = INT_SESSION_DONE, .p = data, .left = size};
	struct okta_session_told t;
	int r = okta_session_job_read(&in, &t);

	if (r == OKTA_OK &&
	    (t.result < OKTA_SESSION_GOOD ||
		t.result >= OKTA_SESSION_RESULT_COUNT ||
		(t.id.bytes != NULL &&
		    (t.result != OKTA_SESSION_GOOD ||
			!json_is_id(t.id.bytes, t.id.len) ||
			!directory_is_okta_id(t.person)))))
		abort();
	if (r != OKTA_OK && t.id.bytes != NULL)
		abort();
	secret_clear(&t.id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == '{')
		read_json(data, size);
	else
		read_frame(data + 1, size - 1);
	return 0;
}
