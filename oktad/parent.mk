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
	oktad/budget_private.h oktad/budget_address.c oktad/budget_send.c \
	oktad/change.c oktad/change.h \
	oktad/child.c oktad/child.h \
	oktad/confirm.c oktad/confirm.h \
	oktad/conn.c oktad/conn.h \
	oktad/device.c oktad/device.h \
	oktad/control.c oktad/control.h oktad/control_private.h \
	oktad/control_change.c oktad/control_ids.c oktad/control_sessions.c \
	oktad/forget.c oktad/forget.h \
	oktad/grant.c oktad/grant.h \
	oktad/hello.c oktad/hello.h \
	oktad/link.c oktad/link.h \
	oktad/link_assert.c oktad/link_assert.h \
	oktad/listen.c oktad/listen.h \
	oktad/loop.c oktad/loop.h \
	oktad/mend.c oktad/mend.h \
	oktad/notify.c oktad/notify.h \
	oktad/okta_session.c oktad/okta_session.h \
	oktad/okta_session_take.c oktad/okta_session_private.h \
	oktad/okta_session_job.c oktad/okta_session_job.h \
	oktad/parent.c oktad/parent.h \
	oktad/peer.c oktad/peer.h \
	oktad/person.c oktad/person.h \
	oktad/preference.c oktad/preference.h \
	oktad/publish.c oktad/publish.h \
	oktad/publish_check.c oktad/publish_former.c \
	oktad/publish_groups.c oktad/publish_check.h \
	oktad/publish_lost.c \
	oktad/publishing.c oktad/publishing.h \
	oktad/sync_local.c oktad/sync_local.h oktad/sync_range.c \
	oktad/refusal.c oktad/refusal.h oktad/throttle.c oktad/throttle.h \
	oktad/proc.c oktad/proc.h \
	oktad/session.c oktad/session.h \
	oktad/session_answer.c oktad/session_answer.h \
	oktad/session_who.c oktad/session_who.h \
	oktad/session_end.c oktad/session_end.h \
	oktad/session_file.c oktad/session_file.h \
	oktad/session_grace.c oktad/session_grace.h \
	oktad/session_hold.c oktad/session_hold.h \
	oktad/session_list.c oktad/session_list.h \
	oktad/session_own.c oktad/session_own.h \
	oktad/rules_file.c oktad/rules_file.h \
	oktad/session_order.c oktad/session_sweep.c oktad/session_sweep.h \
	oktad/session_sweep_job.c \
	oktad/session_watch.c oktad/session_watch.h \
	oktad/session_watch_sweep.c \
	oktad/session_watch_private.h \
	oktad/setup.c oktad/setup.h \
	oktad/slots.c oktad/slots.h \
	oktad/ticket.c oktad/ticket.h \
	oktad/worker.c oktad/worker.h oktad/worker_private.h \
	oktad/worker_outcome.c oktad/worker_send.c oktad/worker_start.c
oktad_libparent_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(SYSTEMD_CFLAGS)
oktad_oktad_SOURCES = oktad/oktad.c
oktad_oktad_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
oktad_oktad_LDADD = oktad/libparent.la libokta/libfull.la $(CRYPTO_LIBS) \
	$(SECCOMP_LIBS) $(SYSTEMD_LIBS)

oktad_liblogin_la_SOURCES = \
	oktad/flow.c oktad/flow.h \
	oktad/authn_code.c oktad/authn_enroll.c oktad/authn_factor.c \
	oktad/authn_message.c oktad/authn_password.c oktad/authn_push.c \
	oktad/authn_question.c oktad/authn_step.c \
	oktad/flow_accept.c oktad/flow_authn.c oktad/flow_authn.h \
	oktad/flow_choose.c oktad/flow_session.c oktad/flow_step.c \
	oktad/flow_device.c oktad/flow_direct.c oktad/flow_direct_factor.c \
	oktad/flow_factors.c \
	oktad/flow_oidc.c oktad/flow_oidc.h oktad/flow_second.c \
	oktad/login_qr.c oktad/login_qr.h \
	oktad/login_link.c oktad/login_link.h \
	oktad/login_session.c oktad/login_session.h \
	oktad/login_talk.c oktad/login_talk.h
oktad_liblogin_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(QR_CFLAGS)
oktad_liblogin_la_LIBADD = $(QR_LIBS)
oktad_oktad_login_SOURCES = oktad/login.c oktad/wipe.c
oktad_oktad_login_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktad_oktad_login_LDADD = oktad/liblogin.la libokta/libfull.la $(JSON_LIBS) \
	$(SECCOMP_LIBS)

dist_man_MANS += oktad/oktad.8
