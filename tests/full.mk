# Tests of libokta full: configuration, files, logs, JSON, keys, slices.
if HAVE_CMOCKA
full_unit_tests = tests/unit/test_slice
check_PROGRAMS += $(full_unit_tests)
TESTS += $(full_unit_tests)

full_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
full_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

tests_unit_test_slice_SOURCES = tests/unit/test_slice.c
tests_unit_test_slice_CFLAGS = $(full_cflags)
tests_unit_test_slice_LDADD = $(full_libs)
endif
