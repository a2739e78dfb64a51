/*
 * One request about an Okta session, in place of a login (internal.h,
 * INT_SESSION): descriptor 3 is a channel to oktad-net that is good for that
 * request, 4 is oktad.
 *
 * Why this program: Okta's answer is JSON, which oktad does not parse, and the
 * id in it is a web cookie. oktad-sync lives on and writes files; oktad-net
 * parses no answers and would have to tell oktad what they say. An oktad-login
 * parses answers of Okta for a living, has no file and no socket of its own,
 * knows nothing of anybody else, wipes what it frees, and is gone with the
 * answer; one that serves a session talks to nobody else.
 */
#ifndef OKTAD_LOGIN_SESSION_H
#define OKTAD_LOGIN_SESSION_H

#include "login_link.h"
#include "wire.h"

/* Does what the frame asks for, and tells oktad. OKTA_OK, or the frame or the
 * link is no good. */
int login_session_run(
    struct login_link *l, const struct wire_in *in, int channel);

#endif
