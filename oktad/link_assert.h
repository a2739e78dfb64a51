/*
 * INT_ASSERT: oktad-net wants to prove to Okta who it asks for.
 */
#ifndef OKTAD_LINK_ASSERT_H
#define OKTAD_LINK_ASSERT_H

#include "conn.h"
#include "parent.h"
#include "wire.h"

/* Signs and sends the assertion, or says why there is none: the credential of
 * [admin] is for second factors and for changes that are under way, and for
 * nothing else. OKTA_OK, or the connection has to be closed. */
int link_assert_answer(struct parent *p, struct conn *conn, struct wire_in *in);

#endif
