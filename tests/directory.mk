# Tests of area directory: names, the published files, and the NSS module.
if HAVE_CMOCKA
directory_cflags = $(AM_CFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS)
directory_libs = tests/libsnapshot.la $(CMOCKA_LIBS)

check_LTLIBRARIES += tests/libsnapshot.la
tests_libsnapshot_la_SOURCES = tests/snapshot.h tests/snapshot.c
tests_libsnapshot_la_LIBADD = libokta/libfull.la

directory_unit_tests = tests/unit/test_directory \
	tests/unit/test_directory_check tests/unit/test_directory_write
check_PROGRAMS += $(directory_unit_tests)
TESTS += $(directory_unit_tests)

tests_unit_test_directory_SOURCES = tests/unit/test_directory.c
tests_unit_test_directory_CFLAGS = $(directory_cflags)
tests_unit_test_directory_LDADD = $(directory_libs)
tests_unit_test_directory_check_SOURCES = tests/unit/test_directory_check.c
tests_unit_test_directory_check_CFLAGS = $(directory_cflags)
tests_unit_test_directory_check_LDADD = $(directory_libs)
tests_unit_test_directory_write_SOURCES = tests/unit/test_directory_write.c
tests_unit_test_directory_write_CFLAGS = $(directory_cflags)
tests_unit_test_directory_write_LDADD = $(directory_libs)
endif
