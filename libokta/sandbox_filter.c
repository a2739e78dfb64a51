/*
 * The system call filter. But for the check of an image, which only computes,
 * it is a list of what is refused, not of what is allowed: the allowed set of a
 * libc, a TLS library and a resolver changes with each distribution, and a
 * filter that stops a login after an update of glibc locks people out. What
 * matters is closed on all of them: no other program, no other process, no
 * other kind of socket, no way to the kernel's larger doors.
 */
#include "sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_FILTER 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_FILTER 0
#endif
#endif
#ifndef HAS_FILTER
#define HAS_FILTER 1
#endif

enum {
	FAMILY_END = 64, /* above any address family there is */
#ifdef __s390__
	CLONE_FLAGS_ARG = 1
#else
	CLONE_FLAGS_ARG = 0
#endif
};

/* Nobody of ours needs these. Names that this kernel or libseccomp does not
 * know are skipped. */
static const char *const refused[] = {"ptrace", "process_vm_readv",
    "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    "rt_sigqueueinfo", "rt_tgsigqueueinfo", "mount", "umount", "umount2",
    "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "unshare", "bpf", "perf_event_open",
    "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "kexec_load", "kexec_file_load", "init_module", "finit_module",
    "delete_module", "reboot", "swapon", "swapoff", "acct", "quotactl",
    "quotactl_fd", "syslog", "add_key", "request_key", "keyctl",
    "name_to_handle_at", "open_by_handle_at", "lookup_dcookie", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "stime", "iopl", "ioperm",
    "modify_ldt", "vhangup", "personality"};

/* What oktad needs for the processes that it starts, and for sessions. */
static const char *const worker_refused[] = {
    "execve", "execveat", "fork", "vfork", "tkill", "setns"};

/* Only a sweep has others to signal, and by these alone. */
static const char *const pidfd_refused[] = {"pidfd_open", "pidfd_send_signal"};
static const char *const sweep_refused[] = {"socket", "socketpair", "connect",
    "bind", "listen", "accept", "accept4", "sendmsg", "sendto", "rename",
    "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mkdir",
    "mkdirat", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "chown",
    "fchown", "fchownat", "lchown", "truncate", "creat", "prlimit64",
    "setpriority", "sched_setscheduler"};

/* A worker lives on the descriptors that it was given. Others run as the same
 * user: it must not come at their memory through /proc, nor limit them. */
static const char *const login_refused[] = {"socket", "socketpair", "connect",
    "bind", "listen", "accept", "accept4", "open", "openat", "openat2", "creat",
    "prlimit64"};

/* All that the check of an image may do: it runs as root, on memory and
 * descriptors that were made ready before. */
static const char *const check_allowed[] = {"write", "pwrite64", "fsync",
    "ftruncate", "fallocate", "exit_group", "exit", "rt_sigreturn",
    "restart_syscall"};

/* Adds one rule; a call that does not exist here is none to refuse. */
static int
add_rule(scmp_filter_ctx f, const char *name, uint32_t action,
    unsigned int nargs, const struct scmp_arg_cmp *args)
{
	int call = seccomp_syscall_resolve_name(name);

	if (call == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(f, action, call, nargs, args);
}

static int
refuse_all(scmp_filter_ctx f, const char *const *names, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_rule(f, names[i], SCMP_ACT_ERRNO(EPERM), 0, NULL);
	return r;
}

static int
refuse_families(scmp_filter_ctx f, enum sandbox_role role)
{
	struct scmp_arg_cmp arg;
	int r = 0;

	for (unsigned int family = 0; r == 0 && family < FAMILY_END; family++) {
		if (family == AF_UNIX ||
		    (role == SANDBOX_NET &&
			(family == AF_INET || family == AF_INET6)))
			continue;
		arg = SCMP_A0(SCMP_CMP_EQ, family, 0);
		r = add_rule(f, "socket", SCMP_ACT_ERRNO(EPERM), 1, &arg);
	}
	arg = SCMP_A0(SCMP_CMP_GE, FAMILY_END, 0);
	return r != 0 ? r
		      : add_rule(f, "socket", SCMP_ACT_ERRNO(EPERM), 1, &arg);
}

/* A thread is a clone with CLONE_THREAD. clone3 hides its flags behind a
 * pointer; glibc takes ENOSYS for "old kernel" and uses clone. */
static int
refuse_processes(scmp_filter_ctx f, enum sandbox_role role)
{
	struct scmp_arg_cmp arg =
	    SCMP_CMP(CLONE_FLAGS_ARG, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	int r = add_rule(f, "clone3", SCMP_ACT_ERRNO(ENOSYS), 0, NULL);

	if (r != 0)
		return r;
	return add_rule(f, "clone", SCMP_ACT_ERRNO(EPERM),
	    role == SANDBOX_NET ? 1 : 0, &arg);
}

/* raise() and abort() stay possible: they name this process. */
static int
refuse_signals(scmp_filter_ctx f)
{
	struct scmp_arg_cmp arg =
	    SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0);
	int r = add_rule(f, "kill", SCMP_ACT_ERRNO(EPERM), 1, &arg);

	return r != 0 ? r
		      : add_rule(f, "tgkill", SCMP_ACT_ERRNO(EPERM), 1, &arg);
}

static int
allow_check(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0;
	     r == 0 && i < sizeof(check_allowed) / sizeof(*check_allowed); i++)
		r = add_rule(f, check_allowed[i], SCMP_ACT_ALLOW, 0, NULL);
	return r != 0 ? r : seccomp_load(f);
}

static int
confine_worker(scmp_filter_ctx f, enum sandbox_role role)
{
	int r = refuse_all(f, worker_refused,
	    sizeof(worker_refused) / sizeof(*worker_refused));

	if (r == 0 && role == SANDBOX_SWEEP)
		r = refuse_all(f, sweep_refused,
		    sizeof(sweep_refused) / sizeof(*sweep_refused));
	else if (r == 0)
		r = refuse_all(f, pidfd_refused,
		    sizeof(pidfd_refused) / sizeof(*pidfd_refused));
	if (r == 0 && role == SANDBOX_LOGIN)
		r = refuse_all(f, login_refused,
		    sizeof(login_refused) / sizeof(*login_refused));
	else if (r == 0 && role != SANDBOX_SWEEP)
		r = refuse_families(f, role);
	if (r == 0)
		r = refuse_processes(f, role);
	return r != 0 ? r : refuse_signals(f);
}

int
sandbox_load_filter(enum sandbox_role role, struct error *e)
{
	scmp_filter_ctx f = seccomp_init(
	    role == SANDBOX_CHECK ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
	int r;

	if (f == NULL)
		return error_set(e, ERROR_SYSTEM, "seccomp_init failed");
	r = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0 && role == SANDBOX_CHECK) {
		r = allow_check(f);
		goto out;
	}
	if (r == 0)
		r = refuse_all(f, refused, sizeof(refused) / sizeof(*refused));
	if (r == 0 && role != SANDBOX_PARENT)
		r = confine_worker(f, role);
	if (r == 0)
		r = seccomp_load(f);
out:
	seccomp_release(f);
	if (r != 0)
		return error_set(
		    e, ERROR_SYSTEM, "system call filter: %s", strerror(-r));
	return 0;
}

int
sandbox_has_filter(void)
{
	return HAS_FILTER;
}
