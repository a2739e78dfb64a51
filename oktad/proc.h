/*
 * What /proc says of a process: whose it is, whose login it came from, and
 * enough to know it again. Names of processes are chosen by whoever runs them,
 * so nothing here is decided by a name.
 *
 * The audit session id and login uid (CONFIG_AUDIT) are set by pam_loginuid
 * when somebody logs in, inherited by everything that they start, through
 * setuid programs, sudo and daemons, and can not be set to a chosen session by
 * anybody: who changes them gets a new session (audit_set_loginuid() of the
 * kernel). They are the best word there is on where a process came from.
 */
#ifndef OKTAD_PROC_H
#define OKTAD_PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROC_UNSET UINT32_MAX

struct proc {
	pid_t pid, ppid;
	uint64_t start; /* clock ticks after boot: with the pid an identity */
	uint32_t ruid; /* PROC_UNSET where it was not asked for */
	uint32_t login; /* audit login uid, or PROC_UNSET */
	uint32_t audit; /* audit session id, or PROC_UNSET */
	uint32_t slice; /* N of its control group below user-N.slice, that
			   is of a logind session or user manager of uid N;
			   or PROC_UNSET */
	int has_tty;
	int is_nested; /* in a pid namespace below this one: a container */
	int is_dead; /* a zombie */
	char comm[16]; /* for people to read */
};

/* All of it, of a folder like /proc. OKTA_OK; OKTA_ABSENT: no such process;
 * OKTA_BAD: what is there can not be read. What the kernel does not offer is
 * PROC_UNSET. */
int proc_read(int proc_fd, pid_t pid, struct proc *p);
/* Calls take() for every process of it. 0, or -1 with errno. */
int proc_each(
    int proc_fd, void (*take)(void *arg, const struct proc *p), void *arg);
/* What start means on the clock of wire_now_ms(). */
uint64_t proc_start_ms(const struct proc *p);

/* The files of one process; text ends with a NUL. OKTA_OK or OKTA_BAD. */
int proc_parse_stat(const char *text, struct proc *p);
int proc_parse_status(const char *text, struct proc *p);
void proc_parse_cgroup(const char *text, struct proc *p);
/* A number and nothing else but a line feed; PROC_UNSET where it is none. */
uint32_t proc_parse_number(const char *text);

#endif
