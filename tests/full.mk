# Tests of libokta full: configuration, files, logs, JSON, keys, slices.
if HAVE_CMOCKA
full_cflags = $(AM_CFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS) $(JSON_CFLAGS) \
	$(CRYPTO_CFLAGS)
full_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

full_unit_tests = tests/unit/test_conf tests/unit/test_conf_admin \
	tests/unit/test_conf_docs \
	tests/unit/test_conf_files tests/unit/test_file \
	tests/unit/test_json tests/unit/test_jwt tests/unit/test_key_jwk \
	tests/unit/test_log tests/unit/test_memory tests/unit/test_slice
check_PROGRAMS += $(full_unit_tests)
TESTS += $(full_unit_tests)

conf_fixture = tests/unit/conf_fixture.c tests/unit/conf_fixture.h \
	tests/unit/conf_cases.h tests/folder.c tests/folder.h
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c $(conf_fixture)
tests_unit_test_conf_CFLAGS = $(full_cflags)
tests_unit_test_conf_LDADD = $(full_libs)
tests_unit_test_conf_files_SOURCES = tests/unit/test_conf_files.c \
	$(conf_fixture)
tests_unit_test_conf_files_CFLAGS = $(full_cflags)
tests_unit_test_conf_files_LDADD = $(full_libs)
tests_unit_test_conf_admin_SOURCES = tests/unit/test_conf_admin.c \
	$(conf_fixture)
tests_unit_test_conf_admin_CFLAGS = $(full_cflags)
tests_unit_test_conf_admin_LDADD = $(full_libs)
tests_unit_test_conf_docs_SOURCES = tests/unit/test_conf_docs.c
tests_unit_test_conf_docs_CFLAGS = $(full_cflags)
tests_unit_test_conf_docs_LDADD = $(full_libs)
tests_unit_test_file_SOURCES = tests/unit/test_file.c tests/folder.c \
	tests/folder.h
tests_unit_test_file_CFLAGS = $(full_cflags)
tests_unit_test_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fchown \
	-Wl,--wrap=fchmod -Wl,--wrap=posix_fallocate -Wl,--wrap=write \
	-Wl,--wrap=fsync -Wl,--wrap=renameat -Wl,--wrap=getrandom
tests_unit_test_file_LDADD = $(full_libs)
tests_unit_test_json_SOURCES = tests/unit/test_json.c tests/unit/json_corpus.h
tests_unit_test_json_CFLAGS = $(full_cflags)
tests_unit_test_json_LDADD = $(full_libs)
tests_unit_test_jwt_SOURCES = tests/unit/test_jwt.c
tests_unit_test_jwt_CFLAGS = $(full_cflags)
tests_unit_test_jwt_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_test_jwt_LDADD = $(full_libs)
tests_unit_test_key_jwk_SOURCES = tests/unit/test_key_jwk.c
tests_unit_test_key_jwk_CFLAGS = $(full_cflags)
tests_unit_test_key_jwk_LDADD = $(full_libs)
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_CFLAGS = $(full_cflags)
tests_unit_test_log_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=syslog \
	-Wl,--wrap=__syslog_chk
tests_unit_test_log_LDADD = $(full_libs)
tests_unit_test_memory_SOURCES = tests/unit/test_memory.c tests/folder.c \
	tests/folder.h
tests_unit_test_memory_CFLAGS = $(full_cflags)
tests_unit_test_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=reallocarray \
	-Wl,--wrap=strdup -Wl,--wrap=strndup -Wl,--wrap=free
tests_unit_test_memory_LDADD = $(full_libs)
tests_unit_test_slice_SOURCES = tests/unit/test_slice.c
tests_unit_test_slice_CFLAGS = $(full_cflags)
tests_unit_test_slice_LDADD = $(full_libs)
endif

# libokta on the command line, for scenarios.
check_PROGRAMS += tests/driver
tests_driver_SOURCES = tests/driver.c
tests_driver_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_driver_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)

# Every fuzz target also runs without a fuzzer, over its seeds and what becomes
# of them when they are cut and bits are flipped.
full_replays = tests/fuzz/replay_conf \
	tests/fuzz/replay_json \
	tests/fuzz/replay_jwk \
	tests/fuzz/replay_slice
check_PROGRAMS += $(full_replays)
TESTS += $(full_replays)
tests_fuzz_replay_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_conf_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_conf_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_json_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_json_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_jwk_SOURCES = tests/fuzz/fuzz_jwk.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_jwk_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_jwk_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_slice_SOURCES = tests/fuzz/fuzz_slice.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_slice_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_slice_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
EXTRA_DIST += \
	tests/fuzz/seeds/conf \
	tests/fuzz/seeds/json \
	tests/fuzz/seeds/jwk \
	tests/fuzz/seeds/slice

if FUZZING
full_fuzzers = tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_jwk \
	tests/fuzz/fuzz_slice
noinst_PROGRAMS += $(full_fuzzers)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/replay.h
tests_fuzz_fuzz_conf_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_conf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_conf_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/replay.h
tests_fuzz_fuzz_json_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_json_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_jwk_SOURCES = tests/fuzz/fuzz_jwk.c tests/fuzz/replay.h
tests_fuzz_fuzz_jwk_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_jwk_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_jwk_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_slice_SOURCES = tests/fuzz/fuzz_slice.c tests/fuzz/replay.h
tests_fuzz_fuzz_slice_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_slice_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_slice_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
endif
