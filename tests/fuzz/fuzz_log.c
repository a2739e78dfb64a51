/* A page of the System Log becomes events (api_log.c); a link to the next one
 * is held against our query (api_log_link.c). */
#include <stdlib.h>
#include <string.h>

#include "api_log.h"
#include "replay.h"

static void
check(const struct api_event *ev)
{
	if (ev->ntargets > API_EVENT_TARGETS ||
	    memchr(ev->uuid, '\0', sizeof(ev->uuid)) == NULL ||
	    memchr(ev->type, '\0', sizeof(ev->type)) == NULL ||
	    ev->published < 0)
		abort();
	for (unsigned int i = 0; i < ev->ntargets; i++)
		if (!json_is_id(ev->targets[i].id, strlen(ev->targets[i].id)) ||
		    ev->targets[i].kind < TARGET_USER ||
		    ev->targets[i].kind > TARGET_APP)
			abort();
}

/* No link from a time to come, none that ends. */
static void
check_link(const uint8_t *data, size_t size)
{
	char link[API_PATH_MAX];

	if (size >= sizeof(link))
		return;
	memcpy(link, data, size);
	link[size] = '\0';
	if (api_log_goes_on(link, 1000000000) &&
	    (strstr(link, "until=") != NULL || strstr(link, "since=9") != NULL))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *page;
	struct api_event ev;
	struct error e;

	if (size > 0 && data[0] == '/') {
		check_link(data, size);
		return 0;
	}
	if (json_parse((const char *)data, size, "fuzz", &page, &e) == -1)
		return 0;
	if (json_object_is_type(page, json_type_array))
		for (size_t i = 0; i < json_object_array_length(page); i++)
			if (api_event_parse(json_object_array_get_idx(page, i),
				&ev, &e) == 0)
				check(&ev);
	json_free(page);
	return 0;
}
