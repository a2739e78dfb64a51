# Room pam_okta. Of libokta only the files named here are in the module: it is
# loaded into sshd, sudo and login, and every line of it counts.
pam_LTLIBRARIES += pam_okta/pam_okta.la
dist_man_MANS += pam_okta/pam_okta.8
EXTRA_DIST += pam_okta/pam_okta.map

pam_okta_pam_okta_la_SOURCES = \
	pam_okta/account.c \
	pam_okta/args.c pam_okta/args.h \
	pam_okta/audit.c pam_okta/audit.h \
	pam_okta/auth.c \
	pam_okta/binding.c pam_okta/binding.h \
	pam_okta/call.c pam_okta/call.h \
	pam_okta/converse.c pam_okta/converse.h \
	pam_okta/denial.c pam_okta/denial.h pam_okta/login.h \
	pam_okta/message.c pam_okta/message.h \
	pam_okta/pam_okta.c pam_okta/phase.h pam_okta/prompt.c \
	pam_okta/proof.c pam_okta/proof.h \
	pam_okta/session.c \
	libokta/access.c libokta/address.c libokta/client.c libokta/directory.c \
	libokta/directory_account.c \
	libokta/directory_age.c libokta/directory_file.c \
	libokta/directory_format.c libokta/directory_person.c \
	libokta/directory_source.c libokta/name_text.c libokta/rules.c \
	libokta/wire.c libokta/wire_io.c
pam_okta_pam_okta_la_CFLAGS = $(AM_CFLAGS) \
	-ffunction-sections -Wframe-larger-than=4096
pam_okta_pam_okta_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,--gc-sections -Wl,--version-script=$(srcdir)/pam_okta/pam_okta.map
if !SANITIZERS
# clang's sanitizers leave their own symbols to the program.
pam_okta_pam_okta_la_LDFLAGS += -Wl,-z,defs
endif
pam_okta_pam_okta_la_LIBADD = $(PAM_LIBS)
EXTRA_pam_okta_pam_okta_la_DEPENDENCIES = pam_okta/pam_okta.map
module_files += $(pamdir)/pam_okta.so
module_archives += $(pamdir)/pam_okta.la
