/*
 * Which numbers people and groups may have (T7, T8). Used for id_range; local
 * files are the publisher's business.
 */
#ifndef OKTA_CONF_RANGE_H
#define OKTA_CONF_RANGE_H

#include <stddef.h>
#include <stdint.h>

/* "MIN-MAX" into numbers. 0, or -1 with what is wrong in why. */
int conf_range_parse(
    const char *text, uint32_t *min, uint32_t *max, char *why, size_t cap);

/* Calls on for each range that is somebody else's on every host. */
void conf_range_each(
    void (*on)(void *arg, uint32_t first, uint32_t last, const char *who),
    void *arg);

/* 1 where root may bring a number along that lies outside of id_range: what
 * local accounts, SSSD and LDAP have given out. Never below 1000, never one of
 * systemd's dynamic users, homes or foreign images, never nobody's. */
int conf_range_may_bring(uint32_t number);

#endif
