# libokta: two archives. base needs libc only, so that the modules can link
# it; full may use OpenSSL and json-c. Nothing of it is installed.
noinst_LTLIBRARIES += libokta/libbase.la libokta/libfull.la

# Lookups happen on tiny stacks (T74). Sanitizers add to every frame.
if !SANITIZERS
FRAME_CFLAGS = -Wframe-larger-than=1024
endif

libokta_libbase_la_SOURCES = libokta/code.h libokta/paths.h
libokta_libbase_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden $(FRAME_CFLAGS)
libokta_libfull_la_SOURCES = libokta/internal.h
libokta_libfull_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS) \
	$(SQLITE_CFLAGS) $(SECCOMP_CFLAGS)
libokta_libfull_la_LIBADD = libokta/libbase.la

include libokta/directory.mk
include libokta/login.mk
include libokta/conf.mk
include libokta/net.mk
include libokta/sync.mk
include libokta/auth.mk
