/*
 * A module for test stacks. Arguments: user=NAME sets PAM_USER, authtok=TEXT
 * sets PAM_AUTHTOK, return=N is the result of every entry point (0).
 */
#include <stdlib.h>
#include <string.h>
#include <security/pam_modules.h>

static int
act(pam_handle_t *pamh, int argc, const char **argv)
{
	int r = PAM_SUCCESS;

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "user=", 5) == 0)
			pam_set_item(pamh, PAM_USER, argv[i] + 5);
		else if (strncmp(argv[i], "authtok=", 8) == 0)
			pam_set_item(pamh, PAM_AUTHTOK, argv[i] + 8);
		else if (strncmp(argv[i], "return=", 7) == 0)
			r = atoi(argv[i] + 7);
	}
	return r;
}

#define ENTRY(name)                                                     \
	int pam_sm_##name(                                              \
	    pam_handle_t *pamh, int flags, int argc, const char **argv) \
	{                                                               \
		(void)flags;                                            \
		return act(pamh, argc, argv);                           \
	}

ENTRY(authenticate)
ENTRY(setcred)
ENTRY(acct_mgmt)
ENTRY(open_session)
ENTRY(close_session)
ENTRY(chauthtok)
