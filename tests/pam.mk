# Tests of area pam: the local protocol, local people, the decision, and the
# PAM module.
if HAVE_CMOCKA
pam_unit_tests = tests/unit/test_access tests/unit/test_client \
	tests/unit/test_converse \
	tests/unit/test_local tests/unit/test_wire tests/unit/test_wire_io
check_PROGRAMS += $(pam_unit_tests)
TESTS += $(pam_unit_tests)

tests_unit_test_access_SOURCES = tests/unit/test_access.c
tests_unit_test_access_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_access_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_client_SOURCES = tests/unit/test_client.c
tests_unit_test_client_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_client_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_converse_SOURCES = tests/unit/test_converse.c \
	pam_okta/converse.c
tests_unit_test_converse_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/pam_okta \
	$(CMOCKA_CFLAGS)
tests_unit_test_converse_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_local_SOURCES = tests/unit/test_local.c
tests_unit_test_local_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_local_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c
tests_unit_test_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_wire_io_SOURCES = tests/unit/test_wire_io.c
tests_unit_test_wire_io_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_io_LDADD = libokta/libbase.la $(CMOCKA_LIBS)

# The module as shipped, through libpam, in a world that the test program makes
# up (tests/module/world.h).
check_LTLIBRARIES += tests/libpamworld.la tests/pam_helper.la
tests_libpamworld_la_SOURCES = tests/module/fake_oktad.c \
	tests/module/fake_oktad.h tests/module/talk.c tests/module/talk.h \
	tests/module/world.c tests/module/world.h tests/module/world_calls.c
tests_libpamworld_la_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/tests \
	-U_FORTIFY_SOURCE -fno-builtin \
	-DPAM_OKTA_SO='"$(abs_builddir)/pam_okta/.libs/pam_okta.so"' \
	-DPAM_HELPER_SO='"$(abs_builddir)/tests/.libs/pam_helper.so"'
tests_libpamworld_la_LIBADD = tests/libsnapshot.la
# -rpath makes libtool build a shared object of a library that is not installed.
tests_pam_helper_la_SOURCES = tests/module/pam_helper.c
tests_pam_helper_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nowhere
tests_pam_helper_la_LIBADD = $(PAM_LIBS)

pam_module_tests = tests/module/test_pam_auth tests/module/test_pam_phases \
	tests/module/test_pam_talk tests/module/test_pam_daemon \
	tests/module/test_pam_host tests/module/test_pam_second
if !SANITIZERS
# Their allocators do not come out of a fork unlocked.
pam_module_tests += tests/module/test_pam_fork
endif
check_PROGRAMS += $(pam_module_tests)
TESTS += $(pam_module_tests)
pam_module_cflags = $(AM_CFLAGS) -I$(srcdir)/tests/module $(CMOCKA_CFLAGS) \
	-DPAM_STACKS='"$(abs_top_srcdir)/conf/pam.d"'
pam_module_ldflags = $(AM_LDFLAGS) -export-dynamic
pam_module_ldadd = tests/libpamworld.la $(CMOCKA_LIBS) $(PAM_LIBS)

tests_module_test_pam_auth_SOURCES = tests/module/test_pam_auth.c
tests_module_test_pam_auth_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_auth_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_auth_LDADD = $(pam_module_ldadd)
tests_module_test_pam_phases_SOURCES = tests/module/test_pam_phases.c
tests_module_test_pam_phases_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_phases_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_phases_LDADD = $(pam_module_ldadd)
tests_module_test_pam_talk_SOURCES = tests/module/test_pam_talk.c
tests_module_test_pam_talk_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_talk_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_talk_LDADD = $(pam_module_ldadd)
tests_module_test_pam_daemon_SOURCES = tests/module/test_pam_daemon.c
tests_module_test_pam_daemon_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_daemon_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_daemon_LDADD = $(pam_module_ldadd)
tests_module_test_pam_fork_SOURCES = tests/module/test_pam_fork.c
tests_module_test_pam_fork_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_fork_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_fork_LDADD = $(pam_module_ldadd)
tests_module_test_pam_host_SOURCES = tests/module/test_pam_host.c
tests_module_test_pam_host_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_host_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_host_LDADD = $(pam_module_ldadd)
tests_module_test_pam_second_SOURCES = tests/module/test_pam_second.c
tests_module_test_pam_second_CFLAGS = $(pam_module_cflags)
tests_module_test_pam_second_LDFLAGS = $(pam_module_ldflags)
tests_module_test_pam_second_LDADD = $(pam_module_ldadd)
endif

# Every fuzz target also runs without a fuzzer.
pam_replays = tests/fuzz/replay_converse \
	tests/fuzz/replay_message \
	tests/fuzz/replay_passwd \
	tests/fuzz/replay_wire
check_PROGRAMS += $(pam_replays)
TESTS += $(pam_replays)
pam_fuzz_cflags = $(AM_CFLAGS) -I$(srcdir)/pam_okta
tests_fuzz_replay_converse_SOURCES = tests/fuzz/fuzz_converse.c pam_okta/converse.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_converse_CFLAGS = $(pam_fuzz_cflags)
tests_fuzz_replay_converse_LDADD = libokta/libbase.la
tests_fuzz_replay_message_SOURCES = tests/fuzz/fuzz_message.c pam_okta/message.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_message_CFLAGS = $(pam_fuzz_cflags)
tests_fuzz_replay_message_LDADD = libokta/libbase.la
tests_fuzz_replay_passwd_SOURCES = tests/fuzz/fuzz_passwd.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_passwd_CFLAGS = $(pam_fuzz_cflags)
tests_fuzz_replay_passwd_LDADD = libokta/libbase.la
tests_fuzz_replay_wire_SOURCES = tests/fuzz/fuzz_wire.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_wire_CFLAGS = $(pam_fuzz_cflags)
tests_fuzz_replay_wire_LDADD = libokta/libbase.la
EXTRA_DIST += tests/fuzz/seeds/converse \
	tests/fuzz/seeds/message \
	tests/fuzz/seeds/passwd \
	tests/fuzz/seeds/wire

if FUZZING
pam_fuzzers = tests/fuzz/fuzz_converse \
	tests/fuzz/fuzz_message \
	tests/fuzz/fuzz_passwd \
	tests/fuzz/fuzz_wire
noinst_PROGRAMS += $(pam_fuzzers)
tests_fuzz_fuzz_converse_SOURCES = tests/fuzz/fuzz_converse.c pam_okta/converse.c \
	tests/fuzz/replay.h
tests_fuzz_fuzz_converse_CFLAGS = $(pam_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_converse_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_converse_LDADD = libokta/libbase.la
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c pam_okta/message.c \
	tests/fuzz/replay.h
tests_fuzz_fuzz_message_CFLAGS = $(pam_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_message_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_message_LDADD = libokta/libbase.la
tests_fuzz_fuzz_passwd_SOURCES = tests/fuzz/fuzz_passwd.c \
	tests/fuzz/replay.h
tests_fuzz_fuzz_passwd_CFLAGS = $(pam_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_passwd_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_passwd_LDADD = libokta/libbase.la
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c \
	tests/fuzz/replay.h
tests_fuzz_fuzz_wire_CFLAGS = $(pam_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_wire_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_wire_LDADD = libokta/libbase.la
endif

# tests/bench/login: a program that logs in, and the line to Okta.
check_PROGRAMS += tests/bench/login_bench
tests_bench_login_bench_SOURCES = tests/bench/login_bench.c
tests_bench_login_bench_LDADD = $(PAM_LIBS)
EXTRA_DIST += tests/bench/login tests/bench/denials tests/bench/delay_proxy.py
