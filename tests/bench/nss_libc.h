/*
 * The C library itself in the place of a module: what programs get to see
 * through nsswitch.conf(5).
 */
#ifndef OKTA_BENCH_NSS_LIBC_H
#define OKTA_BENCH_NSS_LIBC_H

#include "module.h"

/* Nothing is opened; nothing is to be closed. */
void nss_libc_open(struct module *m);

#endif
