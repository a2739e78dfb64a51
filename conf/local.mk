# Room conf: what an administrator finds installed or as an example.

units = \
	conf/systemd/oktad.service \
	conf/systemd/oktad-net.service \
	conf/systemd/oktad-sync.service \
	conf/systemd/oktad-login.socket \
	conf/systemd/oktad-self.socket \
	conf/systemd/oktad-control.socket \
	conf/systemd/oktad-internal.socket
generated_conf = $(units) conf/apparmor/nameservice conf/tmpfiles.conf \
	conf/sshd-okta.conf

EXTRA_DIST += \
	$(units:=.in) \
	conf/apparmor/nameservice.in \
	conf/sshd-okta.conf.in \
	conf/tmpfiles.conf.in \
	conf/sysusers.conf \
	conf/pam-auth-update/okta \
	conf/pam-auth-update/okta-password \
	conf/pam.d/common-account \
	conf/pam.d/common-auth \
	conf/pam.d/common-password \
	conf/pam.d/common-session \
	conf/pam.d/login \
	conf/pam.d/sshd \
	conf/pam.d/sshd-second-factor \
	conf/pam.d/sudo
CLEANFILES += $(generated_conf)

unit_DATA = $(units)
pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = conf/pam-auth-update/okta conf/pam-auth-update/okta-password
dist_doc_DATA += LICENSE conf/nsswitch.conf
nodist_doc_DATA = conf/sshd-okta.conf
pamexamplesdir = $(docdir)/pam.d
dist_pamexamples_DATA = \
	conf/pam.d/common-account \
	conf/pam.d/common-auth \
	conf/pam.d/common-password \
	conf/pam.d/common-session \
	conf/pam.d/login \
	conf/pam.d/sshd \
	conf/pam.d/sshd-second-factor \
	conf/pam.d/sudo

$(generated_conf): %: $(top_srcdir)/%.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) \
		-e 's,@sbindir[@],$(sbindir),g' \
		-e 's,@libexecdir[@],$(libexecdir),g' \
		-e 's,@oktalibexecdir[@],$(oktalibexecdir),g' \
		-e 's,@sysconfdir[@],$(sysconfdir),g' \
		-e 's,@localstatedir[@],$(localstatedir),g' \
		-e 's,@runstatedir[@],$(runstatedir),g' \
		'$(top_srcdir)/$@.in' >$@.tmp && mv $@.tmp $@

# sysusers.d, tmpfiles.d and AppArmor's folder want one name per package.
apparmordir = $(sysconfdir)/apparmor.d/abstractions/nameservice.d
install-data-local: $(generated_conf)
	$(MKDIR_P) '$(DESTDIR)$(sysusersdir)' '$(DESTDIR)$(tmpfilesdir)' \
		'$(DESTDIR)$(apparmordir)'
	$(INSTALL_DATA) conf/apparmor/nameservice \
		'$(DESTDIR)$(apparmordir)/okta'
	$(INSTALL_DATA) '$(srcdir)/conf/sysusers.conf' \
		'$(DESTDIR)$(sysusersdir)/okta.conf'
	$(INSTALL_DATA) conf/tmpfiles.conf '$(DESTDIR)$(tmpfilesdir)/okta.conf'

uninstall-local:
	rm -f '$(DESTDIR)$(apparmordir)/okta' \
		'$(DESTDIR)$(sysusersdir)/okta.conf' \
		'$(DESTDIR)$(tmpfilesdir)/okta.conf'
