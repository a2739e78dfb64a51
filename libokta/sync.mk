# Sources of libokta for the directory's way from Okta to the image.
libokta_libfull_la_SOURCES += \
	libokta/api.c libokta/api.h \
	libokta/api_directory.c libokta/api_directory.h libokta/api_record.c \
	libokta/api_log.c libokta/api_log_link.c libokta/api_log.h \
	libokta/api_pipeline.c \
	libokta/api_schema.c libokta/api_schema.h \
	libokta/api_keys.c libokta/api_keys.h \
	libokta/api_zone.c libokta/api_zone.h \
	libokta/idmap.c libokta/idmap.h \
	libokta/ids_file.c libokta/ids_file.h \
	libokta/template.c libokta/template.h

# state.db has an archive of its own: only oktad-sync may open it, so only its
# link line names SQLite.
noinst_LTLIBRARIES += libokta/libstate.la
libokta_libstate_la_SOURCES = libokta/state.c libokta/state.h \
	libokta/state_apply.c libokta/state_delta.c \
	libokta/state_forget.c libokta/state_forget.h \
	libokta/state_ids.c libokta/state_ids.h \
	libokta/state_list.c libokta/state_merge.c \
	libokta/state_pass.c libokta/state_pending.c libokta/state_private.h \
	libokta/state_keys.c \
	libokta/state_read.c libokta/state_roll.c libokta/state_roll.h \
	libokta/state_rules.c libokta/state_scope.c libokta/state_sql.c \
	libokta/state_stage.c
libokta_libstate_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
