# Room oktactl: the admin's tool.
sbin_PROGRAMS += oktactl/oktactl

oktactl_oktactl_SOURCES = \
	oktactl/check.h \
	oktactl/check_conf.c \
	oktactl/check_daemon.c \
	oktactl/check_files.c \
	oktactl/check_nsswitch.c \
	oktactl/check_pam.c \
	oktactl/cmd_check.c \
	oktactl/cmd_group.c \
	oktactl/cmd_key.c \
	oktactl/cmd_pin.c \
	oktactl/cmd_status.c \
	oktactl/cmd_sync.c \
	oktactl/cmd_token.c \
	oktactl/cmd_user.c \
	oktactl/control.c \
	oktactl/control.h \
	oktactl/lookup.c \
	oktactl/lookup.h \
	oktactl/missing.c \
	oktactl/missing.h \
	oktactl/oktactl.c \
	oktactl/oktactl.h \
	oktactl/pam_stack.c \
	oktactl/pam_stack.h \
	oktactl/status.c \
	oktactl/status.h
oktactl_oktactl_CPPFLAGS = $(AM_CPPFLAGS) \
	-DOKTA_LIBDIR='"$(libdir)"' -DOKTA_PAMDIR='"$(pamdir)"'
oktactl_oktactl_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktactl_oktactl_LDADD = libokta/libfull.la libokta/libbase.la \
	$(JSON_LIBS) $(CRYPTO_LIBS)

dist_man_MANS += oktactl/oktactl.8
