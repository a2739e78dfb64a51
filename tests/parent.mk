# Tests of area parent: oktad and oktad-login.
if HAVE_CMOCKA
parent_cflags = $(AM_CFLAGS) -I$(srcdir)/oktad -I$(srcdir)/tests \
	$(CMOCKA_CFLAGS) $(JSON_CFLAGS) $(CRYPTO_CFLAGS)
parent_libs = oktad/libparent.la libokta/libfull.la $(CMOCKA_LIBS) \
	$(CRYPTO_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)

parent_unit_tests = tests/unit/test_budget tests/unit/test_flow_authn \
	tests/unit/test_hello tests/unit/test_loop tests/unit/test_publish \
	tests/unit/test_ticket
check_PROGRAMS += $(parent_unit_tests)
TESTS += $(parent_unit_tests)

tests_unit_test_budget_SOURCES = tests/unit/test_budget.c tests/folder.c \
	tests/folder.h
tests_unit_test_budget_CFLAGS = $(parent_cflags)
tests_unit_test_budget_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fdatasync \
	-Wl,--wrap=fsync
tests_unit_test_budget_LDADD = $(parent_libs)
tests_unit_test_hello_SOURCES = tests/unit/test_hello.c
tests_unit_test_hello_CFLAGS = $(parent_cflags)
tests_unit_test_hello_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getsockopt
tests_unit_test_hello_LDADD = $(parent_libs)
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_loop_CFLAGS = $(parent_cflags)
tests_unit_test_loop_LDADD = $(parent_libs)
tests_unit_test_ticket_SOURCES = tests/unit/test_ticket.c
tests_unit_test_ticket_CFLAGS = $(parent_cflags)
tests_unit_test_ticket_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_test_ticket_LDADD = $(parent_libs)

# Published files that belong to the user who runs the test.
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c \
	libokta/directory_file.c tests/folder.c tests/folder.h
tests_unit_test_publish_CPPFLAGS = $(AM_CPPFLAGS) \
	-DOKTA_TRUSTED_UID='geteuid()'
tests_unit_test_publish_CFLAGS = $(parent_cflags)
tests_unit_test_publish_LDADD = tests/libsnapshot.la $(parent_libs)

tests_unit_test_flow_authn_SOURCES = tests/unit/test_flow_authn.c \
	tests/unit/authn_side.h
tests_unit_test_flow_authn_CFLAGS = $(parent_cflags)
tests_unit_test_flow_authn_LDADD = oktad/liblogin.la libokta/libfull.la \
	$(CMOCKA_LIBS) $(JSON_LIBS) $(SECCOMP_LIBS)
endif

# Fuzz targets, and their seeds with changes in make check.
parent_fuzz_cflags = $(AM_CFLAGS) -I$(srcdir)/oktad $(JSON_CFLAGS)
parent_fuzz_libs = oktad/libparent.la oktad/liblogin.la libokta/libfull.la \
	$(JSON_LIBS) $(CRYPTO_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)
parent_replays = tests/fuzz/replay_authn tests/fuzz/replay_budget \
	tests/fuzz/replay_hello
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
tests_fuzz_replay_hello_SOURCES = tests/fuzz/fuzz_hello.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_hello_CFLAGS = $(parent_fuzz_cflags)
tests_fuzz_replay_hello_LDADD = $(parent_fuzz_libs)
EXTRA_DIST += \
	tests/fuzz/seeds/authn \
	tests/fuzz/seeds/budget \
	tests/fuzz/seeds/hello

if FUZZING
parent_fuzzers = tests/fuzz/fuzz_authn tests/fuzz/fuzz_budget \
	tests/fuzz/fuzz_hello
noinst_PROGRAMS += $(parent_fuzzers)
tests_fuzz_fuzz_authn_SOURCES = tests/fuzz/fuzz_authn.c tests/fuzz/replay.h
tests_fuzz_fuzz_authn_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_authn_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_authn_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_budget_SOURCES = tests/fuzz/fuzz_budget.c tests/fuzz/replay.h
tests_fuzz_fuzz_budget_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_budget_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_budget_LDADD = $(parent_fuzz_libs)
tests_fuzz_fuzz_hello_SOURCES = tests/fuzz/fuzz_hello.c tests/fuzz/replay.h
tests_fuzz_fuzz_hello_CFLAGS = $(parent_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_hello_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_hello_LDADD = $(parent_fuzz_libs)
endif

# Run by tests/scenario/test_oktad_processes.py inside a private host.
check_PROGRAMS += tests/worker_probe
tests_worker_probe_SOURCES = tests/worker_probe.c
tests_worker_probe_CFLAGS = $(AM_CFLAGS)
tests_worker_probe_LDADD = libokta/libfull.la $(SECCOMP_LIBS)
