/*
 * sshd (since 7.8) tells in SSH_AUTH_INFO_0 of the PAM environment what this
 * connection has passed: one method a line, "publickey" with the key behind it
 * (auth-pam.c, expose_authinfo; auth2.c, auth2_update_session_info). It writes
 * it anew before each keyboard-interactive conversation, in the process that
 * checked the signature itself, so no client, no SendEnv, no authorized_keys
 * and no ~/.ssh/environment can put anything there.
 *
 * Other programs would leave what their caller put there: a set-uid program
 * keeps its caller's real uid, a locker has both. So it is believed only from a
 * process that is root in both, and of sshd's own service.
 */
#include "proof.h"

#include <string.h>
#include <unistd.h>

#define METHOD "publickey "

/* A line that begins with the method: other methods end theirs with words that
 * the client chose (a host name, a principal). */
static const char *
find_key(const char *s)
{
	while (s != NULL && strncmp(s, METHOD, sizeof(METHOD) - 1) != 0) {
		s = strchr(s, '\n');
		if (s != NULL)
			s++;
	}
	s = s != NULL ? s + sizeof(METHOD) - 1 : NULL;
	return s != NULL && strcspn(s, " \n") > 0 ? s : NULL;
}

int
proof_is_sshd(const struct call *c)
{
	const char *service = call_item(c, PAM_SERVICE);

	return getuid() == 0 && geteuid() == 0 && service != NULL &&
	    strncmp(service, "sshd", 4) == 0;
}

const char *
proof_key(const struct call *c)
{
	return proof_is_sshd(c)
	    ? find_key(pam_getenv(c->pamh, "SSH_AUTH_INFO_0"))
	    : NULL;
}

int
proof_is_there(const struct call *c)
{
	return geteuid() == 0 &&
	    (c->args.is_after_stack || proof_key(c) != NULL);
}
