# Tests of libokta full: configuration, files, logs, JSON, keys, slices.
if HAVE_CMOCKA
full_cflags = $(AM_CFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS) $(JSON_CFLAGS) \
	$(CRYPTO_CFLAGS)
full_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

full_unit_tests = tests/unit/test_conf tests/unit/test_conf_docs \
	tests/unit/test_file \
	tests/unit/test_json tests/unit/test_jwt tests/unit/test_key_jwk \
	tests/unit/test_log tests/unit/test_slice
check_PROGRAMS += $(full_unit_tests)
TESTS += $(full_unit_tests)

tests_unit_test_conf_SOURCES = tests/unit/test_conf.c \
	tests/unit/conf_cases.h tests/folder.c tests/folder.h
tests_unit_test_conf_CFLAGS = $(full_cflags)
tests_unit_test_conf_LDADD = $(full_libs)
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
tests_unit_test_log_LDADD = $(full_libs)
tests_unit_test_slice_SOURCES = tests/unit/test_slice.c
tests_unit_test_slice_CFLAGS = $(full_cflags)
tests_unit_test_slice_LDADD = $(full_libs)
endif
