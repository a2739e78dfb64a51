/*
 * What sshd has accepted: the first proof, where pam_okta is to ask for the
 * second factor alone; and who it is, where several are behind an account.
 */
#ifndef OKTA_PROOF_H
#define OKTA_PROOF_H

#include "call.h"

/* With second_factor: has sshd already accepted a key of this person? With
 * after=stack always 1: the order of the stack is the admin's word, which
 * `oktactl check` verifies. Callers that are not root through and through: 0.
 */
int proof_is_there(const struct call *c);
/* Is the host sshd? */
int proof_is_sshd(const struct call *c);
/* "TYPE BASE64" of the first key, up to the end of its line; or NULL. */
const char *proof_key(const struct call *c);

#endif
