#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
sandbox_begin(struct error *e)
{
	const struct rlimit none = {0, 0};

	if (clearenv() != 0)
		return error_errno(e, "clearenv");
	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return error_errno(e, "no core files");
	/* LeakSanitizer attaches to its own process at exit. */
	if (sandbox_has_filter() && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return error_errno(e, "not dumpable");
	return 0;
}

/* glibc has no wrapper and libcap is not worth a dependency for two calls. */
static int
get_capabilities(struct __user_cap_data_struct sets[2])
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3};

	return (int)syscall(SYS_capget, &h, sets);
}

/* All but those of keep, of which the process may have none. */
static int
clear_capabilities(uint32_t keep, struct error *e)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {{0}};

	if (keep != 0 && get_capabilities(sets) != 0)
		return error_errno(e, "capget");
	sets[0].permitted &= keep;
	sets[0].effective = sets[0].permitted;
	sets[0].inheritable = 0;
	memset(&sets[1], 0, sizeof(sets[1]));
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return error_errno(e, "ambient capabilities");
	/* Who has nothing to lose may be forbidden the call, as by the filter
	 * of our units; verify_capabilities() tells. */
	if (syscall(SYS_capset, &h, sets) != 0 && errno != EPERM)
		return error_errno(e, "capset");
	return 0;
}

static int
verify_capabilities(uint32_t keep, struct error *e)
{
	struct __user_cap_data_struct sets[2];

	if (get_capabilities(sets) != 0)
		return error_errno(e, "capget");
	for (int i = 0; i < 2; i++) {
		uint32_t has =
		    sets[i].effective | sets[i].permitted | sets[i].inheritable;

		if ((has & ~(i == 0 ? keep : 0)) != 0)
			return error_set(
			    e, ERROR_SYSTEM, "capabilities are left");
	}
	return 0;
}

/* Needs CAP_SETPCAP. Who has it not, has nothing that the bounding set could
 * still allow: no_new_privs comes before any exec. */
static int
clear_bounding_set(struct error *e)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EPERM)
			return error_errno(e, "bounding set");
	}
	return 0;
}

static int
verify_user(uid_t uid, gid_t gid, struct error *e)
{
	uid_t r, eff, saved;
	gid_t gr, geff, gsaved, group;

	if (getresuid(&r, &eff, &saved) != 0 ||
	    getresgid(&gr, &geff, &gsaved) != 0)
		return error_errno(e, "reading the user back");
	if (r != uid || eff != uid || saved != uid || gr != gid ||
	    geff != gid || gsaved != gid || getgroups(1, &group) != 1 ||
	    group != gid)
		return error_set(e, ERROR_SYSTEM,
		    "the change to user %u group %u was not complete",
		    (unsigned int)uid, (unsigned int)gid);
	return 0;
}

int
sandbox_drop_user(uid_t uid, gid_t gid, struct error *e)
{
	if (uid == 0 || gid == 0 || uid == (uid_t)-1 || gid == (gid_t)-1)
		return error_set(e, ERROR_SYSTEM,
		    "user %u group %u is not a service user", (unsigned int)uid,
		    (unsigned int)gid);
	if (clear_bounding_set(e) != 0)
		return -1;
	if (setgroups(1, &gid) != 0)
		return error_errno(e, "setgroups");
	if (setresgid(gid, gid, gid) != 0)
		return error_errno(e, "setresgid");
	if (setresuid(uid, uid, uid) != 0)
		return error_errno(e, "setresuid");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_errno(e, "no_new_privs");
	if (clear_capabilities(0, e) != 0 || verify_user(uid, gid, e) != 0)
		return -1;
	return verify_capabilities(0, e);
}

int
sandbox_enter(enum sandbox_role role, struct error *e)
{
	const uint32_t keep = role == SANDBOX_SWEEP ? 1U << CAP_KILL : 0;

	if (clear_bounding_set(e) != 0 || clear_capabilities(keep, e) != 0 ||
	    verify_capabilities(keep, e) != 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_errno(e, "no_new_privs");
	return sandbox_has_filter() ? sandbox_load_filter(role, e) : 0;
}
