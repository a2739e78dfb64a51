/*
 * The addresses of an IP zone (okta-api.md 7.2): one more, or one less, in the
 * document that Okta has of it. Okta replaces a zone as a whole.
 */
#ifndef OKTACTL_ZONE_EDIT_H
#define OKTACTL_ZONE_EDIT_H

#include <stdint.h>

#include <json-c/json_object.h>

#include "error.h"

/* From first to last, both included, in the form of address.h. */
struct zone_range {
	uint8_t first[16], last[16];
};

/* "10.0.0.0/8", one address, or "10.0.0.1-10.0.0.9". 0; -1 and *e with what is
 * wrong. */
int zone_range_read(const char *text, struct zone_range *r, struct error *e);
/* Adds text, which is r, to the gateways of the zone, or takes away the entry
 * that stands for exactly that, and what Okta does not take back. 0; -1 and
 * *e: not an IP zone, there already, not there. */
int zone_edit(struct json_object *zone, int is_adding, const char *text,
    const struct zone_range *r, struct error *e);

#endif
