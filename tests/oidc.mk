# Tests of the flows by an OIDC app: answers, ID tokens; and what a login may ask.
bound_sources = oktad/bound.c oktad/bound.h oktad/route.c oktad/route.h
if HAVE_CMOCKA
oidc_cflags = $(AM_CFLAGS) -I$(srcdir)/oktad $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
oidc_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

oidc_unit_tests = tests/unit/test_flow_oidc tests/unit/test_id_token \
	tests/unit/test_oidc_answer tests/unit/test_bound \
	tests/unit/test_recorded_logins
check_PROGRAMS += $(oidc_unit_tests)
TESTS += $(oidc_unit_tests)
tests_unit_test_flow_oidc_SOURCES = tests/unit/test_flow_oidc.c \
	tests/unit/oidc_side.h tests/unit/net_side.h $(bound_sources)
tests_unit_test_flow_oidc_CFLAGS = $(oidc_cflags) -pthread
tests_unit_test_flow_oidc_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=talk_wait
tests_unit_test_flow_oidc_LDADD = oktad/liblogin.la $(oidc_libs) \
	$(SECCOMP_LIBS)
tests_unit_test_id_token_SOURCES = tests/unit/test_id_token.c
tests_unit_test_id_token_CFLAGS = $(oidc_cflags)
tests_unit_test_id_token_LDADD = $(oidc_libs)
tests_unit_test_oidc_answer_SOURCES = tests/unit/test_oidc_answer.c
tests_unit_test_oidc_answer_CFLAGS = $(oidc_cflags)
tests_unit_test_oidc_answer_LDADD = $(oidc_libs)
tests_unit_test_bound_SOURCES = tests/unit/test_bound.c \
	$(bound_sources)
tests_unit_test_bound_CFLAGS = $(oidc_cflags)
tests_unit_test_bound_LDADD = $(oidc_libs)
tests_unit_test_recorded_logins_SOURCES = tests/unit/test_recorded_logins.c \
	tests/unit/recorded.h
tests_unit_test_recorded_logins_CFLAGS = $(oidc_cflags)
tests_unit_test_recorded_logins_LDADD = $(oidc_libs)
endif

# Every fuzz target also runs without a fuzzer, over its seeds and what becomes
# of them when they are cut and bits are flipped.
oidc_fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/oktad
oidc_fuzz_cflags = $(AM_CFLAGS) $(JSON_CFLAGS)
oidc_fuzz_libs = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
oidc_replays = tests/fuzz/replay_factors tests/fuzz/replay_id_token tests/fuzz/replay_oidc \
	tests/fuzz/replay_bound
check_PROGRAMS += $(oidc_replays)
TESTS += $(oidc_replays)
tests_fuzz_replay_factors_SOURCES = tests/fuzz/fuzz_factors.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_factors_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_replay_factors_CFLAGS = $(oidc_fuzz_cflags)
tests_fuzz_replay_factors_LDADD = $(oidc_fuzz_libs)
tests_fuzz_replay_id_token_SOURCES = tests/fuzz/fuzz_id_token.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_id_token_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_replay_id_token_CFLAGS = $(oidc_fuzz_cflags)
tests_fuzz_replay_id_token_LDADD = $(oidc_fuzz_libs)
tests_fuzz_replay_oidc_SOURCES = tests/fuzz/fuzz_oidc.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_oidc_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_replay_oidc_CFLAGS = $(oidc_fuzz_cflags)
tests_fuzz_replay_oidc_LDADD = $(oidc_fuzz_libs)
tests_fuzz_replay_bound_SOURCES = tests/fuzz/fuzz_bound.c \
	tests/fuzz/replay.c tests/fuzz/replay.h $(bound_sources)
tests_fuzz_replay_bound_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_replay_bound_CFLAGS = $(oidc_fuzz_cflags)
tests_fuzz_replay_bound_LDADD = $(oidc_fuzz_libs)
EXTRA_DIST += tests/fuzz/seeds/factors tests/fuzz/seeds/id_token tests/fuzz/seeds/oidc \
	tests/fuzz/seeds/bound

if FUZZING
oidc_fuzzers = tests/fuzz/fuzz_factors tests/fuzz/fuzz_id_token tests/fuzz/fuzz_oidc \
	tests/fuzz/fuzz_bound
noinst_PROGRAMS += $(oidc_fuzzers)
tests_fuzz_fuzz_factors_SOURCES = tests/fuzz/fuzz_factors.c tests/fuzz/replay.h
tests_fuzz_fuzz_factors_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_fuzz_factors_CFLAGS = $(oidc_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_factors_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_factors_LDADD = $(oidc_fuzz_libs)
tests_fuzz_fuzz_id_token_SOURCES = tests/fuzz/fuzz_id_token.c tests/fuzz/replay.h
tests_fuzz_fuzz_id_token_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_fuzz_id_token_CFLAGS = $(oidc_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_id_token_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_id_token_LDADD = $(oidc_fuzz_libs)
tests_fuzz_fuzz_oidc_SOURCES = tests/fuzz/fuzz_oidc.c tests/fuzz/replay.h
tests_fuzz_fuzz_oidc_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_fuzz_oidc_CFLAGS = $(oidc_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_oidc_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_oidc_LDADD = $(oidc_fuzz_libs)
tests_fuzz_fuzz_bound_SOURCES = tests/fuzz/fuzz_bound.c tests/fuzz/replay.h $(bound_sources)
tests_fuzz_fuzz_bound_CPPFLAGS = $(oidc_fuzz_cppflags)
tests_fuzz_fuzz_bound_CFLAGS = $(oidc_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_bound_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_bound_LDADD = $(oidc_fuzz_libs)
endif
