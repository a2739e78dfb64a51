# Tests of area sync: Okta's lists as records, the ledger, passes.
if HAVE_CMOCKA
sync_unit_tests = tests/unit/test_api tests/unit/test_api_list \
	tests/unit/test_idmap \
	tests/unit/test_ids_file tests/unit/test_state_ids \
	tests/unit/test_record tests/unit/test_recorded \
	tests/unit/test_log_link \
	tests/unit/test_schema tests/unit/test_state tests/unit/test_zone \
	tests/unit/test_sshkey \
	tests/unit/test_state_faults tests/unit/test_state_file \
	tests/unit/test_state_keep tests/unit/test_state_kill \
	tests/unit/test_state_leavers \
	tests/unit/test_state_pass \
	tests/unit/test_state_cycles \
	tests/unit/test_state_stage tests/unit/test_state_touch \
	tests/unit/test_sync tests/unit/test_sync_event
check_PROGRAMS += $(sync_unit_tests)
TESTS += $(sync_unit_tests)

sync_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
sync_libs = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

tests_unit_test_api_SOURCES = tests/unit/test_api.c tests/unit/api_play.c \
	tests/unit/api_play.h
tests_unit_test_api_CFLAGS = $(sync_cflags)
tests_unit_test_api_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=http_start,--wrap=http_finish
tests_unit_test_api_LDADD = $(sync_libs)
tests_unit_test_api_list_SOURCES = tests/unit/test_api_list.c tests/unit/api_play.c \
	tests/unit/api_play.h
tests_unit_test_api_list_CFLAGS = $(sync_cflags)
tests_unit_test_api_list_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=http_start,--wrap=http_finish
tests_unit_test_api_list_LDADD = $(sync_libs)
tests_unit_test_idmap_SOURCES = tests/unit/test_idmap.c
tests_unit_test_idmap_CFLAGS = $(sync_cflags)
tests_unit_test_idmap_LDADD = $(sync_libs)
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_CFLAGS = $(sync_cflags)
tests_unit_test_record_LDADD = $(sync_libs)
tests_unit_test_recorded_SOURCES = tests/unit/test_recorded.c \
	tests/unit/recorded.h
tests_unit_test_recorded_CFLAGS = $(sync_cflags)
tests_unit_test_recorded_LDADD = $(sync_libs)
tests_unit_test_sshkey_SOURCES = tests/unit/test_sshkey.c \
	tests/unit/sshkey_cases.h
tests_unit_test_sshkey_CFLAGS = $(sync_cflags) -I$(srcdir)/tests
tests_unit_test_sshkey_LDADD = tests/libsnapshot.la $(sync_libs)
tests_unit_test_zone_SOURCES = tests/unit/test_zone.c
tests_unit_test_zone_CFLAGS = $(sync_cflags)
tests_unit_test_zone_LDADD = $(sync_libs)
tests_unit_test_log_link_SOURCES = tests/unit/test_log_link.c
tests_unit_test_log_link_CFLAGS = $(sync_cflags)
tests_unit_test_log_link_LDADD = $(sync_libs)
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c
tests_unit_test_schema_CFLAGS = $(sync_cflags)
tests_unit_test_schema_LDADD = $(sync_libs)
tests_unit_test_ids_file_SOURCES = tests/unit/test_ids_file.c
tests_unit_test_ids_file_CFLAGS = $(sync_cflags)
tests_unit_test_ids_file_LDADD = $(sync_libs)

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
tests_unit_test_state_ids_SOURCES = tests/unit/test_state_ids.c $(sync_fixture)
tests_unit_test_state_ids_CFLAGS = $(sync_cflags)
tests_unit_test_state_ids_LDADD = $(sync_state_libs)
tests_unit_test_state_keep_SOURCES = tests/unit/test_state_keep.c \
	$(sync_fixture)
tests_unit_test_state_keep_CFLAGS = $(sync_cflags)
tests_unit_test_state_keep_LDADD = $(sync_state_libs)
tests_unit_test_state_kill_SOURCES = tests/unit/test_state_kill.c \
	tests/unit/tracer.c tests/unit/tracer.h $(sync_fixture)
tests_unit_test_state_kill_CFLAGS = $(sync_cflags)
tests_unit_test_state_kill_LDADD = $(sync_state_libs)
tests_unit_test_state_leavers_SOURCES = tests/unit/test_state_leavers.c \
	$(sync_fixture)
tests_unit_test_state_leavers_CFLAGS = $(sync_cflags)
tests_unit_test_state_leavers_LDADD = $(sync_state_libs)
tests_unit_test_state_pass_SOURCES = tests/unit/test_state_pass.c \
	$(sync_fixture)
tests_unit_test_state_pass_CFLAGS = $(sync_cflags)
tests_unit_test_state_pass_LDADD = $(sync_state_libs)
tests_unit_test_state_stage_SOURCES = tests/unit/test_state_stage.c \
	$(sync_fixture)
tests_unit_test_state_stage_CFLAGS = $(sync_cflags)
tests_unit_test_state_stage_LDADD = $(sync_state_libs)
tests_unit_test_state_cycles_SOURCES = tests/unit/test_state_cycles.c \
	$(sync_fixture)
tests_unit_test_state_cycles_CFLAGS = $(sync_cflags)
tests_unit_test_state_cycles_LDADD = $(sync_state_libs)
tests_unit_test_state_touch_SOURCES = tests/unit/test_state_touch.c \
	$(sync_fixture)
tests_unit_test_state_touch_CFLAGS = $(sync_cflags)
tests_unit_test_state_touch_LDADD = $(sync_state_libs)
tests_unit_test_sync_SOURCES = tests/unit/test_sync.c oktad/sync_guard.c \
	oktad/sync_guard.h oktad/sync_local.c oktad/sync_local.h \
	oktad/sync_range.c oktad/sync_event.c oktad/sync_event.h
tests_unit_test_sync_CFLAGS = $(sync_cflags) -I$(srcdir)/oktad
tests_unit_test_sync_LDADD = $(sync_state_libs)
tests_unit_test_sync_event_SOURCES = tests/unit/test_sync_event.c \
	oktad/sync_event.c oktad/sync_event.h $(sync_fixture)
tests_unit_test_sync_event_CFLAGS = $(sync_cflags) -I$(srcdir)/oktad
tests_unit_test_sync_event_LDADD = $(sync_state_libs)
endif

sync_replays = tests/fuzz/replay_ids tests/fuzz/replay_log \
	tests/fuzz/replay_schema tests/fuzz/replay_zone tests/fuzz/replay_rules \
	tests/fuzz/replay_sshkey
check_PROGRAMS += $(sync_replays)
TESTS += $(sync_replays)
tests_fuzz_replay_log_SOURCES = tests/fuzz/fuzz_log.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_log_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_log_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_ids_SOURCES = tests/fuzz/fuzz_ids.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_ids_CFLAGS = $(AM_CFLAGS)
tests_fuzz_replay_ids_LDADD = libokta/libfull.la
tests_fuzz_replay_schema_SOURCES = tests/fuzz/fuzz_schema.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_schema_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_schema_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_zone_SOURCES = tests/fuzz/fuzz_zone.c \
	oktactl/zone_edit.c oktactl/zone_edit.h \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_zone_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl
tests_fuzz_replay_zone_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_replay_zone_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_replay_rules_SOURCES = tests/fuzz/fuzz_rules.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_rules_LDADD = libokta/libbase.la
tests_fuzz_replay_sshkey_SOURCES = tests/fuzz/fuzz_sshkey.c \
	tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_sshkey_LDADD = libokta/libbase.la
EXTRA_DIST += tests/fuzz/seeds/sshkey
EXTRA_DIST += tests/fuzz/seeds/zone tests/fuzz/seeds/rules
EXTRA_DIST += tests/fuzz/seeds/ids tests/fuzz/seeds/log tests/fuzz/seeds/schema

if FUZZING
sync_fuzzers = tests/fuzz/fuzz_groups tests/fuzz/fuzz_ids tests/fuzz/fuzz_log \
	tests/fuzz/fuzz_schema tests/fuzz/fuzz_users tests/fuzz/fuzz_zone \
	tests/fuzz/fuzz_rules tests/fuzz/fuzz_sshkey
noinst_PROGRAMS += $(sync_fuzzers)
tests_fuzz_fuzz_groups_SOURCES = tests/fuzz/fuzz_groups.c
tests_fuzz_fuzz_groups_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_groups_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_groups_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_log_SOURCES = tests/fuzz/fuzz_log.c tests/fuzz/replay.h
tests_fuzz_fuzz_log_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_log_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_log_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_ids_SOURCES = tests/fuzz/fuzz_ids.c tests/fuzz/replay.h
tests_fuzz_fuzz_ids_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_ids_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_ids_LDADD = libokta/libfull.la
tests_fuzz_fuzz_zone_SOURCES = tests/fuzz/fuzz_zone.c tests/fuzz/replay.h \
	oktactl/zone_edit.c oktactl/zone_edit.h
tests_fuzz_fuzz_zone_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl
tests_fuzz_fuzz_zone_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_zone_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_zone_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_sshkey_SOURCES = tests/fuzz/fuzz_sshkey.c tests/fuzz/replay.h
tests_fuzz_fuzz_sshkey_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_sshkey_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_sshkey_LDADD = libokta/libbase.la
tests_fuzz_fuzz_rules_SOURCES = tests/fuzz/fuzz_rules.c tests/fuzz/replay.h
tests_fuzz_fuzz_rules_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_rules_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_rules_LDADD = libokta/libbase.la
tests_fuzz_fuzz_schema_SOURCES = tests/fuzz/fuzz_schema.c tests/fuzz/replay.h
tests_fuzz_fuzz_schema_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_schema_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_schema_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
tests_fuzz_fuzz_users_SOURCES = tests/fuzz/fuzz_users.c
tests_fuzz_fuzz_users_CFLAGS = $(AM_CFLAGS) $(FUZZ_CFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_users_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CFLAGS)
tests_fuzz_fuzz_users_LDADD = libokta/libfull.la $(JSON_LIBS) $(CRYPTO_LIBS)
endif

# tests/bench/sync: the other end of the benchmark.
check_PROGRAMS += tests/bench/page_server
tests_bench_page_server_SOURCES = tests/bench/page_server.c
tests_bench_page_server_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS)
tests_bench_page_server_LDADD = $(SSL_LIBS)
EXTRA_DIST += tests/bench/org_pages.py tests/bench/sync
