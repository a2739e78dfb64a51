# Programs of area parent: oktad (root; no JSON, no HTTP) and oktad-login (one
# conversation; no HTTP library, no socket of its own).
sbin_PROGRAMS += oktad/oktad
oktalibexec_PROGRAMS += oktad/oktad-login
noinst_LTLIBRARIES += oktad/libparent.la oktad/liblogin.la

# All but main(), so that tests can link it.
oktad_libparent_la_SOURCES = \
	oktad/accept.c oktad/accept.h \
	oktad/assertion.c oktad/assertion.h \
	oktad/budget.c oktad/budget.h \
	oktad/budget_file.c oktad/budget_file.h \
	oktad/child.c oktad/child.h \
	oktad/confirm.c oktad/confirm.h \
	oktad/conn.c oktad/conn.h \
	oktad/control.c oktad/control.h \
	oktad/hello.c oktad/hello.h \
	oktad/link.c oktad/link.h \
	oktad/listen.c oktad/listen.h \
	oktad/loop.c oktad/loop.h \
	oktad/notify.c oktad/notify.h \
	oktad/parent.c oktad/parent.h \
	oktad/peer.c oktad/peer.h \
	oktad/person.c oktad/person.h \
	oktad/publish.c oktad/publish.h \
	oktad/refusal.c oktad/refusal.h \
	oktad/setup.c oktad/setup.h \
	oktad/slots.c oktad/slots.h \
	oktad/ticket.c oktad/ticket.h \
	oktad/worker.c oktad/worker.h oktad/worker_private.h \
	oktad/worker_outcome.c oktad/worker_start.c
oktad_libparent_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(SYSTEMD_CFLAGS)
oktad_oktad_SOURCES = oktad/oktad.c
oktad_oktad_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
oktad_oktad_LDADD = oktad/libparent.la libokta/libfull.la $(CRYPTO_LIBS) \
	$(SECCOMP_LIBS) $(SYSTEMD_LIBS)

oktad_liblogin_la_SOURCES = \
	oktad/flow.c oktad/flow.h \
	oktad/flow_authn.c \
	oktad/login_link.c oktad/login_link.h \
	oktad/login_talk.c oktad/login_talk.h
oktad_liblogin_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktad_oktad_login_SOURCES = oktad/login.c
oktad_oktad_login_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktad_oktad_login_LDADD = oktad/liblogin.la libokta/libfull.la $(JSON_LIBS) \
	$(SECCOMP_LIBS)

dist_man_MANS += oktad/oktad.8
