/*
 * Which login this process belongs to, as the kernel keeps it for auditing.
 */
#ifndef OKTA_AUDIT_H
#define OKTA_AUDIT_H

#include "protocol.h"

/* This process's audit session and login uid, in PROTOCOL_ORIGIN_SIZE hex
 * digits that are all f where it belongs to no login or is_told is 0, and then
 * zeros: as the hello wants it (protocol.h). */
void audit_origin(char origin[PROTOCOL_TICKET_SIZE + 1], int is_told);

#endif
