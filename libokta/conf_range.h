/*
 * Which numbers people and groups may have (T7, T8). Used for id_range; local
 * files are the publisher's business.
 */
#ifndef OKTA_CONF_RANGE_H
#define OKTA_CONF_RANGE_H

#include <stddef.h>
#include <stdint.h>

/* "MIN-MAX" into numbers. 0, or -1 with what is wrong in why. */
int conf_range_parse(const char *text, uint32_t *min, uint32_t *max,
    char *why, size_t cap);

#endif
