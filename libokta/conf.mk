# Sources of libokta for configuration, files, logs, errors and secrets.
libokta_libfull_la_SOURCES += \
	libokta/buf.c libokta/buf.h \
	libokta/conf.h libokta/conf_slice.c libokta/conf_slice.h \
	libokta/error.c libokta/error.h \
	libokta/file.c libokta/file.h \
	libokta/json.c libokta/json.h libokta/json_lex.c libokta/json_lex.h \
	libokta/jwt.h libokta/key.h \
	libokta/log.c libokta/log.h \
	libokta/secret.c libokta/secret.h \
	libokta/slice_codec.c libokta/slice_codec.h
