/*
 * What a process gives up before it reads its first foreign byte. The order in
 * a program: log_open (which reads the environment), sandbox_begin, take what
 * is needed (own socket, configuration file), sandbox_enter, then the loop.
 */
#ifndef OKTA_SANDBOX_H
#define OKTA_SANDBOX_H

#include <sys/types.h>

#include "error.h"

enum sandbox_role {
	SANDBOX_PARENT, /* oktad: its children are to start programs still */
	SANDBOX_NET, /* sockets: IPv4, IPv6, unix; threads, for the resolver */
	SANDBOX_SYNC, /* sockets: unix; no threads */
	SANDBOX_LOGIN, /* no new socket at all, no connect; no threads */
	SANDBOX_SWEEP, /* no socket, no process; keeps CAP_KILL, and signals
			  others by pidfd only */
	SANDBOX_CHECK /* only computes, and writes to what is open */
};

/* First step of every program of ours: empties the environment (T85), umask
 * 077, no core files, not dumpable (so that nobody of the same uid can attach
 * or read /proc/PID/mem). 0, or -1 with ERROR_SYSTEM. */
int sandbox_begin(struct error *e);

/* For root: becomes uid and gid, both not 0, for good: empty ambient and
 * bounding capability sets, supplementary groups = gid, setresgid, setresuid,
 * no_new_privs; then reads everything back (T60). 0; after -1 (ERROR_SYSTEM)
 * the process is half way down and must exit. */
int sandbox_drop_user(uid_t uid, gid_t gid, struct error *e);

/* For everybody, before foreign bytes: all capability sets empty, no_new_privs,
 * and a system call filter by role: no exec, no new process, no ptrace, no
 * mount, no namespaces, no bpf, no io_uring, no signals to others. Refused
 * calls fail with EPERM. SANDBOX_CHECK is the other way round: a dozen calls
 * are allowed, any other one ends the process. 0, or -1 with ERROR_SYSTEM: the
 * process must exit. */
int sandbox_enter(enum sandbox_role role, struct error *e);

/* 1 where this build filters system calls; sanitizer builds do not, because
 * their run-time needs ptrace and new processes. */
int sandbox_has_filter(void);

/* sandbox_filter.c: the filter alone. */
int sandbox_load_filter(enum sandbox_role role, struct error *e);

#endif
