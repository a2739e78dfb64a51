# Sources of libokta for the directory's way from Okta to the image.
libokta_libfull_la_SOURCES += \
	libokta/api.c libokta/api.h \
	libokta/api_directory.c libokta/api_directory.h libokta/api_record.c \
	libokta/idmap.c libokta/idmap.h \
	libokta/template.c libokta/template.h

# state.db has an archive of its own: only oktad-sync may open it, so only its
# link line names SQLite.
noinst_LTLIBRARIES += libokta/libstate.la
libokta_libstate_la_SOURCES = libokta/state.c libokta/state.h \
	libokta/state_apply.c libokta/state_pass.c libokta/state_private.h \
	libokta/state_read.c libokta/state_sql.c
libokta_libstate_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
