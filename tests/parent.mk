# Tests of area parent: oktad and oktad-login.
if HAVE_CMOCKA
parent_cflags = $(AM_CFLAGS) -I$(srcdir)/oktad -I$(srcdir)/tests \
	$(CMOCKA_CFLAGS) $(JSON_CFLAGS) $(CRYPTO_CFLAGS)
parent_libs = oktad/libparent.la libokta/libfull.la $(CMOCKA_LIBS) \
	$(CRYPTO_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)

parent_unit_tests = tests/unit/test_budget tests/unit/test_budget_gone \
	tests/unit/test_budget_place tests/unit/test_budget_send \
	tests/unit/test_habits \
	tests/unit/test_flow_authn tests/unit/test_flow_factors \
	tests/unit/test_flow_states \
	tests/unit/test_api_session tests/unit/test_okta_session \
	tests/unit/test_okta_session_end \
	tests/unit/test_former tests/unit/test_hello tests/unit/test_loop \
	tests/unit/test_publish tests/unit/test_publish_accounts \
	tests/unit/test_publish_attack \
	tests/unit/test_publish_former \
	tests/unit/test_publish_kill \
	tests/unit/test_proc tests/unit/test_session \
	tests/unit/test_session_end tests/unit/test_session_grace \
	tests/unit/test_session_own \
	tests/unit/test_session_sweep tests/unit/test_session_watch \
	tests/unit/test_throttle tests/unit/test_ticket
# The sanitizers have system calls of their own, and memory.
if !SANITIZERS
parent_unit_tests += tests/unit/test_publish_closed tests/unit/test_publish_size
endif
check_PROGRAMS += $(parent_unit_tests)
TESTS += $(parent_unit_tests)

budget_fixture = tests/unit/budget_fixture.c tests/unit/budget_fixture.h \
	tests/folder.c tests/folder.h
budget_ldflags = $(AM_LDFLAGS) -Wl,--wrap=fdatasync -Wl,--wrap=fsync
tests_unit_test_budget_SOURCES = tests/unit/test_budget.c $(budget_fixture)
tests_unit_test_budget_CFLAGS = $(parent_cflags)
tests_unit_test_budget_LDFLAGS = $(budget_ldflags)
tests_unit_test_budget_LDADD = $(parent_libs)
tests_unit_test_budget_gone_SOURCES = tests/unit/test_budget_gone.c \
	tests/folder.c tests/folder.h
tests_unit_test_budget_gone_CFLAGS = $(parent_cflags)
tests_unit_test_budget_gone_LDADD = $(parent_libs)
tests_unit_test_budget_place_SOURCES = tests/unit/test_budget_place.c \
	$(budget_fixture)
tests_unit_test_budget_place_CFLAGS = $(parent_cflags)
tests_unit_test_budget_place_LDFLAGS = $(budget_ldflags)
tests_unit_test_budget_place_LDADD = $(parent_libs)
tests_unit_test_budget_send_SOURCES = tests/unit/test_budget_send.c \
	$(budget_fixture)
tests_unit_test_budget_send_CFLAGS = $(parent_cflags)
tests_unit_test_budget_send_LDFLAGS = $(budget_ldflags)
tests_unit_test_budget_send_LDADD = $(parent_libs)
tests_unit_test_habits_SOURCES = tests/unit/test_habits.c \
	tests/folder.c tests/folder.h
tests_unit_test_habits_CFLAGS = $(parent_cflags)
tests_unit_test_habits_LDADD = $(parent_libs)
tests_unit_test_hello_SOURCES = tests/unit/test_hello.c
tests_unit_test_hello_CFLAGS = $(parent_cflags)
tests_unit_test_hello_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getsockopt
tests_unit_test_hello_LDADD = $(parent_libs)
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_loop_CFLAGS = $(parent_cflags)
tests_unit_test_loop_LDADD = $(parent_libs)
tests_unit_test_api_session_SOURCES = tests/unit/test_api_session.c
tests_unit_test_api_session_CFLAGS = $(parent_cflags)
tests_unit_test_api_session_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=http_send
tests_unit_test_api_session_LDADD = libokta/libfull.la $(CMOCKA_LIBS) \
	$(JSON_LIBS)
okta_session_ldflags = $(AM_LDFLAGS) \
	-Wl,--wrap=okta_session_job_start -Wl,--wrap=okta_session_job_hear \
	-Wl,--wrap=session_watch_gone -Wl,--wrap=wire_now_ms \
	-Wl,--wrap=directory_age -Wl,--wrap=log_fields
tests_unit_test_okta_session_SOURCES = tests/unit/test_okta_session.c \
	tests/unit/okta_session_play.h
tests_unit_test_okta_session_CFLAGS = $(parent_cflags)
tests_unit_test_okta_session_LDFLAGS = $(okta_session_ldflags)
tests_unit_test_okta_session_LDADD = $(parent_libs)
tests_unit_test_okta_session_end_SOURCES = tests/unit/test_okta_session_end.c \
	tests/unit/okta_session_play.h
tests_unit_test_okta_session_end_CFLAGS = $(parent_cflags)
tests_unit_test_okta_session_end_LDFLAGS = $(okta_session_ldflags)
tests_unit_test_okta_session_end_LDADD = $(parent_libs)
tests_unit_test_throttle_SOURCES = tests/unit/test_throttle.c
tests_unit_test_throttle_CFLAGS = $(parent_cflags)
tests_unit_test_throttle_LDADD = $(parent_libs)
tests_unit_test_proc_SOURCES = tests/unit/test_proc.c
tests_unit_test_proc_CFLAGS = $(parent_cflags)
tests_unit_test_proc_LDADD = $(parent_libs)
tests_unit_test_session_SOURCES = tests/unit/test_session.c tests/folder.c \
	tests/folder.h
tests_unit_test_session_CFLAGS = $(parent_cflags)
tests_unit_test_session_LDADD = $(parent_libs)
tests_unit_test_session_end_SOURCES = tests/unit/test_session_end.c
tests_unit_test_session_end_CFLAGS = $(parent_cflags)
tests_unit_test_session_end_LDADD = $(parent_libs)
tests_unit_test_session_grace_SOURCES = tests/unit/test_session_grace.c
tests_unit_test_session_grace_CFLAGS = $(parent_cflags)
tests_unit_test_session_grace_LDADD = $(parent_libs)
tests_unit_test_session_own_SOURCES = tests/unit/test_session_own.c \
	tests/folder.c tests/folder.h
tests_unit_test_session_own_CFLAGS = $(parent_cflags)
tests_unit_test_session_own_LDADD = $(parent_libs)
tests_unit_test_session_sweep_SOURCES = tests/unit/test_session_sweep.c \
	tests/folder.c tests/folder.h
tests_unit_test_session_sweep_CFLAGS = $(parent_cflags)
tests_unit_test_session_sweep_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=proc_each -Wl,--wrap=proc_read
tests_unit_test_session_sweep_LDADD = $(parent_libs)
tests_unit_test_session_watch_SOURCES = tests/unit/test_session_watch.c
tests_unit_test_session_watch_CFLAGS = $(parent_cflags)
tests_unit_test_session_watch_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=directory_open -Wl,--wrap=directory_person_by_id \
	-Wl,--wrap=directory_person_by_name -Wl,--wrap=local_has_uid \
	-Wl,--wrap=session_hold_people -Wl,--wrap=session_hold_read \
	-Wl,--wrap=session_hold_compare \
	-Wl,--wrap=session_hold_write -Wl,--wrap=session_hold_remove \
	-Wl,--wrap=sweep_start
tests_unit_test_session_watch_LDADD = $(parent_libs)
tests_unit_test_ticket_SOURCES = tests/unit/test_ticket.c
tests_unit_test_ticket_CFLAGS = $(parent_cflags)
tests_unit_test_ticket_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_test_ticket_LDADD = $(parent_libs)

# Published files that belong to the user who runs the test.
publish_fixture = tests/unit/publish_fixture.c tests/unit/publish_fixture.h \
	libokta/directory_file.c tests/folder.c tests/folder.h
publish_cppflags = $(AM_CPPFLAGS) -DOKTA_TRUSTED_UID='geteuid()'
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c $(publish_fixture)
tests_unit_test_publish_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_CFLAGS = $(parent_cflags)
tests_unit_test_publish_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_publish_accounts_SOURCES = tests/unit/test_publish_accounts.c \
	$(publish_fixture)
tests_unit_test_publish_accounts_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_accounts_CFLAGS = $(parent_cflags)
tests_unit_test_publish_accounts_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_publish_attack_SOURCES = tests/unit/test_publish_attack.c \
	$(publish_fixture)
tests_unit_test_publish_attack_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_attack_CFLAGS = $(parent_cflags)
tests_unit_test_publish_attack_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_publish_former_SOURCES = tests/unit/test_publish_former.c \
	$(publish_fixture)
tests_unit_test_publish_former_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_former_CFLAGS = $(parent_cflags)
tests_unit_test_publish_former_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_publish_kill_SOURCES = tests/unit/test_publish_kill.c \
	tests/unit/tracer.c tests/unit/tracer.h libokta/directory_age.c \
	$(publish_fixture)
tests_unit_test_publish_kill_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_kill_CFLAGS = $(parent_cflags)
tests_unit_test_publish_kill_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_publish_closed_SOURCES = tests/unit/test_publish_closed.c
tests_unit_test_publish_closed_CFLAGS = $(parent_cflags)
tests_unit_test_publish_closed_LDADD = $(parent_libs)
tests_unit_test_publish_size_SOURCES = tests/unit/test_publish_size.c \
	$(publish_fixture)
tests_unit_test_publish_size_CPPFLAGS = $(publish_cppflags)
tests_unit_test_publish_size_CFLAGS = $(parent_cflags)
tests_unit_test_publish_size_LDADD = tests/libsnapshot.la $(parent_libs)
tests_unit_test_former_SOURCES = tests/unit/test_former.c tests/folder.c \
	tests/folder.h
tests_unit_test_former_CFLAGS = $(parent_cflags)
tests_unit_test_former_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync \
	-Wl,--wrap=pwrite
tests_unit_test_former_LDADD = tests/libsnapshot.la $(parent_libs)

tests_unit_test_flow_authn_SOURCES = tests/unit/test_flow_authn.c \
	tests/unit/authn_side.h tests/unit/net_side.h $(bound_sources)
tests_unit_test_flow_authn_CFLAGS = $(parent_cflags)
tests_unit_test_flow_authn_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=talk_wait
tests_unit_test_flow_authn_LDADD = oktad/liblogin.la libokta/libfull.la \
	$(CMOCKA_LIBS) $(JSON_LIBS) $(SECCOMP_LIBS)
tests_unit_test_flow_states_SOURCES = tests/unit/test_flow_states.c \
	tests/unit/authn_side.h tests/unit/net_side.h $(bound_sources)
tests_unit_test_flow_states_CFLAGS = $(parent_cflags)
tests_unit_test_flow_states_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=talk_wait
tests_unit_test_flow_states_LDADD = oktad/liblogin.la libokta/libfull.la \
	$(CMOCKA_LIBS) $(JSON_LIBS) $(SECCOMP_LIBS)
tests_unit_test_flow_factors_SOURCES = tests/unit/test_flow_factors.c \
	tests/unit/authn_side.h tests/unit/net_side.h $(bound_sources)
tests_unit_test_flow_factors_CFLAGS = $(parent_cflags)
tests_unit_test_flow_factors_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=talk_wait
tests_unit_test_flow_factors_LDADD = oktad/liblogin.la libokta/libfull.la \
	$(CMOCKA_LIBS) $(JSON_LIBS) $(SECCOMP_LIBS)
endif

# Fuzz targets, and their seeds with changes in make check.
parent_fuzz_cflags = $(AM_CFLAGS) -I$(srcdir)/oktad $(JSON_CFLAGS)
parent_fuzz_libs = oktad/libparent.la oktad/liblogin.la libokta/libfull.la \
	$(JSON_LIBS) $(CRYPTO_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)
parent_replays = tests/fuzz/replay_authn tests/fuzz/replay_budget \
	tests/fuzz/replay_former tests/fuzz/replay_hello \
	tests/fuzz/replay_okta_session tests/fuzz/replay_session
check_PROGRAMS += $(parent_replays)
TESTS += $(parent_replays)
tests_fuzz_replay_authn_SOURCES = tests/fuzz/fuzz_authn.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_authn_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_authn_LDADD = $(parent_fuzz_libs)
tests_fuzz_replay_budget_SOURCES = tests/fuzz/fuzz_budget.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_budget_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_budget_LDADD = $(parent_fuzz_libs)
tests_fuzz_replay_former_SOURCES = tests/fuzz/fuzz_former.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_former_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_former_LDADD = $(parent_fuzz_libs)
tests_fuzz_replay_hello_SOURCES = tests/fuzz/fuzz_hello.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_hello_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_hello_LDADD = $(parent_fuzz_libs)
tests_fuzz_replay_okta_session_SOURCES = tests/fuzz/fuzz_okta_session.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_okta_session_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_okta_session_LDADD = $(parent_fuzz_libs)
tests_fuzz_replay_session_SOURCES = tests/fuzz/fuzz_session.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_session_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_session_LDADD = $(parent_fuzz_libs)
EXTRA_DIST += \
	tests/fuzz/seeds/okta_session \
	tests/fuzz/seeds/session \
	tests/fuzz/seeds/authn \
	tests/fuzz/seeds/budget \
	tests/fuzz/seeds/former \
	tests/fuzz/seeds/hello

if FUZZING
parent_fuzzers = tests/fuzz/fuzz_authn tests/fuzz/fuzz_budget \
	tests/fuzz/fuzz_former tests/fuzz/fuzz_hello \
	tests/fuzz/fuzz_okta_session tests/fuzz/fuzz_session
noinst_PROGRAMS += $(parent_fuzzers)
tests_fuzz_fuzz_authn_SOURCES = tests/fuzz/fuzz_authn.c tests/fuzz/replay.h
tests_fuzz_fuzz_authn_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_authn_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_authn_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_budget_SOURCES = tests/fuzz/fuzz_budget.c tests/fuzz/replay.h
tests_fuzz_fuzz_budget_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_budget_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_budget_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_former_SOURCES = tests/fuzz/fuzz_former.c tests/fuzz/replay.h
tests_fuzz_fuzz_former_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_former_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_former_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_hello_SOURCES = tests/fuzz/fuzz_hello.c tests/fuzz/replay.h
tests_fuzz_fuzz_hello_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_hello_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_hello_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_okta_session_SOURCES = tests/fuzz/fuzz_okta_session.c \
	tests/fuzz/replay.h
tests_fuzz_fuzz_okta_session_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_okta_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_okta_session_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c tests/fuzz/replay.h
tests_fuzz_fuzz_session_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_session_LDADD = $(parent_fuzz_libs)
endif

# Run by tests/scenario/test_storm.py: the module and the publisher, each other's
# worst neighbour.
check_PROGRAMS += tests/storm
tests_storm_SOURCES = tests/storm.c tests/module.c tests/module.h \
	libokta/directory_file.c
tests_storm_CPPFLAGS = $(trusting_cppflags) \
	-DOKTA_TEST_MODULE='"$(abs_builddir)/tests/module/.libs/libnss_okta_test.so.2"'
tests_storm_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) -I$(srcdir)/tests \
	-I$(srcdir)/nss_okta -I$(srcdir)/oktad
tests_storm_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
tests_storm_LDADD = tests/libsnapshot.la oktad/libparent.la \
	libokta/libfull.la $(CRYPTO_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)

# Run by tests/scenario/test_oktad_processes.py inside a private host.
check_PROGRAMS += tests/worker_probe
tests_worker_probe_SOURCES = tests/worker_probe.c
tests_worker_probe_CFLAGS = $(AM_CFLAGS)
tests_worker_probe_LDADD = libokta/libfull.la $(SECCOMP_LIBS)
