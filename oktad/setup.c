#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "paths.h"

static int
find_user(const char *name, struct peer_user *user, struct error *e)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return error_set(e, ERROR_SYSTEM,
		    "there is no user %s; run: systemd-sysusers", name);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return error_set(e, ERROR_SYSTEM,
		    "user %s must not be root, nor in root's group", name);
	*user = (struct peer_user){pw->pw_uid, pw->pw_gid};
	return 0;
}

int
setup_users(struct peer_users *users, struct error *e)
{
	if (find_user(OKTA_NET_USER, &users->net, e) != 0 ||
	    find_user(OKTA_SYNC_USER, &users->sync, e) != 0 ||
	    find_user(OKTA_LOGIN_USER, &users->login, e) != 0)
		return -1;
	if (users->net.uid == users->sync.uid ||
	    users->net.uid == users->login.uid ||
	    users->sync.uid == users->login.uid)
		return error_set(e, ERROR_SYSTEM,
		    "%s, %s and %s must be "
		    "three users",
		    OKTA_NET_USER, OKTA_SYNC_USER, OKTA_LOGIN_USER);
	return 0;
}

static int
make_folder(
    const char *path, mode_t mode, uid_t uid, gid_t gid, struct error *e)
{
	struct stat st;
	mode_t old = umask(0);
	int made = mkdir(path, mode) == 0;

	umask(old);
	if (!made && errno != EEXIST)
		return error_errno(e, "%s", path);
	if (made && uid != 0 && chown(path, uid, gid) != 0) {
		error_errno(e, "%s: owner", path);
		rmdir(path); /* root's would never become theirs */
		return -1;
	}
	if (lstat(path, &st) != 0)
		return error_errno(e, "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != uid || (st.st_mode & 022) != 0)
		return error_set(e, ERROR_SYSTEM,
		    "%s: must be a folder that only uid %u may write; run: "
		    "chown %u %s && chmod %04o %s",
		    path, (unsigned int)uid, (unsigned int)uid, path,
		    (unsigned int)mode, path);
	if ((st.st_mode & 0777) != mode)
		log_event(LOG_WARNING, "folder_mode", log_text("path", path),
		    log_text(
			"remedy", mode == 0700 ? "chmod 0700" : "chmod 0755"));
	return 0;
}

int
setup_own_folders(struct error *e)
{
	return make_folder(OKTA_STATE_DIR, 0755, 0, 0, e) == 0 &&
		make_folder(OKTA_PUBLIC_DIR, 0755, 0, 0, e) == 0 &&
		make_folder(OKTA_PRIVATE_DIR, 0700, 0, 0, e) == 0
	    ? 0
	    : -1;
}

int
setup_folders(const struct peer_users *users, struct error *e)
{
	return setup_own_folders(e) == 0 &&
		make_folder(OKTA_STATE_FOLDER, 0700, users->sync.uid,
		    users->sync.gid, e) == 0
	    ? 0
	    : -1;
}

void
setup_sweep(void)
{
	static const char *const paths[] = {OKTA_DIRECTORY_PATH,
	    OKTA_CONFIRMED_PATH, OKTA_PEOPLE_PATH, OKTA_FORMER_PATH,
	    OKTA_RULES_PATH, OKTA_BUDGET_PATH, OKTA_SESSIONS_PATH,
	    OKTA_HELD_PATH};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		file_new_sweep(paths[i]);
}

int
setup_lock(struct error *e)
{
	int fd = open(OKTA_PRIVATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(e, "%s", OKTA_PRIVATE_DIR);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* open until the process ends */
	close(fd);
	return error_set(e, ERROR_SYSTEM, "another oktad is running");
}

int
setup_no_network(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && unshare(CLONE_NEWNET) == 0)
		return fd;
	log_event(LOG_NOTICE, "network_kept",
	    log_text("why", "no network namespace could be made"));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
setup_capabilities(int has_netns, int makes_folders, struct error *e)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};
	uint32_t keep = 1U << CAP_SETUID | 1U << CAP_SETGID |
	    1U << CAP_SETPCAP | 1U << CAP_KILL;

	if (has_netns)
		keep |= 1U << CAP_SYS_ADMIN;
	if (makes_folders)
		keep |= 1U << CAP_CHOWN;
	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (cap < 32 && (keep & 1U << cap))
			continue;
		/* Under systemd the set is small already, and CAP_SETPCAP may
		 * not be in it. */
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return error_errno(e, "bounding set");
	}
	if (syscall(SYS_capget, &head, data) != 0)
		return error_errno(e, "capget");
	data[0].permitted &= keep;
	data[1].permitted = 0;
	data[0].effective = data[0].permitted;
	data[1].effective = 0;
	data[0].inheritable = data[1].inheritable = 0;
	if (syscall(SYS_capset, &head, data) != 0)
		return error_errno(e, "capset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_errno(e, "no_new_privs");
	return 0;
}
