/*
 * Telling systemd how far we are, where libsystemd is built in and systemd
 * asks for it (sd_notify(3)).
 */
#ifndef OKTAD_NOTIFY_H
#define OKTAD_NOTIFY_H

/* Remembers where to tell; before sandbox_begin() empties the environment. */
void notify_keep(void);
/* "READY=1" and the like. */
void notify_send(const char *state);

#endif
