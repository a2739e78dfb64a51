/*
 * The answer of oktad-sync to `oktactl ids` (oktad/sync_ids.c has its lines)
 * in the forms that people and programs read. Each takes the text apart.
 */
#ifndef OKTACTL_IDS_REPORT_H
#define OKTACTL_IDS_REPORT_H

#include "internal.h"

void ids_report_text(char *answer, enum ids_mode mode);
/* A file for --import. */
void ids_report_export(char *answer);
/* error: why an import was refused, or NULL. */
void ids_report_json(char *answer, enum ids_mode mode, const char *error);

#endif
