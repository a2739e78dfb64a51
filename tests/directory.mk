# Tests of area directory: names, the published files, and the NSS module.
check_LTLIBRARIES += tests/libsnapshot.la
tests_libsnapshot_la_SOURCES = tests/snapshot.h tests/snapshot.c
tests_libsnapshot_la_LIBADD = libokta/libfull.la

if HAVE_CMOCKA
directory_cflags = $(AM_CFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS)
directory_libs = tests/libsnapshot.la $(CMOCKA_LIBS)

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

# Modules that only tests open, by their path.
test_module_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nonexistent -shrext .so.2

# tests/bench/nss: the benchmark and the module that does nothing.
check_PROGRAMS += tests/bench/nss_bench
tests_bench_nss_bench_SOURCES = tests/bench/nss_bench.c tests/module.c \
	tests/module.h
tests_bench_nss_bench_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/tests \
	-I$(srcdir)/nss_okta
tests_bench_nss_bench_LDADD = tests/libsnapshot.la
check_LTLIBRARIES += tests/bench/libnss_floor.la
tests_bench_libnss_floor_la_SOURCES = tests/bench/nss_floor.c
tests_bench_libnss_floor_la_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/nss_okta
tests_bench_libnss_floor_la_LDFLAGS = $(test_module_ldflags)
EXTRA_DIST += tests/bench/bench.py tests/bench/nss
