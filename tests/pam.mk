# Tests of area pam: the local protocol, local people, the decision, and the
# PAM module.
if HAVE_CMOCKA
pam_unit_tests = tests/unit/test_access tests/unit/test_client \
	tests/unit/test_local tests/unit/test_wire tests/unit/test_wire_io
check_PROGRAMS += $(pam_unit_tests)
TESTS += $(pam_unit_tests)

tests_unit_test_access_SOURCES = tests/unit/test_access.c
tests_unit_test_access_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_access_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_client_SOURCES = tests/unit/test_client.c
tests_unit_test_client_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_client_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_local_SOURCES = tests/unit/test_local.c
tests_unit_test_local_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_local_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c
tests_unit_test_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_wire_io_SOURCES = tests/unit/test_wire_io.c
tests_unit_test_wire_io_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_io_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
endif

if FUZZING
pam_fuzzers = tests/fuzz/fuzz_passwd tests/fuzz/fuzz_wire
noinst_PROGRAMS += $(pam_fuzzers)
tests_fuzz_fuzz_passwd_SOURCES = tests/fuzz/fuzz_passwd.c
tests_fuzz_fuzz_passwd_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_passwd_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_passwd_LDADD = libokta/libbase.la
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c
tests_fuzz_fuzz_wire_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_wire_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_wire_LDADD = libokta/libbase.la
endif
