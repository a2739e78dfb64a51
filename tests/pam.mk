# Tests of area pam: the local protocol and the PAM module.
if HAVE_CMOCKA
pam_unit_tests = tests/unit/test_wire tests/unit/test_wire_io
check_PROGRAMS += $(pam_unit_tests)
TESTS += $(pam_unit_tests)

tests_unit_test_wire_SOURCES = tests/unit/test_wire.c
tests_unit_test_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
tests_unit_test_wire_io_SOURCES = tests/unit/test_wire_io.c
tests_unit_test_wire_io_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_io_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
endif
