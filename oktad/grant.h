/*
 * Root's word about numbers outside of id_range: an import (oktactl ids) that
 * oktad-sync has taken in. The publisher believes nobody else about them, so
 * oktad reads root's file itself.
 */
#ifndef OKTAD_GRANT_H
#define OKTAD_GRANT_H

#include <stdint.h>

#include "error.h"

/* Writes every number of the file (ids_file.h) that lies outside of min to max
 * into former. Only a sealed memfd is read. fd stays the caller's. 0; or -1,
 * and none of them counts. Not while a publication is under way. */
int grant_file(
    const char *former, int fd, uint32_t min, uint32_t max, struct error *e);

#endif
