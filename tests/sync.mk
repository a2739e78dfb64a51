# Tests of area sync: Okta's lists as records, the ledger, passes.
if HAVE_CMOCKA
sync_unit_tests = tests/unit/test_idmap tests/unit/test_state
check_PROGRAMS += $(sync_unit_tests)
TESTS += $(sync_unit_tests)

sync_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
sync_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

tests_unit_test_idmap_SOURCES = tests/unit/test_idmap.c
tests_unit_test_idmap_CFLAGS = $(sync_cflags)
tests_unit_test_idmap_LDADD = $(sync_libs)
tests_unit_test_state_SOURCES = tests/unit/test_state.c
tests_unit_test_state_CFLAGS = $(sync_cflags)
tests_unit_test_state_LDADD = libokta/libstate.la $(sync_libs) $(SQLITE_LIBS)
endif
