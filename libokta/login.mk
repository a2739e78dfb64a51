# Sources of libokta for the local protocol, local people and the decision.
libokta_libbase_la_SOURCES += libokta/access.h libokta/client.h \
	libokta/local.h libokta/protocol.h libokta/wire.h \
	libokta/access.c libokta/access_text.c libokta/client.c libokta/local.c \
	libokta/wire.c \
	libokta/wire_fds.c libokta/wire_io.c libokta/wire_io.h libokta/wire_u64.c
