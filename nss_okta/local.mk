# Room nss_okta: libnss_okta.so.2, the name that glibc opens for "okta" in
# nsswitch.conf. It is never unloaded (nodelete): a thread may still stand in it,
# and its mapping would be left behind each time.
# Of base it links the reader alone (libtool would take all of an archive).
nss_sources = nss_okta/fill.c nss_okta/fill.h nss_okta/group.c \
	nss_okta/initgroups.c nss_okta/map.c nss_okta/map.h nss_okta/passwd.c \
	libokta/directory.c libokta/directory_file.c \
	libokta/directory_format.c libokta/directory_group.c \
	libokta/directory_list.c libokta/directory_local.c libokta/directory_uid.c
nss_cflags = $(AM_CFLAGS) -fvisibility=hidden -Wframe-larger-than=1024
nss_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,-z,nodelete \
	-Wl,--version-script=$(srcdir)/nss_okta/nss_okta.map

lib_LTLIBRARIES += nss_okta/libnss_okta.la
nss_okta_libnss_okta_la_SOURCES = $(nss_sources)
nss_okta_libnss_okta_la_CFLAGS = $(nss_cflags)
nss_okta_libnss_okta_la_LDFLAGS = $(nss_ldflags) -shrext .so.2
if !SANITIZERS
# clang's sanitizers leave their own symbols to the program.
nss_okta_libnss_okta_la_LDFLAGS += -Wl,-z,defs
endif
EXTRA_nss_okta_libnss_okta_la_DEPENDENCIES = nss_okta/nss_okta.map
module_files += $(libdir)/libnss_okta.so.2
module_archives += $(libdir)/libnss_okta.la

EXTRA_DIST += nss_okta/nss_okta.map
dist_man_MANS += nss_okta/nss_okta.8
