/*
 * Look-ups in Okta with the daemon's read-only credential, over a channel.
 */
#ifndef OKTACTL_LOOKUP_H
#define OKTACTL_LOOKUP_H

#include <stddef.h>

#include "error.h"
#include "json.h"

/* Names of one page at most: oktactl asks for exact matches. */
enum { LOOKUP_MAX = 50 };

struct lookup_group {
	char id[JSON_ID_MAX + 1];
	char name[256];
	char type[32];
};

struct lookup_user {
	char id[JSON_ID_MAX + 1];
	char login[256];
	char status[32];
};

/* Groups whose name is exactly `name` (Okta's search ignores case; this does
 * not). The number found, or -1. */
int lookup_groups(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e);
/* The group of that id. 0 or -1. */
int lookup_group(
    int channel, const char *id, struct lookup_group *g, struct error *e);
/* Apps whose label is exactly `name`; type is the app's own name. */
int lookup_apps(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e);
/* Zones of exactly that name; type is their status. */
int lookup_zones(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e);
int lookup_zone(
    int channel, const char *id, struct lookup_group *zone, struct error *e);
/* A person's second factors, whatever their status: name is the type of each,
 * type the provider. */
int lookup_factors(int channel, const char *user_id,
    struct lookup_group found[LOOKUP_MAX], struct error *e);
/* How a person is assigned to an app: scope gets "USER" or "GROUP". 0; -1,
 * with http_status 404 where they are not. */
int lookup_assignment(int channel, const char *app_id, const char *user_id,
    char scope[16], struct error *e);
/* The groups of a user, by Okta id. */
int lookup_groups_of(int channel, const char *user_id,
    struct lookup_group found[LOOKUP_MAX], struct error *e);
/* The app of that id. 0 or -1. */
int lookup_app(
    int channel, const char *id, struct lookup_group *app, struct error *e);
/* The person of that id. 0 or -1. */
int lookup_user(
    int channel, const char *id, struct lookup_user *u, struct error *e);
/* Users whose login begins with `prefix` and a '@', or is exactly it. */
int lookup_users(int channel, const char *prefix,
    struct lookup_user found[LOOKUP_MAX], struct error *e);
/* One anonymous and one authorised request: does the credential work?
 * pipeline (16 bytes) gets "idx" or "v1". 0 or -1. */
int lookup_probe(int channel, char pipeline[16], struct error *e);

#endif
