# Tests of area sync: Okta's lists as records, the ledger, passes.
if HAVE_CMOCKA
sync_unit_tests = tests/unit/test_api tests/unit/test_idmap \
	tests/unit/test_record tests/unit/test_recorded tests/unit/test_state \
	tests/unit/test_state_faults tests/unit/test_state_file \
	tests/unit/test_state_pass \
	tests/unit/test_sync
check_PROGRAMS += $(sync_unit_tests)
TESTS += $(sync_unit_tests)

sync_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
sync_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

tests_unit_test_api_SOURCES = tests/unit/test_api.c
tests_unit_test_api_CFLAGS = $(sync_cflags)
tests_unit_test_api_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=http_send
tests_unit_test_api_LDADD = $(sync_libs)
tests_unit_test_idmap_SOURCES = tests/unit/test_idmap.c
tests_unit_test_idmap_CFLAGS = $(sync_cflags)
tests_unit_test_idmap_LDADD = $(sync_libs)
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_CFLAGS = $(sync_cflags)
tests_unit_test_record_LDADD = $(sync_libs)
tests_unit_test_recorded_SOURCES = tests/unit/test_recorded.c
tests_unit_test_recorded_CFLAGS = $(sync_cflags)
tests_unit_test_recorded_LDADD = $(sync_libs)

sync_fixture = tests/unit/state_fixture.c tests/unit/state_fixture.h
sync_state_libs = libokta/libstate.la $(sync_libs) $(SQLITE_LIBS)
tests_unit_test_state_SOURCES = tests/unit/test_state.c $(sync_fixture)
tests_unit_test_state_CFLAGS = $(sync_cflags)
tests_unit_test_state_LDADD = $(sync_state_libs)
tests_unit_test_state_faults_SOURCES = tests/unit/test_state_faults.c \
	$(sync_fixture)
tests_unit_test_state_faults_CFLAGS = $(sync_cflags)
tests_unit_test_state_faults_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=sqlite3_step,--wrap=sqlite3_exec \
	-Wl,--wrap=sqlite3_prepare_v2,--wrap=sqlite3_prepare_v3
tests_unit_test_state_faults_LDADD = $(sync_state_libs)
tests_unit_test_state_file_SOURCES = tests/unit/test_state_file.c \
	$(sync_fixture)
tests_unit_test_state_file_CFLAGS = $(sync_cflags)
tests_unit_test_state_file_LDADD = $(sync_state_libs)
tests_unit_test_state_pass_SOURCES = tests/unit/test_state_pass.c \
	$(sync_fixture)
tests_unit_test_state_pass_CFLAGS = $(sync_cflags)
tests_unit_test_state_pass_LDADD = $(sync_state_libs)
tests_unit_test_sync_SOURCES = tests/unit/test_sync.c oktad/sync_guard.c \
	oktad/sync_guard.h oktad/sync_local.c oktad/sync_local.h \
	oktad/sync_range.c
tests_unit_test_sync_CFLAGS = $(sync_cflags) -I$(srcdir)/oktad
tests_unit_test_sync_LDADD = $(sync_libs)
endif

if FUZZING
sync_fuzzers = tests/fuzz/fuzz_groups tests/fuzz/fuzz_users
noinst_PROGRAMS += $(sync_fuzzers)
tests_fuzz_fuzz_groups_SOURCES = tests/fuzz/fuzz_groups.c
tests_fuzz_fuzz_groups_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_groups_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_groups_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_users_SOURCES = tests/fuzz/fuzz_users.c
tests_fuzz_fuzz_users_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_users_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_users_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
endif
