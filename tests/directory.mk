# Tests of area directory: names, the published files, and the NSS module.
check_LTLIBRARIES += tests/libsnapshot.la
tests_libsnapshot_la_SOURCES = tests/snapshot.h tests/snapshot.c
tests_libsnapshot_la_LIBADD = libokta/libfull.la
check_PROGRAMS += tests/make_snapshot
tests_make_snapshot_SOURCES = tests/make_snapshot.c
tests_make_snapshot_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/tests
tests_make_snapshot_LDADD = tests/libsnapshot.la

# The product's code as it is shipped, but for where it looks (below the working
# directory) and whose files it believes (the caller's).
trusting_cppflags = $(AM_CPPFLAGS) -UOKTA_LOCALSTATEDIR \
	-DOKTA_LOCALSTATEDIR='"."' -DOKTA_TRUSTED_UID='geteuid()'

if HAVE_CMOCKA
directory_cflags = $(AM_CFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS)
directory_libs = tests/libsnapshot.la $(CMOCKA_LIBS)

directory_unit_tests = tests/unit/test_directory \
	tests/unit/test_directory_check tests/unit/test_directory_write \
	tests/unit/test_directory_check_people \
	tests/unit/test_directory_file tests/unit/test_map \
	tests/unit/test_name tests/unit/test_rules
check_PROGRAMS += $(directory_unit_tests)
TESTS += $(directory_unit_tests)

tests_unit_test_directory_SOURCES = tests/unit/test_directory.c
tests_unit_test_directory_CFLAGS = $(directory_cflags)
tests_unit_test_directory_LDADD = $(directory_libs)
tests_unit_test_directory_check_SOURCES = tests/unit/test_directory_check.c
tests_unit_test_directory_check_CFLAGS = $(directory_cflags)
tests_unit_test_directory_check_LDADD = $(directory_libs)
tests_unit_test_directory_check_people_SOURCES = \
	tests/unit/test_directory_check_people.c
tests_unit_test_directory_check_people_CFLAGS = $(directory_cflags)
tests_unit_test_directory_check_people_LDADD = $(directory_libs)
tests_unit_test_directory_write_SOURCES = tests/unit/test_directory_write.c
tests_unit_test_directory_write_CFLAGS = $(directory_cflags)
tests_unit_test_directory_write_LDADD = $(directory_libs)
tests_unit_test_directory_file_SOURCES = tests/unit/test_directory_file.c \
	libokta/directory_age.c libokta/directory_file.c
tests_unit_test_directory_file_CPPFLAGS = $(trusting_cppflags)
tests_unit_test_directory_file_CFLAGS = $(directory_cflags)
tests_unit_test_directory_file_LDADD = $(directory_libs)
# test_map.c brings map.c in itself.
tests_unit_test_map_SOURCES = tests/unit/test_map.c nss_okta/map.h \
	libokta/directory_file.c tests/module/publish.c tests/module/publish.h
tests_unit_test_map_CPPFLAGS = $(trusting_cppflags) -I$(srcdir)/nss_okta \
	-I$(srcdir)/tests -I$(srcdir)/tests/module
tests_unit_test_map_CFLAGS = $(directory_cflags)
tests_unit_test_map_LDADD = $(directory_libs)
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c
tests_unit_test_rules_CFLAGS = $(directory_cflags)
tests_unit_test_rules_LDADD = $(directory_libs)
tests_unit_test_name_SOURCES = tests/unit/test_name.c tests/unit/name_table.h
tests_unit_test_name_CFLAGS = $(directory_cflags)
tests_unit_test_name_LDADD = libokta/libbase.la $(CMOCKA_LIBS)
endif

# Modules that only tests open, by their path.
test_module_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nonexistent -shrext .so.2 -Wl,-z,nodelete

check_LTLIBRARIES += tests/module/libnss_okta_test.la
tests_module_libnss_okta_test_la_SOURCES = $(nss_sources)
tests_module_libnss_okta_test_la_CPPFLAGS = $(trusting_cppflags)
tests_module_libnss_okta_test_la_CFLAGS = $(nss_cflags)
tests_module_libnss_okta_test_la_LDFLAGS = $(test_module_ldflags) \
	-Wl,--version-script=$(srcdir)/nss_okta/nss_okta.map

if HAVE_CMOCKA
nss_module_tests = tests/module/test_nss tests/module/test_nss_buffer \
	tests/module/test_nss_host tests/module/test_nss_names \
	tests/module/test_nss_replace tests/module/test_nss_threads
nss_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests -I$(srcdir)/nss_okta \
	-DOKTA_TEST_MODULE='"$(abs_builddir)/tests/module/.libs/libnss_okta_test.so.2"'
nss_test_common = tests/module.c tests/module.h tests/module/publish.c \
	tests/module/publish.h
nss_test_ldflags = $(AM_LDFLAGS) -export-dynamic

tests_module_test_nss_SOURCES = tests/module/test_nss.c tests/module/ask.c \
	tests/module/ask.h $(nss_test_common)
tests_module_test_nss_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_CFLAGS = $(directory_cflags)
tests_module_test_nss_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_LDADD = $(directory_libs)
tests_module_test_nss_buffer_SOURCES = tests/module/test_nss_buffer.c \
	tests/module/ask.c tests/module/ask.h $(nss_test_common)
tests_module_test_nss_buffer_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_buffer_CFLAGS = $(directory_cflags)
tests_module_test_nss_buffer_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_buffer_LDADD = $(directory_libs)
tests_module_test_nss_host_SOURCES = tests/module/test_nss_host.c \
	$(nss_test_common)
tests_module_test_nss_host_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_host_CFLAGS = $(directory_cflags)
tests_module_test_nss_host_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_host_LDADD = $(directory_libs)
tests_module_test_nss_names_SOURCES = tests/module/test_nss_names.c \
	tests/module/traps.c tests/module.c tests/module.h
tests_module_test_nss_names_CPPFLAGS = $(nss_test_cppflags) \
	-DOKTA_MAKE_SNAPSHOT='"$(abs_builddir)/tests/make_snapshot"'
tests_module_test_nss_names_CFLAGS = $(directory_cflags)
tests_module_test_nss_names_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_names_LDADD = $(CMOCKA_LIBS)
tests_module_test_nss_replace_SOURCES = tests/module/test_nss_replace.c \
	tests/module/ask.c tests/module/ask.h $(nss_test_common)
tests_module_test_nss_replace_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_replace_CFLAGS = $(directory_cflags)
tests_module_test_nss_replace_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_replace_LDADD = $(directory_libs)
tests_module_test_nss_threads_SOURCES = tests/module/test_nss_threads.c \
	$(nss_test_common)
tests_module_test_nss_threads_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_threads_CFLAGS = $(directory_cflags)
tests_module_test_nss_threads_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_threads_LDADD = $(directory_libs)

# The sanitizers make system calls of their own.
if !SANITIZERS
nss_module_tests += tests/module/test_nss_seccomp
tests_module_test_nss_seccomp_SOURCES = tests/module/test_nss_seccomp.c \
	$(nss_test_common)
tests_module_test_nss_seccomp_CPPFLAGS = $(nss_test_cppflags)
tests_module_test_nss_seccomp_CFLAGS = $(directory_cflags) $(SECCOMP_CFLAGS)
tests_module_test_nss_seccomp_LDFLAGS = $(nss_test_ldflags)
tests_module_test_nss_seccomp_LDADD = $(directory_libs) $(SECCOMP_LIBS)
endif
check_PROGRAMS += $(nss_module_tests)
TESTS += $(nss_module_tests)
endif

# tests/bench/nss: the benchmark and the module that does nothing.
check_PROGRAMS += tests/bench/nss_bench
tests_bench_nss_bench_SOURCES = tests/bench/nss_bench.c \
	tests/bench/nss_libc.c tests/bench/nss_libc.h tests/module.c \
	tests/module.h
tests_bench_nss_bench_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/tests \
	-I$(srcdir)/nss_okta
tests_bench_nss_bench_LDADD = tests/libsnapshot.la
check_LTLIBRARIES += tests/bench/libnss_floor.la
tests_bench_libnss_floor_la_SOURCES = tests/bench/nss_floor.c
tests_bench_libnss_floor_la_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/nss_okta
tests_bench_libnss_floor_la_LDFLAGS = $(test_module_ldflags)
EXTRA_DIST += tests/bench/bench.py tests/bench/nss tests/bench/nss_data.py \
	tests/bench/nss_bounds.py tests/bench/nss_peers.py

# The fuzz targets over their seeds and what becomes of them.
directory_replays = tests/fuzz/replay_directory tests/fuzz/replay_name
check_PROGRAMS += $(directory_replays)
TESTS += $(directory_replays)
tests_fuzz_replay_directory_SOURCES = tests/fuzz/fuzz_directory.c \
	nss_okta/fill.c nss_okta/fill.h tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_directory_CFLAGS = $(AM_CFLAGS) -I$(srcdir)/tests \
	-I$(srcdir)/nss_okta
tests_fuzz_replay_directory_LDADD = tests/libsnapshot.la
tests_fuzz_replay_name_SOURCES = tests/fuzz/fuzz_name.c tests/fuzz/replay.c \
	tests/fuzz/replay.h
tests_fuzz_replay_name_CFLAGS = $(AM_CFLAGS)
tests_fuzz_replay_name_LDADD = libokta/libbase.la
EXTRA_DIST += tests/fuzz/seeds/directory tests/fuzz/seeds/name

if FUZZING
directory_fuzzers = tests/fuzz/fuzz_directory tests/fuzz/fuzz_name
noinst_PROGRAMS += $(directory_fuzzers)
tests_fuzz_fuzz_directory_SOURCES = tests/fuzz/fuzz_directory.c \
	nss_okta/fill.c nss_okta/fill.h tests/fuzz/replay.h
tests_fuzz_fuzz_directory_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) \
	-I$(srcdir)/tests -I$(srcdir)/nss_okta
tests_fuzz_fuzz_directory_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_directory_LDADD = tests/libsnapshot.la
tests_fuzz_fuzz_name_SOURCES = tests/fuzz/fuzz_name.c tests/fuzz/replay.h
tests_fuzz_fuzz_name_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_name_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_name_LDADD = libokta/libbase.la
endif
