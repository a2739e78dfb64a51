/*
 * An admin's word: a name or a number that was published once may go to
 * somebody else.
 */
#ifndef OKTAD_FORGET_H
#define OKTAD_FORGET_H

#include <stdint.h>

#include "error.h"
#include "former.h"
#include "publish.h"

/* What is to be forgotten: a name, or where that is empty a number. */
struct forget {
	char name[DIR_NAME_MAX + 1];
	uint32_t number;
};

/* Writes it into former. Refused (ERROR_DENIED) while somebody who may log in,
 * or a group, is published with it. 1 and who had it; 0 where it is free
 * already; -1. Not while a publication is under way. */
int forget_say(const struct publish_place *where, const struct forget *f,
    struct former_holder *h, struct error *e);

#endif
