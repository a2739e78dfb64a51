# Room oktactl: the admin's tool.
sbin_PROGRAMS += oktactl/oktactl

oktactl_oktactl_SOURCES = \
	oktactl/check.h \
	oktactl/check_conf.c \
	oktactl/check_daemon.c \
	oktactl/check_files.c \
	oktactl/check_grace.c \
	oktactl/check_groups.c \
	oktactl/account.c oktactl/account.h \
	oktactl/check_accounts.c oktactl/check_keys.c \
	oktactl/check_nsswitch.c \
	oktactl/check_okta.c \
	oktactl/check_pam.c \
	oktactl/check_sshd.c \
	oktactl/change.c \
	oktactl/change.h \
	oktactl/changes.c \
	oktactl/changes.h \
	oktactl/cmd_app.c \
	oktactl/cmd_change.c \
	oktactl/cmd_check.c \
	oktactl/cmd_explain.c \
	oktactl/cmd_factors.c \
	oktactl/cmd_group.c \
	oktactl/cmd_ids.c \
	oktactl/cmd_ids_forget.c \
	oktactl/cmd_key.c \
	oktactl/cmd_log.c \
	oktactl/cmd_logout.c \
	oktactl/cmd_pin.c \
	oktactl/cmd_session.c \
	oktactl/cmd_sessions.c \
	oktactl/cmd_status.c \
	oktactl/cmd_sync.c \
	oktactl/cmd_token.c \
	oktactl/cmd_user.c \
	oktactl/cmd_zone.c \
	oktactl/control.c \
	oktactl/control.h \
	oktactl/ids_report.c \
	oktactl/ids_report.h \
	oktactl/look.c \
	oktactl/look.h \
	oktactl/lookup.c \
	oktactl/lookup.h \
	oktactl/missing.c \
	oktactl/missing.h \
	oktactl/oktactl.c \
	oktactl/oktactl.h \
	oktactl/pam_known.c \
	oktactl/pam_known.h \
	oktactl/pam_stack.c \
	oktactl/pam_stack.h \
	oktactl/pam_walk.c \
	oktactl/pam_walk.h \
	oktactl/resolve.c \
	oktactl/resolve.h \
	oktactl/secret_line.c \
	oktactl/secret_line.h \
	oktactl/sessions.c \
	oktactl/sessions.h \
	oktactl/status.c \
	oktactl/status.h \
	oktactl/zone_edit.c \
	oktactl/zone_edit.h
oktactl_oktactl_CPPFLAGS = $(AM_CPPFLAGS) \
	-DOKTA_LIBDIR='"$(libdir)"' -DOKTA_PAMDIR='"$(pamdir)"'
oktactl_oktactl_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktactl_oktactl_LDADD = libokta/libfull.la libokta/libbase.la \
	$(JSON_LIBS) $(CRYPTO_LIBS)

# sshd's AuthorizedKeysCommand: libc only, runs as nobody.
oktalibexec_PROGRAMS += oktactl/okta-keys
oktactl_okta_keys_SOURCES = oktactl/keys.c
oktactl_okta_keys_LDADD = libokta/libbase.la

dist_man_MANS += oktactl/oktactl.8
