#include "session_grace.h"

#include <stdio.h>
#include <string.h>

int
session_read_origin(const char *origin, uint32_t *audit, uint32_t *login)
{
	unsigned int a, l;

	*audit = *login = PROC_UNSET;
	if (strnlen(origin, PROTOCOL_ORIGIN_SIZE) < PROTOCOL_ORIGIN_SIZE ||
	    sscanf(origin, "%8x%8x", &a, &l) != 2)
		return -1;
	*audit = a;
	*login = l;
	return a == PROC_UNSET || l == PROC_UNSET ? -1 : 0;
}

static int
is_good(
    const struct session *s, const struct conf_service *service, uint64_t now)
{
	uint64_t grace_ms = 1000ULL * service->grace_s;

	if (s->state != SESSION_OPEN || s->proven_ms == 0 ||
	    s->proven_ms > now || now - s->proven_ms >= grace_ms)
		return 0;
	/* "password push": a second word is a second factor. */
	return service->factor == FACTOR_OKTA ||
	    strchr(s->factors, ' ') != NULL;
}

const struct session *
session_of_login(struct sessions *s, uint32_t uid, const char *origin)
{
	uint32_t audit, login;

	if (session_read_origin(origin, &audit, &login) != 0 || login != uid)
		return NULL;
	for (size_t i = 0; i < sessions_count(s); i++) {
		const struct session *one = sessions_at(s, i);

		if (one->uid == uid && one->is_login && one->audit == audit &&
		    one->state == SESSION_OPEN)
			return one;
	}
	return NULL;
}

const struct session *
session_grace(struct sessions *s, const struct conf_service *service,
    uint32_t uid, const char *origin, uint64_t now)
{
	uint32_t audit, login;

	if (service->grace_s == 0 ||
	    session_read_origin(origin, &audit, &login) != 0 || login != uid)
		return NULL;
	for (size_t i = 0; i < sessions_count(s); i++) {
		const struct session *one = sessions_at(s, i);

		if (one->uid == uid && one->is_login && one->audit == audit &&
		    is_good(one, service, now))
			return one;
	}
	return NULL;
}

uint32_t
session_grace_left(const struct conf *c, const struct session *s, uint64_t now)
{
	uint32_t most = 0;

	for (size_t i = 0; i < c->nservices && s->is_login; i++) {
		struct conf_service service =
		    conf_service_for(c, c->services[i].name);
		uint64_t age_s = (now - s->proven_ms) / 1000;

		if (is_good(s, &service, now) && service.grace_s - age_s > most)
			most = (uint32_t)(service.grace_s - age_s);
	}
	return most;
}
