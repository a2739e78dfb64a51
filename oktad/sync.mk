# Program oktad-sync: no HTTP, no credential; the only one that knows SQLite.
oktalibexec_PROGRAMS += oktad-sync
oktad_sync_SOURCES = oktad/sync.c oktad/sync.h \
	oktad/sync_delta.c oktad/sync_event.c oktad/sync_event.h \
	oktad/sync_forget.c \
	oktad/sync_guard.c oktad/sync_guard.h oktad/sync_ids.c \
	oktad/sync_link.c oktad/sync_local.c oktad/sync_local.h \
	oktad/sync_log.c oktad/sync_pass.c oktad/sync_poll.c \
	oktad/sync_objection.c \
	oktad/sync_publish.c oktad/sync_range.c oktad/sync_refetch.c \
	oktad/sync_keep.c oktad/sync_resume.c oktad/sync_rules.c \
	oktad/sync_schema.c oktad/sync_settle.c oktad/sync_status.c
oktad_sync_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
oktad_sync_LDADD = libokta/libstate.la libokta/libfull.la \
	$(SQLITE_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS) $(SECCOMP_LIBS)
