/*
 * What an event of the System Log leaves to be asked. An event itself changes
 * nothing: it names people and groups to look at, and an answer about them
 * counts.
 */
#ifndef OKTA_SYNC_EVENT_H
#define OKTA_SYNC_EVENT_H

#include "api_log.h"
#include "state.h"

enum event_rule {
	EVENT_LOOK = 0, /* also all that the table does not know */
	EVENT_BEGAN, /* a person is one (again) */
	EVENT_ENDED, /* or is no longer: deactivated, deleted */
	EVENT_STOPPED, /* or may not log in for now */
	EVENT_CAME, /* somebody is now in a group or assigned to an app */
	EVENT_LEFT, /* or no longer */
	EVENT_DELETED, /* a group */
	EVENT_ZONE, /* a network zone */
	EVENT_ALL, /* more than the targets say */
	EVENT_NOTHING /* of no meaning for the directory */
};

enum event_rule event_rule(const char *type);
/* 1: it says that all sessions of its people have been ended in Okta. Who only
 * acted is none of them. */
int event_clears(const struct api_event *ev);
/* Writes what is to be asked of the people and sources that are ours. 0, -1. */
int event_take(struct state *s, const struct api_event *ev, struct error *e);

#endif
