/*
 * Network zones (okta-api.md 7.2) as networks. Only IP zones have any: where
 * a dynamic zone's addresses lie is known to Okta alone.
 */
#ifndef OKTA_API_ZONE_H
#define OKTA_API_ZONE_H

#include "address.h"
#include "api.h"
#include "api_directory.h"

typedef int api_on_net(
    void *arg, const struct address_net *net, struct error *e);

/* One zone: calls on() for each network of its gateways; host bits are taken
 * off, ranges are split. 0, and why where it has none for a reason that the
 * admin should know (else ""); -1, with http_status 404 where there is no such
 * zone, and with why where it is what the zone says that can not be read: some
 * of its networks may have been handed on. */
int api_zone(struct api *a, const char *id, api_on_net *on, void *arg,
    char why[API_WHY_SIZE], struct error *e);
/* The same for its parsed answer; for tests. */
int api_zone_parse(const struct json_object *doc, api_on_net *on, void *arg,
    char why[API_WHY_SIZE], struct error *e);

#endif
