# Tests of area net: requests to Okta, tokens, the sandbox.
if HAVE_CMOCKA
net_unit_tests = tests/unit/test_http tests/unit/test_http_error \
	tests/unit/test_http_link tests/unit/test_token \
	tests/unit/test_governor tests/unit/test_governor_fleet tests/unit/test_origin tests/unit/test_route \
	tests/unit/test_sandbox tests/unit/test_dpop
# The sanitizers free in their own way, which is not what is tested.
if !SANITIZERS
net_unit_tests += tests/unit/test_wipe
endif
check_PROGRAMS += $(net_unit_tests)
TESTS += $(net_unit_tests)
net_unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/oktad
net_unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CURL_CFLAGS) $(JSON_CFLAGS)
net_unit_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS)

tests_unit_test_http_SOURCES = tests/unit/test_http.c
tests_unit_test_http_CFLAGS = $(net_unit_cflags) -pthread
tests_unit_test_http_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_test_http_LDADD = $(net_unit_libs)
tests_unit_test_http_error_SOURCES = tests/unit/test_http_error.c
tests_unit_test_http_error_CFLAGS = $(net_unit_cflags)
tests_unit_test_http_error_LDADD = $(net_unit_libs)
tests_unit_test_http_link_SOURCES = tests/unit/test_http_link.c
tests_unit_test_http_link_CFLAGS = $(net_unit_cflags)
tests_unit_test_http_link_LDADD = $(net_unit_libs)
tests_unit_test_token_SOURCES = tests/unit/test_token.c
tests_unit_test_token_CFLAGS = $(net_unit_cflags)
tests_unit_test_token_LDADD = $(net_unit_libs)

tests_unit_test_governor_SOURCES = tests/unit/test_governor.c \
	oktad/governor.c oktad/head.c oktad/skew.c
tests_unit_test_governor_CPPFLAGS = $(net_unit_cppflags)
tests_unit_test_governor_CFLAGS = $(net_unit_cflags)
tests_unit_test_governor_LDADD = $(net_unit_libs) $(CURL_LIBS)
tests_unit_test_governor_fleet_SOURCES = tests/unit/test_governor_fleet.c \
	oktad/governor.c
tests_unit_test_governor_fleet_CPPFLAGS = $(net_unit_cppflags)
tests_unit_test_governor_fleet_CFLAGS = $(net_unit_cflags)
tests_unit_test_governor_fleet_LDADD = $(net_unit_libs)
tests_unit_test_origin_SOURCES = tests/unit/test_origin.c oktad/origin.c
tests_unit_test_origin_CPPFLAGS = $(net_unit_cppflags)
tests_unit_test_origin_CFLAGS = $(net_unit_cflags)
tests_unit_test_origin_LDADD = $(net_unit_libs) $(CURL_LIBS)
tests_unit_test_route_SOURCES = tests/unit/test_route.c oktad/route.c
tests_unit_test_route_CPPFLAGS = $(net_unit_cppflags)
tests_unit_test_route_CFLAGS = $(net_unit_cflags)
tests_unit_test_route_LDADD = $(net_unit_libs)

tests_unit_test_dpop_SOURCES = tests/unit/test_dpop.c
tests_unit_test_dpop_CFLAGS = $(net_unit_cflags) $(CRYPTO_CFLAGS)
tests_unit_test_dpop_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_test_dpop_LDADD = $(net_unit_libs) $(CRYPTO_LIBS)

tests_unit_test_wipe_SOURCES = tests/unit/test_wipe.c oktad/wipe.c
tests_unit_test_wipe_CFLAGS = $(net_unit_cflags) $(CRYPTO_CFLAGS)
tests_unit_test_wipe_LDADD = $(net_unit_libs) $(CURL_LIBS) $(CRYPTO_LIBS)

tests_unit_test_sandbox_SOURCES = tests/unit/test_sandbox.c
tests_unit_test_sandbox_CFLAGS = $(net_unit_cflags)
tests_unit_test_sandbox_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=setgroups,--wrap=setresgid,--wrap=setresuid \
	-Wl,--wrap=getgroups,--wrap=getresgid,--wrap=getresuid,--wrap=prctl
tests_unit_test_sandbox_LDADD = libokta/libfull.la $(SECCOMP_LIBS) \
	$(CMOCKA_LIBS)
endif

# Every fuzz target also runs without a fuzzer, over its seeds and what becomes
# of them when they are cut and bits are flipped.
net_replays = tests/fuzz/replay_http_link \
	tests/fuzz/replay_http_error \
	tests/fuzz/replay_head \
	tests/fuzz/replay_route
check_PROGRAMS += $(net_replays)
TESTS += $(net_replays)
net_fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/oktad
net_fuzz_cflags = $(AM_CFLAGS) $(CURL_CFLAGS) $(JSON_CFLAGS)
net_fuzz_libs = libokta/libfull.la $(CURL_LIBS) $(JSON_LIBS)
tests_fuzz_replay_http_link_SOURCES = tests/fuzz/fuzz_http_link.c tests/fuzz/replay.c \
	tests/fuzz/replay.h oktad/origin.c
tests_fuzz_replay_http_link_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_replay_http_link_CFLAGS = $(net_fuzz_cflags)
tests_fuzz_replay_http_link_LDADD = $(net_fuzz_libs)
tests_fuzz_replay_http_error_SOURCES = tests/fuzz/fuzz_http_error.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_http_error_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_replay_http_error_CFLAGS = $(net_fuzz_cflags)
tests_fuzz_replay_http_error_LDADD = $(net_fuzz_libs)
tests_fuzz_replay_head_SOURCES = tests/fuzz/fuzz_head.c tests/fuzz/replay.c \
	tests/fuzz/replay.h oktad/head.c oktad/governor.c oktad/skew.c
tests_fuzz_replay_head_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_replay_head_CFLAGS = $(net_fuzz_cflags)
tests_fuzz_replay_head_LDADD = $(net_fuzz_libs)
tests_fuzz_replay_route_SOURCES = tests/fuzz/fuzz_route.c tests/fuzz/replay.c \
	tests/fuzz/replay.h oktad/route.c
tests_fuzz_replay_route_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_replay_route_CFLAGS = $(net_fuzz_cflags)
tests_fuzz_replay_route_LDADD = $(net_fuzz_libs)
EXTRA_DIST += tests/fuzz/seeds/http_link \
	tests/fuzz/seeds/http_error \
	tests/fuzz/seeds/head \
	tests/fuzz/seeds/route

if FUZZING
net_fuzzers = tests/fuzz/fuzz_http_link \
	tests/fuzz/fuzz_http_error \
	tests/fuzz/fuzz_head \
	tests/fuzz/fuzz_route
noinst_PROGRAMS += $(net_fuzzers)
tests_fuzz_fuzz_http_link_SOURCES = tests/fuzz/fuzz_http_link.c tests/fuzz/replay.h \
	oktad/origin.c
tests_fuzz_fuzz_http_link_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_fuzz_http_link_CFLAGS = $(net_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_http_link_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_http_link_LDADD = $(net_fuzz_libs)
tests_fuzz_fuzz_http_error_SOURCES = tests/fuzz/fuzz_http_error.c tests/fuzz/replay.h
tests_fuzz_fuzz_http_error_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_fuzz_http_error_CFLAGS = $(net_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_http_error_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_http_error_LDADD = $(net_fuzz_libs)
tests_fuzz_fuzz_head_SOURCES = tests/fuzz/fuzz_head.c tests/fuzz/replay.h \
	oktad/head.c oktad/governor.c oktad/skew.c
tests_fuzz_fuzz_head_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_fuzz_head_CFLAGS = $(net_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_head_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_head_LDADD = $(net_fuzz_libs)
tests_fuzz_fuzz_route_SOURCES = tests/fuzz/fuzz_route.c tests/fuzz/replay.h \
	oktad/route.c
tests_fuzz_fuzz_route_CPPFLAGS = $(net_fuzz_cppflags)
tests_fuzz_fuzz_route_CFLAGS = $(net_fuzz_cflags) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_route_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_route_LDADD = $(net_fuzz_libs)
endif
